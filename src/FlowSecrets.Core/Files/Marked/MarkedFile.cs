namespace FlowSecrets.Files.Marked;

/// <summary>A file that a command makes, without its marker.</summary>
/// <param name="RelativePath">From the folder, with '/'.</param>
/// <param name="Text">Lines that end in a line feed, in a format whose comments begin with '#' (HCL, YAML).</param>
internal sealed record MarkedFile(string RelativePath, string Text);

/// <summary>Which command makes the files of a folder, and for which environment.</summary>
/// <param name="Name">A word for the marker: <c>terraform</c>.</param>
/// <param name="Command">The cmdlet: <c>Export-FlowTerraform</c>.</param>
internal sealed record MarkedOwner(string Name, string Command, string Environment)
{
    /// <summary>The folder as the command's parameter -Path names it; null: the folder of the files.</summary>
    public string? Path { get; init; }
}

/// <summary>What becomes of a file.</summary>
internal enum MarkedStatus
{
    Created,
    Updated,
    Unchanged,

    /// <summary>Made before, not any more, and nobody edited it: it goes.</summary>
    Removed,

    /// <summary>Made before, not any more, but somebody edited it: it stays.</summary>
    Kept,
}

/// <summary>One file of a plan.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Content">The text with its marker; null if the file goes or stays.</param>
internal sealed record MarkedStep(string RelativePath, string Path, MarkedStatus Status, string? Content)
{
    /// <summary>Whether something is written or removed.</summary>
    public bool IsChange => Status is MarkedStatus.Created or MarkedStatus.Updated or MarkedStatus.Removed;
}
