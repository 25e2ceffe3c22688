using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace FlowSecrets.Files;

/// <summary>Whether a file or folder belongs to the present user (on Windows also: to the administrators).</summary>
internal static partial class FileOwner
{
    public static bool IsMine(string path) =>
        OperatingSystem.IsWindows() ? IsMineOnWindows(path) : FileEntry.Follow(path).Owner is { } owner && owner == GetEffectiveUser();

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

    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_GetEUid")]
    private static partial uint GetEffectiveUser();
}
