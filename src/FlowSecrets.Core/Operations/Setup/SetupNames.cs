using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Errors;
using FlowSecrets.Text;

namespace FlowSecrets.Operations.Setup;

/// <summary>A name that the catalog gives to a secret or field.</summary>
/// <param name="IsLenient">Whether '_' may stand for '-', as Terraform has it, and one case for the other. A variable is exact.</param>
internal readonly record struct SetupName(string Name, TemplateReference Means, bool IsLenient);

/// <summary>
/// Which secret or field each name of a file means: the one that has exactly this name, else the only one whose name differs in '-', '_' or
/// in upper and lower case. No name means two, and no two names mean one unless both are exact.
/// </summary>
internal static class SetupNames
{
    /// <returns>The names that mean something.</returns>
    /// <exception cref="FlowSecretException">BadInput, naming what cannot be told apart.</exception>
    public static Dictionary<string, TemplateReference> Assign(
        IReadOnlyCollection<string> given,
        IReadOnlyCollection<SetupName> known,
        string path
    )
    {
        ILookup<string, SetupName> byName = known.ToLookup(static k => k.Name, StringComparer.Ordinal);
        ILookup<string, SetupName> byForm = known
            .Where(static k => k.IsLenient)
            .ToLookup(static k => LenientName.Form(k.Name), StringComparer.Ordinal);
        Dictionary<string, TemplateReference> meanings = new(StringComparer.Ordinal);
        foreach (string name in given)
        {
            if (One(name, byName[name], path) is { } exact)
            {
                meanings.Add(name, exact);
            }
        }

        HashSet<TemplateReference> taken = [.. meanings.Values];
        Dictionary<TemplateReference, string> lenient = [];
        foreach (string name in given.Where(n => !meanings.ContainsKey(n)))
        {
            if (One(name, byForm[LenientName.Form(name)], path) is { } like && !taken.Contains(like))
            {
                if (!lenient.TryAdd(like, name))
                {
                    throw Bad(path, $"'{lenient[like]}' and '{name}' both mean '{like}'", "Give one of them.");
                }
            }
        }

        foreach ((TemplateReference reference, string name) in lenient)
        {
            meanings.Add(name, reference);
        }

        return meanings;
    }

    /// <summary>All names of a catalog: variables, keys, and <c>key.field</c>.</summary>
    public static IReadOnlyCollection<SetupName> Of(Catalog catalog) => [.. catalog.Secrets.SelectMany(Of)];

    private static IEnumerable<SetupName> Of(CatalogSecret secret)
    {
        TemplateReference whole = new(secret.Key, null);
        IEnumerable<SetupName> own = secret.Env.Select(v => new SetupName(v, whole, false)).Append(new SetupName(secret.Key, whole, true));
        return own.Concat(
            secret.Fields.SelectMany(f =>
            {
                TemplateReference field = new(secret.Key, f.Name);
                return f.Env.Select(v => new SetupName(v, field, false)).Append(new SetupName($"{secret.Key}.{f.Name}", field, true));
            })
        );
    }

    private static TemplateReference? One(string name, IEnumerable<SetupName> found, string path) =>
        found.Select(static f => f.Means).Distinct().ToArray() switch
        {
            [] => null,
            [var one] => one,
            var several => throw Bad(
                path,
                $"'{name}' can mean {string.Join(" or ", several.Select(static s => $"'{s}'"))}",
                "Use the exact name in the catalog."
            ),
        };

    private static FlowSecretException Bad(string path, string cause, string remedy) =>
        new(ErrorIds.BadInput, path, $"{path}: {cause}", $"{remedy} Nothing was changed.");
}
