using FlowSecrets.Catalogs;
using FlowSecrets.Errors;
using FlowSecrets.Ports;
using FlowSecrets.Text;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations;

/// <content>Which secrets a command is about.</content>
internal sealed partial class Workspace
{
    /// <summary>
    /// The secrets that -Name and -StoreName mean. A name that the catalog does not have is the error of that item; the others go on.
    /// </summary>
    /// <param name="wildcards">Whether -Name may hold wildcards.</param>
    /// <exception cref="FlowSecretException">NoCatalog, BadArgument: a wildcard where names are exact.</exception>
    public IReadOnlyList<SecretRef> Resolve(OperationContext context, SecretTargetOptions options, IOperationHost host, bool wildcards)
    {
        List<SecretRef> found = [];
        foreach (string name in options.Names)
        {
            try
            {
                found.AddRange(Matches(context, name, wildcards).Select(Ref));
            }
            catch (FlowSecretException e) when (e.Id == ErrorIds.SecretNotInCatalog)
            {
                host.Fail(e);
            }
        }

        ILookup<string, CatalogSecret>? byStoreName =
            options.StoreNames.Count == 0
                ? null
                : Catalog?.Secrets.ToLookup(s => Catalog.StoreName(s, Environment), StringComparer.Ordinal);
        found.AddRange(options.StoreNames.Select(s => new SecretRef(byStoreName?[s].FirstOrDefault(), s)));
        return [.. found.DistinctBy(static r => r.StoreName, StringComparer.Ordinal)];
    }

    /// <summary>The one secret that a name means.</summary>
    /// <exception cref="FlowSecretException">SecretNotInCatalog, NoCatalog, BadArgument.</exception>
    public SecretRef Resolve(OperationContext context, string name) => Ref(Matches(context, name, wildcards: false)[0]);

    private IReadOnlyList<CatalogSecret> Matches(OperationContext context, string name, bool wildcards)
    {
        if (Catalog is null)
        {
            throw CatalogLoader.None(
                context.Catalogs,
                $"-Name is a key of a catalog. Without one, name the secret as its store does: {Shell($"{Stored(name)}")}"
            );
        }

        if (Catalog.Find(name) is { } exact)
        {
            return [exact];
        }

        if (Wildcard.HasWildcard(name))
        {
            if (wildcards)
            {
                WildcardPattern pattern = NamePattern.Parse(name);
                return [.. Catalog.Secrets.Where(s => pattern.IsMatch(s.Key))];
            }

            throw new FlowSecretException(
                ErrorIds.BadArgument,
                name,
                "This command takes exact names, no wildcards",
                $"List them and pipe them to it: {Shell($"Get-FlowSecret {name}")} | …"
            );
        }

        IReadOnlyList<CatalogSecret> alike = NameMatch.Find(Catalog.Secrets, static s => s.Key, name);
        if (alike.Count == 1)
        {
            return alike;
        }

        if (alike.Count == 0)
        {
            throw NotInCatalog(name);
        }

        (string cause, string remedy) = NameMatch.Ambiguous("secret", name, alike.Select(static s => s.Key));
        throw new FlowSecretException(ErrorIds.SecretNotInCatalog, name, cause, remedy);
    }

    private FlowSecretException NotInCatalog(string name)
    {
        string? near = Suggestion.Nearest(name, Catalog!.Secrets.Select(static s => s.Key));
        CatalogSecret? byStoreName = Catalog.Secrets.FirstOrDefault(s =>
            string.Equals(Catalog.StoreName(s, Environment), name, StringComparison.Ordinal)
        );
        Remedy byName = $"To name a secret as its store does: {Shell($"{Stored(name)}")}";
        Remedy remedy =
            byStoreName is not null ? $"Its key is '{byStoreName.Key}'."
            : near is not null ? Remedy.Of($"Did you mean '{near}'? {byName}")
            : Remedy.Of($"See its secrets with Get-FlowSecret. {byName}");
        return new FlowSecretException(
            ErrorIds.SecretNotInCatalog,
            name,
            $"There is no secret '{name}' in the catalog '{Catalog.Path}'",
            remedy
        );
    }
}
