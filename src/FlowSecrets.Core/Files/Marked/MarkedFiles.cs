using System.Text;
using FlowSecrets.Errors;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Files.Marked;

/// <summary>
/// Files that a command makes and makes again, in a folder of one environment. Everything is looked at before the first file is written: a
/// file that somebody edited or that is not ours, and a folder of another environment, are refused.
/// </summary>
internal static class MarkedFiles
{
    /// <summary>The most that such a file may hold.</summary>
    private const long Limit = 16 * 1024 * 1024;

    /// <summary>What writing these files would do.</summary>
    /// <param name="folder">Absolute path; it need not be there.</param>
    /// <param name="force">Whether what was edited, what is not ours and what belongs to another environment may be replaced.</param>
    /// <exception cref="FlowSecretException">FileEdited, FolderInUse, FileUnsafe, LimitReached, FileNotWritable.</exception>
    public static MarkedPlan Plan(MarkedOwner owner, string folder, IReadOnlyList<MarkedFile> files, bool force)
    {
        RequireNames(files);
        RequireFolder(folder);
        List<MarkedStep> steps = [];
        List<(string Path, string Problem)> refused = [];
        List<(string Path, string Environment)> foreign = [];
        foreach (MarkedFile file in files)
        {
            string path = Path.GetFullPath(file.RelativePath, folder);
            string content = FileMarker.Add(owner, file);
            string? there = Read(path);
            steps.Add(new MarkedStep(file.RelativePath, path, StatusOf(there, content), content));
            if (there is null || FileMarker.Normal(there) == content)
            {
                continue;
            }

            FileMarker? marker = FileMarker.Read(file.RelativePath, there);
            if (marker is { IsIntact: true } other && other.Owner == owner.Name && other.Environment != owner.Environment)
            {
                foreign.Add((path, other.Environment));
            }
            else if (marker is not { IsIntact: true } intact || intact.Owner != owner.Name)
            {
                refused.Add((path, marker is null ? "has no marker of FlowSecrets" : "was edited, or copied from another file"));
            }
        }

        foreach ((MarkedStep step, string environment) in Left(owner, folder, files))
        {
            steps.Add(step);
            if (environment != owner.Environment)
            {
                foreign.Add((step.Path, environment));
            }
        }

        return force || (foreign.Count == 0 && refused.Count == 0) ? new MarkedPlan(folder, steps)
            : foreign.Count > 0 ? throw InUse(owner, folder, foreign[0])
            : throw Edited(owner, folder, refused);
    }

    private static MarkedStatus StatusOf(string? there, string content) =>
        there is null ? MarkedStatus.Created
        : FileMarker.Normal(there) == content ? MarkedStatus.Unchanged
        : MarkedStatus.Updated;

    /// <summary>
    /// Files of this command that are not made any more, in the folder and in the folders of the files that are made; by kinds of files
    /// that are.
    /// </summary>
    private static IEnumerable<(MarkedStep Step, string Environment)> Left(
        MarkedOwner owner,
        string folder,
        IReadOnlyList<MarkedFile> files
    )
    {
        HashSet<string> made = [.. files.Select(static f => f.RelativePath)];
        HashSet<string> kinds = [.. files.Select(static f => Path.GetExtension(f.RelativePath))];
        IEnumerable<string> folders = files
            .Select(static f => Path.GetDirectoryName(f.RelativePath) ?? "")
            .Append("")
            .Distinct(StringComparer.Ordinal);
        foreach (string inner in folders.Order(StringComparer.Ordinal))
        {
            string full = Path.Combine(folder, inner);
            foreach (string path in Listed(full).Order(StringComparer.Ordinal))
            {
                string relative = Path.GetRelativePath(folder, path).Replace('\\', '/');
                if (made.Contains(relative) || !kinds.Contains(Path.GetExtension(path)))
                {
                    continue;
                }

                if (Begin(path) is { } text && FileMarker.Read(relative, text) is { } marker && marker.Owner == owner.Name)
                {
                    MarkedStatus status = marker.IsIntact ? MarkedStatus.Removed : MarkedStatus.Kept;
                    yield return (new MarkedStep(relative, path, status, null), marker.Environment);
                }
            }
        }
    }

    private static string[] Listed(string folder)
    {
        try
        {
            return Directory.Exists(folder) ? Directory.GetFiles(folder) : [];
        }
        catch (Exception e) when (FileErrors.IsOfFiles(e))
        {
            throw FileErrors.Read(folder, e, ErrorIds.FileNotWritable);
        }
    }

    /// <returns>The text; of a file that is no text, one that no marker begins. Null: there is no file.</returns>
    private static string? Read(string path)
    {
        FileWriter.CheckKind(path);
        return FileReader.Regular(path, Limit, ErrorIds.FileNotWritable) is not { } bytes ? null
            : FileReader.IsUtf8(bytes) ? FileReader.Text(bytes, path)
            : "\0";
    }

    /// <summary>The text of a file that may be one of ours; null: it is none.</summary>
    private static string? Begin(string path)
    {
        try
        {
            return
                FileEntry.Look(path) is { Kind: FileKind.Regular, Size: <= Limit }
                && FileReader.Regular(path, Limit) is { } bytes
                && FileReader.IsUtf8(bytes)
                ? FileReader.Text(bytes, path)
                : null;
        }
        catch (Exception e) when (FileErrors.IsOfFiles(e) || e is FlowSecretException)
        {
            // What this user cannot read is not ours.
            return null;
        }
    }

    private static void RequireNames(IReadOnlyList<MarkedFile> files)
    {
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (MarkedFile file in files)
        {
            if (FilePaths.Reach(file.RelativePath) != PathReach.Inside || !names.Add(file.RelativePath))
            {
                throw new ArgumentException($"'{file.RelativePath}' is no name for a file here, or two files have it.", nameof(files));
            }
        }
    }

    private static void RequireFolder(string folder)
    {
        FileEntry entry;
        try
        {
            entry = FileEntry.Follow(folder);
        }
        catch (Exception e) when (FileErrors.IsOfFiles(e))
        {
            throw FileErrors.Write(folder, e);
        }

        if (entry.Kind is not (FileKind.Absent or FileKind.Folder))
        {
            throw new FlowSecretException(ErrorIds.FileUnsafe, folder, $"'{folder}' is {entry.Name}, not a folder", "Name a folder.");
        }
    }

    private static FlowSecretException Edited(MarkedOwner owner, string folder, List<(string Path, string Problem)> refused) =>
        new(
            ErrorIds.FileEdited,
            refused[0].Path,
            refused.Count == 1
                ? $"'{refused[0].Path}' {refused[0].Problem}; nothing was written"
                : $"{refused.Count} files in '{folder}' are not as {owner.Command} left them; nothing was written:",
            Remedy.Of(
                $"Move your changes to a file of your own, or replace what is there: {Shell(
                    $"{owner.Command:bare} -Path {owner.Path ?? folder} {new EnvironmentArgument(owner.Environment)} -Force"
                )}"
            ),
            details: refused.Count == 1 ? null : [.. refused.Select(static r => $"'{r.Path}' {r.Problem}")]
        );

    private static FlowSecretException InUse(MarkedOwner owner, string folder, (string Path, string Environment) other) =>
        new(
            ErrorIds.FolderInUse,
            folder,
            $"'{folder}' has files for the environment '{other.Environment}' ('{Path.GetFileName(other.Path)}'), not for "
                + $"'{owner.Environment}'; nothing was written",
            Remedy.Of(
                $"Each environment has a folder of its own: {Shell(
                    $"{owner.Command:bare} -Path {Path.Combine(folder, owner.Environment)} {new EnvironmentArgument(owner.Environment)}"
                )}. -Force gives the folder to this environment"
            )
        );
}

/// <summary>What was planned for a folder.</summary>
/// <param name="Steps">The files in the order in which they were given, then those that are not made any more.</param>
internal sealed record MarkedPlan(string Folder, IReadOnlyList<MarkedStep> Steps)
{
    /// <summary>Carries out one step. A file is written whole or not at all.</summary>
    /// <exception cref="FlowSecretException">FileUnsafe, FileNotWritable; FileExists: somebody made the file meanwhile.</exception>
    public static void Apply(MarkedStep step, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (step.Status == MarkedStatus.Removed)
        {
            try
            {
                FileWriter.Remove(step.Path);
            }
            catch (Exception e) when (FileErrors.IsOfFiles(e))
            {
                throw FileErrors.Write(step.Path, e);
            }
        }
        else if (step is { IsChange: true, Content: { } content })
        {
            bool replace = step.Status == MarkedStatus.Updated;
            FileWriter.Write(
                step.Path,
                Encoding.UTF8.GetBytes(content),
                FileAudience.Everyone,
                replace,
                cancellationToken: cancellationToken
            );
        }
    }
}
