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
    /// <param name="clashes">Takes the errors of names that cannot be told apart, which mean nothing then; null: the first throws.</param>
    /// <returns>The names that mean something.</returns>
    /// <exception cref="FlowSecretException">BadInput, naming what cannot be told apart.</exception>
    public static Dictionary<string, TemplateReference> Assign(
        IReadOnlyCollection<string> given,
        IReadOnlyCollection<SetupName> known,
        string path,
        IDictionary<string, FlowSecretException>? clashes = null
    )
    {
        ILookup<string, SetupName> byName = known.ToLookup(static k => k.Name, StringComparer.Ordinal);
        ILookup<string, SetupName> byForm = known
            .Where(static k => k.IsLenient)
            .ToLookup(static k => LenientName.Form(k.Name), StringComparer.Ordinal);
        Dictionary<string, TemplateReference> meanings = new(StringComparer.Ordinal);
        foreach (string name in given)
        {
            if (One(name, byName[name], path, clashes) is { } exact)
            {
                meanings.Add(name, exact);
            }
        }

        HashSet<TemplateReference> taken = [.. meanings.Values];
        Dictionary<TemplateReference, string> lenient = [];
        foreach (string name in given.Where(n => !meanings.ContainsKey(n) && clashes?.ContainsKey(n) != true))
        {
            if (
                One(name, byForm[LenientName.Form(name)], path, clashes) is { } like
                && !taken.Contains(like)
                && !lenient.TryAdd(like, name)
            )
            {
                FlowSecretException error = Bad(path, $"'{lenient[like]}' and '{name}' both mean '{like}'", "Give one of them.");
                Report(error, clashes, lenient[like], name);
            }
        }

        foreach ((TemplateReference reference, string name) in lenient.Where(l => clashes?.ContainsKey(l.Value) != true))
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

    private static TemplateReference? One(
        string name,
        IEnumerable<SetupName> found,
        string path,
        IDictionary<string, FlowSecretException>? clashes
    )
    {
        TemplateReference[] means = [.. found.Select(static f => f.Means).Distinct()];
        if (means.Length > 1)
        {
            string several = string.Join(" or ", means.Select(static s => $"'{s}'"));
            Report(Bad(path, $"'{name}' can mean {several}", "Use the exact name in the catalog."), clashes, name);
        }

        return means is [var one] ? one : null;
    }

    private static void Report(FlowSecretException error, IDictionary<string, FlowSecretException>? clashes, params string[] names)
    {
        if (clashes is null)
        {
            throw error;
        }

        foreach (string name in names)
        {
            clashes[name] = error.With(target: name, id: ErrorIds.NameConflict);
        }
    }

    private static FlowSecretException Bad(string path, string cause, string remedy) =>
        new(ErrorIds.BadInput, path, $"{path}: {cause}", $"{remedy} Nothing was changed.");
}
