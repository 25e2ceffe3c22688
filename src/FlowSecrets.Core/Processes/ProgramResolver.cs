using FlowSecrets.Errors;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Processes;

/// <summary>The program that a user named, as a file that can be started, with the arguments that come before the user's.</summary>
internal sealed record ResolvedProgram(string Path, IReadOnlyList<string> First);

/// <summary>
/// Finds what a user named as a shell does: a name by PATH alone, a path from the session's folder. A PowerShell script is run by this
/// PowerShell.
/// </summary>
internal static class ProgramResolver
{
    /// <summary>What cmd.exe reads as more than text, also inside of quotation marks.</summary>
    private static readonly System.Buffers.SearchValues<char> UnsafeForBatch = System.Buffers.SearchValues.Create("\"&|<>^%!()\r\n");

    /// <exception cref="FlowSecretException">ProgramNotFound, ProgramNotRunnable.</exception>
    public static ResolvedProgram Resolve(string program, string workingDirectory, Func<string, string?> variable)
    {
        string found = IsPath(program)
            ? Existing(Path.GetFullPath(program, workingDirectory), variable) ?? throw NotFound(program)
            : InPath(program, variable) ?? throw NotFound(program);
        if (Directory.Exists(found))
        {
            throw NotRunnable(program, $"'{program}' is a folder", "Name the program in it.");
        }

        if (Path.GetExtension(found).Equals(".ps1", StringComparison.OrdinalIgnoreCase))
        {
            PowerShellHost host = PowerShellHost.Find(variable) ?? throw NotFound("pwsh");
            return new ResolvedProgram(host.Program, [.. host.First, "-NoProfile", "-File", found]);
        }

        return OperatingSystem.IsWindows() || IsExecutable(found)
            ? new ResolvedProgram(found, [])
            : throw NotRunnable(program, $"'{program}' is not executable", Remedy.Of($"Make it so: {Shell($"chmod +x {found}")}"));
    }

    /// <summary>Batch files get their arguments through cmd.exe, for which no quoting is safe.</summary>
    /// <exception cref="FlowSecretException">BadArgument.</exception>
    public static void RequireSafe(ResolvedProgram program, IReadOnlyList<string> arguments)
    {
        bool isBatch = Path.GetExtension(program.Path).ToUpperInvariant() is ".CMD" or ".BAT";
        if (isBatch && arguments.FirstOrDefault(static a => a.AsSpan().ContainsAny(UnsafeForBatch)) is { } argument)
        {
            int index = arguments.ToList().IndexOf(argument) + 1;
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                Path.GetFileName(program.Path),
                $"'{Path.GetFileName(program.Path)}' is a batch file, and argument {index} has a character that cmd.exe would run",
                "Call the program that the batch file starts, or pass the text in a file."
            );
        }
    }

    public static FlowSecretException NotRunnable(string program, string cause, Remedy remedy) =>
        new(ErrorIds.ProgramNotRunnable, program, cause, remedy);

    private static FlowSecretException NotFound(string program) =>
        new(
            ErrorIds.ProgramNotFound,
            program,
            $"There is no program '{program}'",
            IsPath(program)
                ? "Check the path: it counts from the current folder."
                : "Check the name, and PATH. For a program in the current folder write ./NAME; for a command of PowerShell: { NAME }"
        );

    private static bool IsPath(string program) =>
        program.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal)
        || program.Contains(Path.AltDirectorySeparatorChar, StringComparison.Ordinal);

    private static string? InPath(string name, Func<string, string?> variable)
    {
        string[] folders = [.. (variable("PATH") ?? "").Split(Path.PathSeparator).Where(Path.IsPathFullyQualified)];
        string? notRunnable = null;
        foreach (string folder in folders)
        {
            if (Existing(Path.Combine(folder, name), variable) is not { } found || Directory.Exists(found))
            {
                continue;
            }

            if (OperatingSystem.IsWindows() || IsExecutable(found))
            {
                return found;
            }

            // Another folder may have one that is.
            notRunnable ??= found;
        }

        return notRunnable;
    }

    /// <summary>The file; on Windows also with one of the endings that PATHEXT names.</summary>
    private static string? Existing(string path, Func<string, string?> variable)
    {
        if (!OperatingSystem.IsWindows())
        {
            return Path.Exists(path) ? path : null;
        }

        string[] endings = (variable("PATHEXT") ?? ".COM;.EXE;.BAT;.CMD").Split(';', StringSplitOptions.RemoveEmptyEntries);
        return Path.HasExtension(path) && Path.Exists(path)
            ? path
            : endings.Append(".ps1").Select(e => path + e).FirstOrDefault(File.Exists) ?? (Path.Exists(path) ? path : null);
    }

    private static bool IsExecutable(string path) =>
        OperatingSystem.IsWindows()
        || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute))
            != UnixFileMode.None;
}
