namespace FlowSecrets;

/// <summary>What became of one variable of an export.</summary>
public sealed record ExportedVariable : ItemResult
{
    public required string Name { get; init; }

    /// <summary>The secret that it carries: its key, or its name in the store. Null: a template makes it.</summary>
    public string? Secret { get; init; }

    /// <summary>The secret's name in the store; null: a template makes the variable.</summary>
    public string? StoreName { get; init; }

    /// <summary>The field of the secret; null: the whole, or a template.</summary>
    public string? Field { get; init; }

    /// <summary>The environment that it was read from; null: the store was chosen without one.</summary>
    public string? Environment { get; init; }

    /// <summary>Whether the CI system was told to hide the value in its log.</summary>
    public bool Masked { get; init; }

    /// <summary>Name of the format.</summary>
    public required string Format { get; init; }

    /// <summary>Absolute path of the file; null: it went to the log or into the environment of this process.</summary>
    public string? Path { get; init; }

    public override string ToString() => Name;
}
