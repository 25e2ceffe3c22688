using System.Text.RegularExpressions;
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
        foreach (SecretRef secret in ResolveVersions(context, options, host, wildcards))
        {
            if (secret.Version is null)
            {
                found.Add(secret);
                continue;
            }

            // To change a secret when one version of it is named would do more than was said.
            host.Fail(
                new(
                    ErrorIds.BadArgument,
                    secret.StoreName,
                    $"A version of '{secret.StoreName}' is named, and this command is about the whole secret",
                    "Name it without /versions/…; commands about versions have -Version."
                )
            );
        }

        return found;
    }

    /// <summary>The same for a command that reads the version that a whole name of the cloud names.</summary>
    public IReadOnlyList<SecretRef> ResolveVersions(
        OperationContext context,
        SecretTargetOptions options,
        IOperationHost host,
        bool wildcards
    )
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
        foreach (string stored in options.StoreNames)
        {
            try
            {
                (string name, string? version) = ShortNameOf(stored);
                found.Add(new SecretRef(byStoreName?[name].FirstOrDefault(), name) { Version = version });
            }
            catch (FlowSecretException e)
            {
                host.Fail(e);
            }
        }

        return [.. found.DistinctBy(static r => r.StoreName, StringComparer.Ordinal)];
    }

    /// <summary>
    /// A name that is the key of a secret and a field of it, <c>db-config.password</c>; null: a secret has the whole name, or none has its
    /// beginning. The longest key counts.
    /// </summary>
    public (CatalogSecret Secret, string Field)? WithField(string name)
    {
        if (Catalog is null || Wildcard.HasWildcard(name) || NameMatch.Find(Catalog.Secrets, static s => s.Key, name).Count > 0)
        {
            return null;
        }

        for (int dot = name.LastIndexOf('.'); dot > 0; dot = name.LastIndexOf('.', dot - 1))
        {
            if (dot + 1 < name.Length && NameMatch.Find(Catalog.Secrets, static s => s.Key, name[..dot]) is [var secret])
            {
                return (secret, name[(dot + 1)..]);
            }
        }

        return null;
    }

    /// <summary>The name and version in a whole name of Google Cloud: <c>projects/P[/locations/L]/secrets/S[/versions/V]</c>.</summary>
    /// <exception cref="FlowSecretException">BadArgument: the name is of another project or location.</exception>
    private (string Name, string? Version) ShortNameOf(string name)
    {
        if (Place.Parent is not { } parent || WholeName().Match(name) is not { Success: true } whole)
        {
            return (name, null);
        }

        return whole.Groups["parent"].Value == parent
            ? (whole.Groups["name"].Value, whole.Groups["version"] is { Success: true } version ? version.Value : null)
            : throw new FlowSecretException(
                ErrorIds.BadArgument,
                name,
                $"'{name}' is in {whole.Groups["parent"].Value}, and this command works in {parent}",
                "Name an environment of that project with -Environment, or connect to it: Connect-FlowSecretStore"
            );
    }

    [GeneratedRegex(
        @"\A(?<parent>projects/[^/]+(/locations/[^/]+)?)/secrets/(?<name>[^/]+)(/versions/(?<version>[^/]+))?\z",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex WholeName();

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
