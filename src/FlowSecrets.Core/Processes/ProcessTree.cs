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
    public static string? StartOf(int process)
    {
        try
        {
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));

            // After the name, which can hold anything: state is the 3rd field, the start is the 22nd.
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : fields[19];
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
}
