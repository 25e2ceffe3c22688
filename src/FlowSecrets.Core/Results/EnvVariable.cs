namespace FlowSecrets;

/// <summary>What became of one variable of the .env file.</summary>
public sealed record EnvVariable : ItemResult
{
    public required string Name { get; init; }

    /// <summary>Local, Store, Template or File.</summary>
    public required string Source { get; init; }

    /// <summary>The secret, or secret and field, that it carries.</summary>
    public string? Secret { get; init; }

    /// <summary>The environment that it was fetched from; null for what was not.</summary>
    public string? Environment { get; init; }

    public override string ToString() => Name;
}
