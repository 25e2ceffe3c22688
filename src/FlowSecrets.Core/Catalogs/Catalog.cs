using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Text;
using FlowSecrets.Values;

namespace FlowSecrets.Catalogs;

/// <summary>A catalog that was read and found valid.</summary>
internal sealed class Catalog
{
    private Dictionary<string, CatalogSecret>? _byKey;

    /// <summary>Absolute path of the file.</summary>
    public required string Path { get; init; }

    /// <summary>Root of the repository that it stands in; its own folder outside of one.</summary>
    public required string Root { get; init; }

    /// <summary>SHA-256 of its bytes, which trust is given to.</summary>
    public required string ContentHash { get; init; }

    public required string Application { get; init; }

    public string Prefix { get; init; } = "";

    public string? DefaultEnvironment { get; init; }

    public required IReadOnlyDictionary<string, CatalogEnvironment> Environments { get; init; }

    /// <summary>In the order of the file.</summary>
    public required IReadOnlyList<CatalogSecret> Secrets { get; init; }

    public required CatalogLocalEnv LocalEnv { get; init; }

    public IReadOnlyList<CatalogAccess> Access { get; init; } = [];

    public IReadOnlyDictionary<string, CatalogWorkload> Workloads { get; init; } =
        new Dictionary<string, CatalogWorkload>(StringComparer.Ordinal);

    public CatalogKubernetes Kubernetes { get; init; } = new();

    /// <summary>Whether it names scripts, which run only when it is trusted.</summary>
    public bool HasScripts =>
        Secrets.Any(static s =>
            s.Rotation is { } r && (r.Reencrypt is not null || (r.Target?.Set ?? r.Target?.Test ?? r.Target?.Revoke) is not null)
        );

    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    public CatalogSecret? Find(string key) =>
        (_byKey ??= Secrets.ToDictionary(static s => s.Key, StringComparer.Ordinal)).GetValueOrDefault(key);

    /// <summary>The environment of a name, without regard to case if that means one only.</summary>
    /// <param name="by">What names it: a parameter, a variable, a word of the catalog.</param>
    /// <exception cref="FlowSecretException">EnvironmentNotFound.</exception>
    public CatalogEnvironment Environment(string name, string by)
    {
        IReadOnlyList<CatalogEnvironment> found = NameMatch.Find(Environments.Values, static e => e.Name, name);
        if (found.Count == 1)
        {
            return found[0];
        }

        (string cause, string remedy) =
            found.Count > 1
                ? NameMatch.Ambiguous("environment", name, found.Select(static e => e.Name))
                : ($"The catalog '{Path}' has no environment '{name}' ({by})", $"There are: {string.Join(", ", Environments.Keys)}.");
        throw new FlowSecretException(ErrorIds.EnvironmentNotFound, name, cause, remedy);
    }

    /// <summary>A secret's name in an environment's store.</summary>
    public string StoreName(CatalogSecret secret, CatalogEnvironment? environment)
    {
        if (environment is not null && environment.Names.TryGetValue(secret.Key, out string? name))
        {
            return name;
        }

        return secret.Name ?? (environment?.Prefix ?? Prefix) + secret.Key;
    }

    /// <summary>The Kubernetes part of an environment: its own, with what that leaves out as the catalog's says it.</summary>
    public CatalogKubernetes KubernetesOf(CatalogEnvironment? environment) => environment?.Kubernetes?.Over(Kubernetes) ?? Kubernetes;

    /// <summary>The workloads of an environment: its own, else the catalog's.</summary>
    public IReadOnlyDictionary<string, CatalogWorkload> WorkloadsOf(CatalogEnvironment? environment) => environment?.Workloads ?? Workloads;

    public static bool IsRequired(CatalogSecret secret, CatalogEnvironment? environment) =>
        environment is not null && environment.Required.TryGetValue(secret.Key, out bool required) ? required : secret.Required;

    /// <summary>An absolute path for one that the catalog names.</summary>
    public string Resolve(string path) => System.IO.Path.GetFullPath(path, Folder);

    public override string ToString() => $"{Application} ({Path})";
}

/// <summary>A store and its place, with what is different there.</summary>
internal sealed record CatalogEnvironment(string Name, StoreSelection Selection)
{
    /// <summary>The file of a local store as the catalog writes it; null where it names none.</summary>
    public string? PathText { get; init; }

    public string? Prefix { get; init; }

    public IReadOnlyDictionary<string, string> Names { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, bool> Required { get; init; } = new Dictionary<string, bool>(StringComparer.Ordinal);

    /// <summary>Null: the catalog's.</summary>
    public IReadOnlyList<CatalogAccess>? Access { get; init; }

    /// <summary>Null: the catalog's.</summary>
    public IReadOnlyDictionary<string, CatalogWorkload>? Workloads { get; init; }

    /// <summary>What is different here from the catalog's own part; see <see cref="Catalog.KubernetesOf"/>.</summary>
    public CatalogKubernetes? Kubernetes { get; init; }

    public override string ToString() => $"{Name} ({Selection.Store})";
}

/// <summary>What a value's bytes are.</summary>
internal enum SecretFormat
{
    Text,
    Json,
    Binary,
}

/// <summary>A secret as the catalog describes it.</summary>
internal sealed record CatalogSecret(string Key)
{
    public string? Name { get; init; }

    public string? Description { get; init; }

    public string? Category { get; init; }

    public IReadOnlyList<string> Env { get; init; } = [];

    public bool Required { get; init; }

    /// <summary>Data depends on it.</summary>
    public bool IsEncryptionKey { get; init; }

    /// <summary>Somebody else makes and changes it.</summary>
    public bool IsExternal { get; init; }

    public SecretFormat Format { get; init; }

    public bool Sensitive { get; init; } = true;

    public string? Prompt { get; init; }

    public Template? Default { get; init; }

    public GenerateSpec? Generate { get; init; }

    public Template? Local { get; init; }

    /// <summary>Members of a JSON secret in the order of the file; empty for any other.</summary>
    public IReadOnlyList<CatalogField> Fields
    {
        get;
        init => (field, _byName) = (value, value.ToDictionary(static f => f.Name, StringComparer.Ordinal));
    } = [];

    private readonly Dictionary<string, CatalogField>? _byName;

    public CatalogRotation? Rotation { get; init; }

    public IReadOnlyList<string> Workloads { get; init; } = [];

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Every variable that carries the secret or a field of it.</summary>
    public IEnumerable<string> AllVariables => Env.Concat(Fields.SelectMany(static f => f.Env));

    public override string ToString() => Key;

    public CatalogField? Field(string name) => _byName?.GetValueOrDefault(name);

    /// <summary>The field that a user names, without regard to case if that means one only.</summary>
    /// <exception cref="FlowSecretException">FieldNotFound.</exception>
    public CatalogField FieldNamed(string name)
    {
        IReadOnlyList<CatalogField> found = NameMatch.Find(Fields, static f => f.Name, name);
        return found.Count == 1
            ? found[0]
            : throw new FlowSecretException(
                ErrorIds.FieldNotFound,
                Key,
                $"The catalog knows no field '{name}' of '{Key}'",
                $"Its fields are {string.Join(", ", Fields.Select(static f => f.Name))}."
            );
    }
}

/// <summary>A member of a JSON secret.</summary>
internal sealed record CatalogField(string Name)
{
    public string? Description { get; init; }

    public string? Prompt { get; init; }

    public bool Sensitive { get; init; } = true;

    public bool Required { get; init; } = true;

    public Template? Default { get; init; }

    public IReadOnlyList<string> Env { get; init; } = [];

    public Template? Local { get; init; }

    public GenerateSpec? Generate { get; init; }

    public override string ToString() => Name;
}

/// <summary>The .env file for development.</summary>
internal sealed record CatalogLocalEnv
{
    /// <summary>As the catalog says it, from its folder.</summary>
    public string Path { get; init; } = ".env";

    public string? From { get; init; }

    public string Target { get; init; } = "portable";

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<CatalogVariable> Variables { get; init; } = [];

    public IReadOnlyList<CatalogFile> Files { get; init; } = [];

    /// <summary>What a developer does next; printed after the file is written.</summary>
    public IReadOnlyList<string> NextSteps { get; init; } = [];

    public override string ToString() => Path;
}

/// <summary>A further variable of the .env file.</summary>
internal sealed record CatalogVariable(string Name, Template Template);

/// <summary>A secret that development needs as a file.</summary>
internal sealed record CatalogFile(string Secret, string Path, string? Env);

/// <summary>Who may read what.</summary>
internal sealed record CatalogAccess(string Principal, string Role, IReadOnlyList<string> Secrets);
