using FlowSecrets.Catalogs.Grammar;
using FlowSecrets.Model;

namespace FlowSecrets.Catalogs;

/// <summary>
/// One secret rotates one credential. Each of two would revoke the other's new value; other secrets with the same credential are its
/// carriers. A script may serve several credentials, so the catalog cannot tell whether two secrets with one script share a credential.
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
        if (secret.Rotation is not { Target: { Kind: "postgres" } target, Source: not null })
        {
            return [];
        }

        return PlacesOf(secret, target).SelectMany(p => UsersOf(secret, target).Select(u => Key(p, u)));
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
