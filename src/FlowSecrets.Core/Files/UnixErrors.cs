namespace FlowSecrets.Files;

/// <summary>Error numbers of Linux and macOS, and their Windows counterparts as .NET reports them (HResult of an IOException).</summary>
internal static class UnixErrors
{
    private const int Win32 = unchecked((int)0x80070000);

    /// <summary>EINVAL: no file can have that name.</summary>
    public const int InvalidName = 22;

    public static bool IsAbsent(int code) => code is 2 or 20;

    public static bool IsInvalidName(int code) => code is InvalidName or (Win32 | 0x7B);

    public static bool IsBusy(int code) => code == 16;

    public static bool IsNoSpace(int code) =>
        code is 28 or (Win32 | 0x70) or (Win32 | 0x27) || code == (OperatingSystem.IsMacOS() ? 69 : 122);

    public static bool IsReadOnly(int code) => code is 30 or (Win32 | 0x13);

    public static bool IsLinkLoop(int code) => code == (OperatingSystem.IsMacOS() ? 62 : 40);

    public static bool IsNameTooLong(int code) => code is (Win32 | 0xCE) || code == (OperatingSystem.IsMacOS() ? 63 : 36);

    /// <summary>Another program has it open, and shares it with nobody.</summary>
    public static bool IsHeld(int code) => code is (Win32 | 0x20) or (Win32 | 0x21);
}
