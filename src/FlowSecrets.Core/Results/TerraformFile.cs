namespace FlowSecrets;

/// <summary>What became of one file of a Terraform configuration.</summary>
public sealed record TerraformFile : ItemResult
{
    /// <summary>Absolute path of the file.</summary>
    public required string Path { get; init; }

    /// <summary>The file's name.</summary>
    public required string Name { get; init; }

    /// <summary>How many resources it describes.</summary>
    public int Resources { get; init; }

    /// <summary>How many of them exist, so that Terraform imports them.</summary>
    public int Imports { get; init; }

    public string? Environment { get; init; }

    public override string ToString() => Path;
}
