namespace FlowSecrets.Formats.Writing;

/// <summary>What a writer must know beside the variables.</summary>
internal sealed record FormatSettings
{
    /// <summary>Whether the program that reads runs on Windows: a CI step runs where this process does.</summary>
    public bool IsWindows { get; init; } = OperatingSystem.IsWindows();

    /// <summary>Whether the user accepts that others can read the values there.</summary>
    public bool AllowsExposure { get; init; }

    /// <summary>Whether the agent of Azure Pipelines decodes percent signs.</summary>
    public bool DecodesPercents { get; init; } = true;

    /// <summary>Name of the Kubernetes Secret.</summary>
    public string ManifestName { get; init; } = "secrets";

    /// <summary>Of the Kubernetes Secret; null: the manifest names none.</summary>
    public string? Namespace { get; init; }

    /// <summary>Text of the file that is merged; null: there is none.</summary>
    public string? Existing { get; init; }

    /// <summary>Name of the file, for messages and for what it refers to.</summary>
    public string Path { get; init; } = "";
}

/// <summary>A file that belongs to another one.</summary>
/// <param name="Path">From the folder of that one, with '/'.</param>
/// <param name="Variable">Whose value it holds.</param>
internal readonly record struct FormatFile(string Path, FormatVariable Variable);
