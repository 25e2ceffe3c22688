using System.Diagnostics;
using System.Globalization;
using FlowSecrets.Errors;
using FlowSecrets.Processes;
using FlowSecrets.Values;

namespace FlowSecrets.Files;

/// <summary>
/// Files with values for the time that a program runs: a folder of this process, 0700, in memory if the system has such a place. Disposal
/// removes it; what a killed process left is removed by the next one.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    private const string Prefix = "flowsecrets-run-";

    private readonly EventHandler _atExit;
    private int _removed;

    private RunFolder(string path)
    {
        Path = path;
        _atExit = (_, _) => Dispose();
        AppDomain.CurrentDomain.ProcessExit += _atExit;
    }

    public string Path { get; }

    /// <summary>Makes the folder, and removes those of processes that are not there any more.</summary>
    /// <exception cref="FlowSecretException">FileNotWritable.</exception>
    public static RunFolder Create(Func<string, string?> variable)
    {
        string parent = Parents(variable).First();
        RemoveLeft(parent);
        string path = System.IO.Path.Combine(parent, $"{Prefix}{Owner(Environment.ProcessId)}-{Guid.NewGuid():N}");
        try
        {
            PrivateFile.CreateFolder(path);
            return new RunFolder(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileErrors.Write(path, e);
        }
    }

    /// <summary>Removes the folders that killed processes of this user left.</summary>
    public static void RemoveLeft(Func<string, string?> variable)
    {
        foreach (string parent in Parents(variable))
        {
            RemoveLeft(parent);
        }
    }

    /// <returns>The path of the new file.</returns>
    public string Write(string name, SecretValue value)
    {
        string file = System.IO.Path.Combine(Path, name);
        for (int i = 2; File.Exists(file); i++)
        {
            file = System.IO.Path.Combine(Path, string.Create(CultureInfo.InvariantCulture, $"{i}-{name}"));
        }

        try
        {
            using FileStream stream = PrivateFile.CreateNew(file);
            stream.Write(value.AsSpan());
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileErrors.Write(file, e);
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _removed, 1) == 0)
        {
            AppDomain.CurrentDomain.ProcessExit -= _atExit;
            Remove(Path);
        }
    }

    /// <summary>Memory first; the temporary folder can be on a disk.</summary>
    private static IEnumerable<string> Parents(Func<string, string?> variable)
    {
        if (OperatingSystem.IsLinux())
        {
            if (variable("XDG_RUNTIME_DIR") is { } runtime && System.IO.Path.IsPathFullyQualified(runtime) && IsUsable(runtime))
            {
                yield return runtime;
            }

            if (IsUsable("/dev/shm"))
            {
                yield return "/dev/shm";
            }
        }

        yield return System.IO.Path.GetTempPath();
    }

    private static bool IsUsable(string folder)
    {
        try
        {
            string probe = System.IO.Path.Combine(folder, $".{Prefix}{Guid.NewGuid():N}");
            PrivateFile.CreateNew(probe).Dispose();
            File.Delete(probe);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Which process: its number, when it started, and in which container the number counts.</summary>
    private static string Owner(int process) => $"{process}-{Start(process) ?? "0"}-{Container()}";

    private static string? Start(int process)
    {
        if (OperatingSystem.IsLinux())
        {
            return ProcessTree.StartOf(process);
        }

        try
        {
            using Process found = Process.GetProcessById(process);
            return found.StartTime.ToFileTimeUtc().ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static string Container() =>
        OperatingSystem.IsLinux() && new FileInfo("/proc/self/ns/pid").LinkTarget is { } target
            ? string.Concat(target.Where(char.IsAsciiDigit))
            : "0";

    private static void RemoveLeft(string parent)
    {
        try
        {
            foreach (string folder in Directory.EnumerateDirectories(parent, Prefix + "*").ToList())
            {
                string[] parts = System.IO.Path.GetFileName(folder)[Prefix.Length..].Split('-');
                bool isLeft =
                    parts.Length == 4
                    && parts[2] == Container()
                    && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int process)
                    && Start(process) != parts[1];
                if (isLeft && new DirectoryInfo(folder).LinkTarget is null && FileOwner.IsMine(folder))
                {
                    Remove(folder);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is tried again next time.
        }
    }

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is gone, or a program still holds a file open on Windows; the next run removes it.
        }
    }
}
