namespace FlowSecrets;

/// <summary>A secret as the catalog describes it.</summary>
public sealed record CatalogSecretInfo
{
    public required string Key { get; init; }

    /// <summary>Its name in every store; null: prefix and key.</summary>
    public string? Name { get; init; }

    public string? Description { get; init; }

    public string? Category { get; init; }

    public string[] Env { get; init; } = [];

    public bool Required { get; init; }

    /// <summary>Data depends on it.</summary>
    public bool IsEncryptionKey { get; init; }

    /// <summary>Somebody else makes and changes it.</summary>
    public bool IsExternal { get; init; }

    /// <summary>Text, Json or Binary.</summary>
    public required string Format { get; init; }

    public bool Sensitive { get; init; }

    public string? Prompt { get; init; }

    /// <summary>A template, as the catalog has it.</summary>
    public string? Default { get; init; }

    /// <summary>How a value is made; null: it is given.</summary>
    public CatalogGenerateInfo? Generate { get; init; }

    /// <summary>The harmless value for development, as a template; null: it is fetched from the store.</summary>
    public string? Local { get; init; }

    /// <summary>Members of a JSON secret in the order of the file; empty for any other.</summary>
    public CatalogFieldInfo[] Fields { get; init; } = [];

    public CatalogRotationInfo? Rotation { get; init; }

    public string[] Workloads { get; init; } = [];

    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    public override string ToString() => Key;
}

/// <summary>A member of a JSON secret.</summary>
public sealed record CatalogFieldInfo
{
    public required string Name { get; init; }

    public string? Description { get; init; }

    public string? Prompt { get; init; }

    public bool Sensitive { get; init; }

    public bool Required { get; init; }

    /// <summary>A template, as the catalog has it.</summary>
    public string? Default { get; init; }

    public string[] Env { get; init; } = [];

    /// <summary>The harmless value for development, as a template.</summary>
    public string? Local { get; init; }

    public CatalogGenerateInfo? Generate { get; init; }

    public override string ToString() => Name;
}

/// <summary>How a value is made. What is null has its default.</summary>
/// <param name="Kind">Password, Hex, Base64, Base64Url, Uuid, Passphrase, Rsa or Ec.</param>
/// <param name="Length">Characters of a password.</param>
/// <param name="Bytes">Random bytes.</param>
/// <param name="Words">Words of a passphrase.</param>
/// <param name="Bits">Bits of an RSA key.</param>
/// <param name="Curve">P-256, P-384 or P-521.</param>
/// <param name="Symbols">Symbols of a password.</param>
public sealed record CatalogGenerateInfo(string Kind, int? Length, int? Bytes, int? Words, int? Bits, string? Curve, string? Symbols)
{
    public override string ToString() => Kind;
}
