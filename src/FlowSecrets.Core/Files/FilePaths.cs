using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace FlowSecrets.Files;

/// <summary>Where a path that a stranger wrote leads.</summary>
internal enum PathReach
{
    /// <summary>Into its folder.</summary>
    Inside,

    /// <summary>Elsewhere in the file system.</summary>
    Outside,

    /// <summary>Into what git keeps for itself: hooks, configuration.</summary>
    Git,

    /// <summary>To a server or a device: even a look at it would have an effect.</summary>
    Remote,
}

/// <summary>Paths, judged by their text and by where their links lead.</summary>
internal static partial class FilePaths
{
    private const int MostLinks = 40;

    /// <summary>
    /// Judges a relative or absolute path by its text alone, as every operating system would read it: a catalog is shared between systems.
    /// Nothing is asked of the file system, because on Windows a look at a server's path logs in to the server. Like git's protectNTFS and
    /// protectHFS, it knows the other names of <c>.git</c>.
    /// </summary>
    public static PathReach Reach(string path)
    {
        string text = path.Replace('\\', '/');
        string[] segments = text.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (text.StartsWith("//", StringComparison.Ordinal) || segments.Any(static s => DeviceName().IsMatch(s)))
        {
            return PathReach.Remote;
        }

        if (segments.Any(IsGit))
        {
            return PathReach.Git;
        }

        if (text.StartsWith('/') || Drive().IsMatch(text))
        {
            return PathReach.Outside;
        }

        int depth = 0;
        foreach (string segment in segments)
        {
            depth += segment switch
            {
                "." => 0,
                ".." => -1,
                _ => 1,
            };
            if (depth < 0)
            {
                return PathReach.Outside;
            }
        }

        return PathReach.Inside;
    }

    /// <summary>Whether a path is in a folder, or is it; both without links.</summary>
    public static bool IsIn(string path, string folder)
    {
        string relative = Path.GetRelativePath(folder, path);
        return !Path.IsPathRooted(relative) && relative.Split(Path.DirectorySeparatorChar)[0] != "..";
    }

    /// <summary>Whether two paths are the same file by their names, as this system compares them.</summary>
    public static bool AreSame(string one, string other) =>
        string.Equals(one, other, OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);

    /// <summary>The path with every link of it followed, as far as it exists.</summary>
    /// <exception cref="FlowSecretException">FileUnsafe: the links run in a circle, or no file can have that name.</exception>
    public static string Real(string path)
    {
        try
        {
            RequireNoNul(path);
            return Real(path, MostLinks);
        }
        catch (Exception e) when (FileErrors.IsOfFiles(e))
        {
            throw FileErrors.Write(path, e);
        }
    }

    /// <exception cref="IOException">No file can have that name.</exception>
    public static void RequireNoNul(string path)
    {
        if (path.Contains('\0'))
        {
            throw new IOException("A null character.", UnixErrors.InvalidName);
        }
    }

    /// <summary>As the kernel does it: a link is followed before a ".." behind it is.</summary>
    private static string Real(string path, int links)
    {
        string real = Path.GetPathRoot(path)!;
        Stack<string> rest = new(Segments(Path.GetRelativePath(real, path)));
        while (rest.TryPop(out string? segment))
        {
            if (segment is "." or "..")
            {
                real = segment == "." ? real : Path.GetDirectoryName(real) ?? real;
                continue;
            }

            string next = Path.Combine(real, segment);
            FileSystemInfo entry = Directory.Exists(next) ? new DirectoryInfo(next) : new FileInfo(next);
            if (entry.LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (links-- == 0)
            {
                throw new IOException("Too many links.", OperatingSystem.IsMacOS() ? 62 : 40);
            }

            string root = Path.GetPathRoot(target) ?? "";
            real = root.Length > 0 ? Path.GetFullPath(root) : real;
            foreach (string part in Segments(target[root.Length..]))
            {
                rest.Push(part);
            }
        }

        return real;
    }

    /// <summary>The last first.</summary>
    private static IEnumerable<string> Segments(string path) =>
        path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries).Reverse();

    private static bool IsGit(string segment)
    {
        // NTFS takes ".git ", ".git." and ".git::$INDEX_ALLOCATION" for .git, and GIT~1 is its short name. HFS+ ignores invisible
        // characters.
        string name = segment.Split(':')[0].TrimEnd(' ', '.');
        name = string.Concat(name.EnumerateRunes().Where(static r => Rune.GetUnicodeCategory(r) != UnicodeCategory.Format));
        return name.Equals(".git", StringComparison.OrdinalIgnoreCase) || GitShortName().IsMatch(name);
    }

    [GeneratedRegex(@"\A_?GI(T[0-9A-Z]*|[0-9A-F]{4})~[0-9A-Z]+\z", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex GitShortName();

    [GeneratedRegex(@"\A[A-Za-z]:")]
    private static partial Regex Drive();

    [GeneratedRegex(
        @"\A(CON|PRN|AUX|NUL|COM[0-9¹²³]|LPT[0-9¹²³]|CONIN\$|CONOUT\$)\s*([.:].*)?\z",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture
    )]
    private static partial Regex DeviceName();
}
