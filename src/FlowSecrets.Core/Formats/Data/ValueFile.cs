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

    /// <summary>What has a name but no value that can be read, such as an encrypted setting; names, never values.</summary>
    public IReadOnlyList<ValueRefusal> Refused { get; init; } = [];
}

/// <summary>A name with its value: text, number, boolean, null, or a map or list for a JSON secret.</summary>
internal sealed record ValueEntry(string Name, DocNode Value)
{
    public string? Description { get; init; }

    /// <summary>The secrets that it holds, if it is a collection of secrets with their descriptions; otherwise none.</summary>
    public IReadOnlyList<ValueEntry> Parts { get; init; } = [];

    public bool IsEmpty => Bytes is null && Value.Kind is not (DocKind.Map or DocKind.List) && Value.Text.Length == 0;

    /// <summary>A value that is no text; null: it is text.</summary>
    public byte[]? Bytes { get; init; }

    /// <summary>The name at the top of the file that holds it; null: its own.</summary>
    public string? Root { get; init; }
}

/// <param name="Reason">Why, and what to do about it.</param>
internal sealed record ValueRefusal(string Name, string Reason);

/// <summary>A file with values, not read yet.</summary>
internal sealed record ValueText(string Text, string Path, IDocumentFormat Documents);
