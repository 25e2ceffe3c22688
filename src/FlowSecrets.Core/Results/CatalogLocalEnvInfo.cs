namespace FlowSecrets;

/// <summary>The .env file for development.</summary>
public sealed record CatalogLocalEnvInfo
{
    /// <summary>As the catalog has it, from the catalog's folder.</summary>
    public required string Path { get; init; }

    public string? From { get; init; }

    /// <summary>The dialect of the file.</summary>
    public required string Target { get; init; }

    /// <summary>In the order of the file.</summary>
    public CatalogVariableInfo[] Variables { get; init; } = [];

    public CatalogFileInfo[] Files { get; init; } = [];

    /// <summary>What a developer does next.</summary>
    public string[] NextSteps { get; init; } = [];

    public override string ToString() => Path;
}

/// <summary>A further variable of the .env file.</summary>
public sealed record CatalogVariableInfo(string Name, string Template)
{
    public override string ToString() => Name;
}

/// <summary>A secret that development needs as a file.</summary>
public sealed record CatalogFileInfo(string Secret, string Path, string? Env)
{
    public override string ToString() => Path;
}
