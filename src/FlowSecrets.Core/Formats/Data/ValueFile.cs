using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Formats.Data;

/// <summary>What stands in a file with values.</summary>
internal sealed record ValueFile(IReadOnlyList<ValueEntry> Entries)
{
    /// <summary>What was left out and why, for warnings; names and lines, never values.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Why the values cannot be known, although the names are; null: they are known.</summary>
    public FlowSecretException? Doubt { get; init; }

    /// <summary>Whether not even the names are sure.</summary>
    public bool IsBroken { get; init; }

    /// <summary>Whether it holds other settings besides secrets, so that a name that nobody knows is no mistake.</summary>
    public bool IsMixed { get; init; }
}

/// <summary>A name with its value: text, number, boolean, null, or a map or list for a JSON secret.</summary>
internal sealed record ValueEntry(string Name, DocNode Value)
{
    public string? Description { get; init; }

    /// <summary>The secrets that it holds, if it is a collection of secrets with their descriptions; otherwise none.</summary>
    public IReadOnlyList<ValueEntry> Parts { get; init; } = [];
}

/// <summary>A file with values, not read yet.</summary>
internal sealed record ValueText(string Text, string Path, IDocumentFormat Documents);
