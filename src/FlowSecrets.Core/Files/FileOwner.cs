using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace FlowSecrets.Files;

/// <summary>Whether a file or folder belongs to the present user (on Windows also: to the administrators).</summary>
internal static partial class FileOwner
{
    public static bool IsMine(string path) => OperatingSystem.IsWindows() ? IsMineOnWindows(path) : IsMineOnUnix(path);

    [SupportedOSPlatform("windows")]
    private static bool IsMineOnWindows(string path)
    {
        using WindowsIdentity me = WindowsIdentity.GetCurrent();
        IdentityReference? owner = new DirectoryInfo(path)
            .GetAccessControl(AccessControlSections.Owner)
            .GetOwner(typeof(SecurityIdentifier));
        return owner is SecurityIdentifier sid
            && me.User is { } user
            && (
                sid.Equals(user)
                || sid.IsWellKnown(WellKnownSidType.BuiltinAdministratorsSid)
                || sid.IsWellKnown(WellKnownSidType.LocalSystemSid)
            );
    }

    private static bool IsMineOnUnix(string path)
    {
        // The runtime's own shim: its layout is the same on Linux and macOS (flags, mode, uid, gid: 32 bits each, then times).
        Span<byte> status = stackalloc byte[512];
        return Stat(path, status) == 0 && BinaryPrimitives.ReadUInt32LittleEndian(status[8..]) == GetEffectiveUser();
    }

    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_Stat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(string path, Span<byte> status);

    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_GetEUid")]
    private static partial uint GetEffectiveUser();
}
