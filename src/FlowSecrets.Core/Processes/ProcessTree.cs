using System.Globalization;

namespace FlowSecrets.Processes;

/// <summary>
/// The processes that a program started, as /proc of Linux tells. Elsewhere the runtime alone knows them, and only while the program runs.
/// </summary>
internal sealed class ProcessTree
{
    private readonly HashSet<(int Process, string Start)> _seen = [];

    /// <summary>Takes note of the descendants that a program has now. They are remembered after it has ended.</summary>
    public void Note(int program)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        Stack<int> open = new([program]);
        HashSet<int> visited = [program];
        while (open.TryPop(out int parent))
        {
            foreach (int child in Children(parent).Where(visited.Add))
            {
                open.Push(child);
                if (StartOf(child) is { } start)
                {
                    lock (_seen)
                    {
                        _seen.Add((child, start));
                    }
                }
            }
        }
    }

    /// <summary>
    /// Takes note of what a program started just before it ended, and that nobody saw as its child: processes of this process group that
    /// are not older, belong to no child of this process, and have all variables that the program was given.
    /// </summary>
    /// <param name="programStart">As <see cref="StartOf"/> told it.</param>
    public void NoteOrphans(string? programStart, IReadOnlyCollection<string> variables)
    {
        if (!OperatingSystem.IsLinux() || programStart is null || variables.Count == 0 || Stat(Environment.ProcessId) is not { } own)
        {
            return;
        }

        foreach (int process in Processes().Where(p => p != Environment.ProcessId))
        {
            if (Stat(process) is { } found && found.Group == own.Group && found.IsSince(programStart) && !IsOurs(process))
            {
                string[] names = [.. Environ(process).Select(static v => v[..Math.Max(0, v.IndexOf('='))])];
                if (variables.All(v => names.Contains(v, StringComparer.Ordinal)))
                {
                    lock (_seen)
                    {
                        _seen.Add((process, found.Start));
                    }
                }
            }
        }
    }

    /// <summary>Ends those that still run.</summary>
    public void End()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        lock (_seen)
        {
            foreach ((int process, string start) in _seen)
            {
                // The number may be another process's by now.
                if (StartOf(process) == start)
                {
                    UnixProcess.End(process);
                }
            }
        }
    }

    /// <returns>When a process was started, in ticks since the machine's start; null: it has ended.</returns>
    public static string? StartOf(int process) => Stat(process)?.Start;

    private static bool IsOurs(int process)
    {
        for (int i = 0; i < 64 && Stat(process) is { } found; i++)
        {
            if (found.Parent == Environment.ProcessId)
            {
                return true;
            }

            process = found.Parent;
        }

        return false;
    }

    private static IEnumerable<int> Processes() =>
        Directory
            .EnumerateDirectories("/proc")
            .Select(static d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out int p) ? p : 0)
            .Where(static p => p > 0);

    private static string[] Environ(int process)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/environ")).Split('\0');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is another user's, or has ended.
            return [];
        }
    }

    /// <returns>Null: it has ended.</returns>
    private static ProcessStat? Stat(int process)
    {
        try
        {
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));

            // After the name, which can hold anything: state is the 3rd field, the start is the 22nd.
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X"
                ? null
                : new ProcessStat(
                    int.Parse(fields[1], CultureInfo.InvariantCulture),
                    int.Parse(fields[2], CultureInfo.InvariantCulture),
                    fields[19]
                );
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    private static IEnumerable<int> Children(int process)
    {
        List<int> children = [];
        try
        {
            foreach (string task in Directory.EnumerateDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task")))
            {
                string list = File.ReadAllText(Path.Combine(task, "children"));
                children.AddRange(
                    list.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static p => int.Parse(p, CultureInfo.InvariantCulture))
                );
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended, or this kernel lists no children.
        }

        return children;
    }

    /// <param name="Start">In ticks since the machine's start.</param>
    private sealed record ProcessStat(int Parent, int Group, string Start)
    {
        public bool IsSince(string start) =>
            ulong.Parse(Start, CultureInfo.InvariantCulture) >= ulong.Parse(start, CultureInfo.InvariantCulture);
    }
}
