using FlowSecrets.Model;

namespace FlowSecrets.Catalogs;

/// <summary>How a secret is rotated.</summary>
internal sealed record CatalogRotation
{
    /// <summary>When a version is that old, the secret is due.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>How long the value before stays valid.</summary>
    public TimeSpan? Overlap { get; init; }

    /// <summary>The variable that carries the value before during the overlap.</summary>
    public string? PreviousEnv { get; init; }

    /// <summary>Null: nothing checks the value; it is made, or asked for where the catalog has no 'generate'.</summary>
    public CatalogTarget? Target { get; init; }

    /// <summary>Other secrets that carry the same credential.</summary>
    public IReadOnlyList<CatalogCarrier> Carriers { get; init; } = [];

    /// <summary>On Google: a pending value is a version under the alias 'pending', not a secret of its own.</summary>
    public bool UsesAlias { get; init; }

    /// <summary>A script that encrypts the data anew; as the catalog says it.</summary>
    public string? Reencrypt { get; init; }

    internal DocNode? Source { get; init; }
}

/// <param name="Secret">Its key.</param>
/// <param name="User">Its field with the user; null: it carries none.</param>
/// <param name="Password">Its field with the password; null: its whole value is the password.</param>
internal sealed record CatalogCarrier(string Secret, string? User, string? Password);

/// <summary>The Kubernetes Secrets that an operator makes of the catalog's secrets.</summary>
internal sealed record CatalogKubernetes
{
    public string? Namespace { get; init; }

    public string? Context { get; init; }

    public IReadOnlyList<CatalogKubernetesSecret> Secrets { get; init; } = [];
}

/// <param name="Name">Of the Kubernetes Secret.</param>
/// <param name="From">Keys of the catalog that it is made of.</param>
internal sealed record CatalogKubernetesSecret(string Name, IReadOnlyList<string> From)
{
    public string? Namespace { get; init; }
}

/// <summary>
/// One credential is rotated by one secret. Each of two would take the other's new value out of use; other secrets with the same credential
/// are its carriers.
/// </summary>
internal sealed class SharedCredentialRules(Catalog catalog, ProblemList problems)
{
    public void Check()
    {
        // By what two have in common, so that many secrets take no more than each its look-ups.
        Dictionary<string, CatalogSecret> owners = new(StringComparer.Ordinal);
        foreach (CatalogSecret secret in catalog.Secrets)
        {
            CatalogSecret? other = null;
            foreach (string credential in CredentialsOf(secret).Distinct(StringComparer.Ordinal))
            {
                if (!owners.TryAdd(credential, secret))
                {
                    other ??= owners[credential];
                }
            }

            if (other is not null && secret.Rotation!.Source!.Get("target") is { } here)
            {
                DocNode there = other.Rotation!.Source!.Get("target")!;
                problems.Add(
                    here,
                    $"'secrets.{secret.Key}' (line {here.Line}) and 'secrets.{other.Key}' (line {there.Line}) rotate the same credential: "
                        + $"each would make the other's value invalid. Keep 'rotate' at one of them and name the other in its 'carriers'."
                );
            }
        }
    }

    /// <summary>Texts that are equal only for equal credentials; none where the values in the store decide.</summary>
    private static IEnumerable<string> CredentialsOf(CatalogSecret secret)
    {
        if (secret.Rotation is not { Target: { } target, Source: not null })
        {
            return [];
        }

        return target.Kind switch
        {
            "postgres" => PlacesOf(secret, target).SelectMany(p => UsersOf(secret, target).Select(u => Key("postgres", p, u))),
            _ => [],
        };
    }

    private static IEnumerable<string> PlacesOf(CatalogSecret secret, CatalogTarget target)
    {
        if (target.Admin is { } admin)
        {
            yield return Key("admin", admin);
        }

        if (Default(secret, target.Host) is { } host)
        {
            yield return Key("host", host, Default(secret, target.Port) ?? "");
        }
    }

    private static IEnumerable<string> UsersOf(CatalogSecret secret, CatalogTarget target) =>
        target.Users.Count > 0 ? target.Users
        : Default(secret, target.User) is { } user ? [user]
        : [];

    private static string? Default(CatalogSecret secret, string? field) => field is null ? null : secret.Field(field)?.Default?.ToString();

    private static string Key(params string[] parts) => string.Join('\n', parts);
}
