using FlowSecrets.Errors;

namespace FlowSecrets.Files;

/// <summary>Files that are renamed together. What it renamed is undone if it does not come to its end.</summary>
internal sealed class FileBatch(bool replace) : IDisposable
{
    private readonly List<(string Temporary, string Path)> _new = [];
    private readonly Dictionary<string, string> _old = new(StringComparer.Ordinal);
    private readonly List<string> _folders = [];
    private readonly List<string> _published = [];
    private bool _isDone;

    /// <summary>Where the new content of a file is written.</summary>
    public string Temporary(string path)
    {
        string temporary = Name(path);
        _new.Add((temporary, path));
        return temporary;
    }

    /// <summary>Where the content of a file that is replaced is kept until all are renamed.</summary>
    public string Old(string path) => _old[path] = Name(path);

    /// <summary>A folder that is removed again if it is not there yet.</summary>
    public void Note(string folder)
    {
        if (!Directory.Exists(folder))
        {
            _folders.Add(folder);
        }
    }

    /// <exception cref="FlowSecretException">FileUnsafe, FileExists, FileNotWritable.</exception>
    public void Publish()
    {
        foreach ((string temporary, string path) in _new)
        {
            FileWriter.Publish(temporary, path, replace);
            _published.Add(path);
        }

        _isDone = true;
    }

    public void Dispose()
    {
        if (!_isDone)
        {
            foreach (string path in _published)
            {
                Try(() => Undo(path));
            }
        }

        foreach (string file in _new.Select(static f => f.Temporary).Concat(_old.Values))
        {
            Try(() => File.Delete(file));
        }

        if (!_isDone)
        {
            _folders.ForEach(static f => Try(() => Directory.Delete(f)));
        }
    }

    private void Undo(string path)
    {
        if (_old.TryGetValue(path, out string? old))
        {
            File.Move(old, path, overwrite: true);
        }
        else
        {
            File.Delete(path);
        }
    }

    /// <summary>One that cannot be undone keeps the others from nothing, and the first error is the one to show.</summary>
    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (FileErrors.IsOfFiles(e))
        {
            // A folder that others use stays.
        }
    }

    private static string Name(string path) => $"{path}.{Guid.NewGuid():N}.tmp";
}
