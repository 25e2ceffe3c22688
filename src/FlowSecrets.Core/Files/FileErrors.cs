using FlowSecrets.Errors;

namespace FlowSecrets.Files;

/// <summary>What the file system refuses, with one message for each cause.</summary>
internal static class FileErrors
{
    /// <summary>Whether the exception is one of the file system's.</summary>
    public static bool IsOfFiles(Exception error) => error is IOException or UnauthorizedAccessException;

    /// <summary>A file that cannot be written.</summary>
    /// <exception cref="FlowSecretException">FileNotWritable, FileUnsafe.</exception>
    public static FlowSecretException Write(string path, Exception error)
    {
        (string cause, string remedy, bool isUnsafe) = Explain(error);
        return new FlowSecretException(
            isUnsafe ? ErrorIds.FileUnsafe : ErrorIds.FileNotWritable,
            path,
            $"'{path}' cannot be written: {cause}",
            $"{remedy} The old file, if any, is unchanged.",
            error
        );
    }

    /// <summary>A file that cannot be read.</summary>
    /// <param name="id">What an unreadable file is for the caller.</param>
    public static FlowSecretException Read(string path, Exception error, string id = ErrorIds.BadInput)
    {
        if (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return new FlowSecretException(id, path, $"There is no file '{path}'", "Correct the path.", error);
        }

        (string cause, string remedy, bool isUnsafe) = Explain(error);
        return new FlowSecretException(isUnsafe ? ErrorIds.FileUnsafe : id, path, $"'{path}' cannot be read: {cause}", remedy, error);
    }

    /// <summary>A path at which something other than a regular file stands.</summary>
    public static FlowSecretException NotRegular(string path, FileEntry entry) =>
        new(
            ErrorIds.FileUnsafe,
            path,
            $"'{path}' is {entry.Name}, not a regular file",
            entry.Kind == FileKind.Pipe
                ? "Another program, such as a password manager, may serve this path. Name another path, or remove the pipe."
                : "Remove it, or name another path."
        );

    public static FlowSecretException TooLarge(string path, long limit) =>
        new(
            ErrorIds.LimitReached,
            path,
            $"'{path}' has more than {limit / 1024:#,0} KiB, the most that is read here",
            "Name the right file, or make it smaller."
        );

    private static (string Cause, string Remedy, bool IsUnsafe) Explain(Exception error) =>
        error switch
        {
            _ when UnixErrors.IsInvalidName(error.HResult) => (
                "the path holds a character that no file name can have",
                "Correct the path.",
                true
            ),
            UnauthorizedAccessException => ("this user has no right to it", "Check the rights of the file and of its folder.", false),
            _ when UnixErrors.IsBusy(error.HResult) => (
                "it is a mount point, which cannot be replaced (a file that is mounted into a container, for example)",
                "Mount its folder instead of the file, or name another path.",
                true
            ),
            _ when UnixErrors.IsNoSpace(error.HResult) => ("the disk is full, or a quota is used up", "Free some space.", false),
            _ when UnixErrors.IsReadOnly(error.HResult) => (
                "its file system is read-only",
                "Name a path on another file system, or mount this one for writing.",
                false
            ),
            _ when UnixErrors.IsLinkLoop(error.HResult) => (
                "its symbolic links run in a circle",
                "Remove the link, or name another path.",
                true
            ),
            PathTooLongException => ("its name is too long", "Give it a shorter name.", false),
            _ when UnixErrors.IsNameTooLong(error.HResult) => ("its name is too long", "Give it a shorter name.", false),
            _ when UnixErrors.IsHeld(error.HResult) => (
                "another program has it open",
                "Close it in that program (an editor, a virus scanner), then run the command again.",
                false
            ),
            DirectoryNotFoundException => ("its folder is not there", "Make the folder, or name another path.", false),
            _ => ("the file system refused", "Check the rights of its folder and the disk.", false),
        };
}
