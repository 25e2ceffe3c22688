using FlowSecrets.Formats.Data;

namespace FlowSecrets.Formats;

/// <summary>A format of files with values.</summary>
/// <param name="Name">How people and messages call it.</param>
/// <param name="Endings">What names of its files end with; an empty one is any name, none: it has to be stated.</param>
/// <param name="Read">From a file's text and, for messages, its path.</param>
internal sealed record ValueFormat(string Name, IReadOnlyList<string> Endings, Func<ValueText, ValueFile> Read)
{
    /// <summary>What names of its files begin with.</summary>
    public string Beginning { get; init; } = "";

    /// <summary>Whether its names are environment variables.</summary>
    public bool HasVariables { get; init; }

    /// <summary>The dialect of .env files; null: it has none.</summary>
    public string? Dialect { get; init; }

    public bool IsNameOf(string file) =>
        file.StartsWith(Beginning, StringComparison.OrdinalIgnoreCase)
        && Endings.Any(e => file.EndsWith(e, StringComparison.OrdinalIgnoreCase));
}
