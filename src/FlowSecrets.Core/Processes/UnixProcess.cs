using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace FlowSecrets.Processes;

/// <summary>What the runtime does not offer for other processes on Linux and macOS.</summary>
[UnsupportedOSPlatform("windows")]
internal static partial class UnixProcess
{
    private const int Kill = 9;

    /// <summary>Sends a signal. A process that has ended, or is another user's, is left alone.</summary>
    public static void Send(int process, PosixSignal signal) =>
        _ = SendNumber(
            process,
            signal switch
            {
                PosixSignal.SIGHUP => 1,
                PosixSignal.SIGINT => 2,
                PosixSignal.SIGQUIT => 3,
                _ => 15,
            }
        );

    public static void End(int process) => _ = SendNumber(process, Kill);

    /// <summary>
    /// Whether the terminal sends Ctrl+C to this process and to what it started: they are the terminal's foreground process group.
    /// </summary>
    public static bool IsForeground()
    {
        try
        {
            using Microsoft.Win32.SafeHandles.SafeFileHandle terminal = File.OpenHandle(
                "/dev/tty",
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite
            );
            return GetForeground(terminal) == GetGroup();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // There is no terminal.
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendNumber(int process, int signal);

    [LibraryImport("libc", EntryPoint = "tcgetpgrp")]
    private static partial int GetForeground(Microsoft.Win32.SafeHandles.SafeFileHandle terminal);

    [LibraryImport("libc", EntryPoint = "getpgrp")]
    private static partial int GetGroup();
}
