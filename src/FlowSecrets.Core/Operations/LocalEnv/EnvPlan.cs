using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Templates;

namespace FlowSecrets.Operations.LocalEnv;

/// <summary>Where a variable's value comes from.</summary>
internal enum EnvSource
{
    Local,
    Store,
    Template,
    File,
}

/// <summary>One variable that the catalog wants in the .env file.</summary>
/// <param name="Section">Heading that it stands under when it is new.</param>
internal sealed record EnvWish(string Name, EnvSource Source, string Section, string? Comment)
{
    /// <summary>The secret or field that it carries; null for a template.</summary>
    public TemplateReference? Carries { get; init; }

    public Template? Template { get; init; }

    public CatalogFile? File { get; init; }

    public bool Required { get; init; }
}

/// <summary>What a catalog wants in the .env file, and which secrets must be fetched for it.</summary>
internal sealed class EnvPlan
{
    private EnvPlan(List<EnvWish> wishes, HashSet<string> fetch) => (Wishes, Fetch) = (wishes, fetch);

    /// <summary>By category in the catalog's order, then variables and files.</summary>
    public IReadOnlyList<EnvWish> Wishes { get; }

    /// <summary>Keys of the secrets to read from the store.</summary>
    public IReadOnlyCollection<string> Fetch { get; }

    public static EnvPlan For(Catalog catalog, CatalogEnvironment? environment)
    {
        List<EnvWish> wishes = [];
        HashSet<string> fetch = new(StringComparer.Ordinal);
        foreach (
            IGrouping<string, CatalogSecret> category in catalog.Secrets.GroupBy(static s => s.Category ?? "other", StringComparer.Ordinal)
        )
        {
            foreach (CatalogSecret secret in category)
            {
                AddSecret(secret, category.Key, Catalog.IsRequired(secret, environment), wishes);
            }
        }

        wishes.AddRange(
            catalog.LocalEnv.Variables.Select(static v => new EnvWish(v.Name, EnvSource.Template, "variables", null)
            {
                Template = v.Template,
            })
        );
        foreach (CatalogFile file in catalog.LocalEnv.Files)
        {
            CatalogSecret secret = catalog.Find(file.Secret)!;
            wishes.Add(
                new EnvWish(file.Env ?? "", EnvSource.File, "files", secret.Description)
                {
                    Carries = new TemplateReference(secret.Key, null),
                    File = file,
                    Required = Catalog.IsRequired(secret, environment),
                }
            );
        }

        AddFetch(catalog, wishes.SelectMany(References), fetch);
        return new EnvPlan(wishes, fetch);
    }

    /// <summary>The local value that development uses instead of the store's; null: there is none.</summary>
    public static Template? LocalOf(Catalog catalog, TemplateReference reference)
    {
        CatalogSecret? secret = catalog.Find(reference.Key);
        return reference.Field is null ? secret?.Local : secret?.Field(reference.Field)?.Local;
    }

    private static void AddSecret(CatalogSecret secret, string section, bool required, List<EnvWish> wishes)
    {
        foreach (string name in secret.Env)
        {
            wishes.Add(
                new EnvWish(name, secret.Local is null ? EnvSource.Store : EnvSource.Local, section, secret.Description)
                {
                    Carries = new TemplateReference(secret.Key, null),
                    Template = secret.Local,
                    Required = required,
                }
            );
        }

        foreach (CatalogField field in secret.Fields)
        {
            foreach (string name in field.Env)
            {
                wishes.Add(
                    new EnvWish(name, field.Local is null ? EnvSource.Store : EnvSource.Local, section, field.Description ?? field.Prompt)
                    {
                        Carries = new TemplateReference(secret.Key, field.Name),
                        Template = field.Local,
                        Required = required && field.Required,
                    }
                );
            }
        }
    }

    private static IEnumerable<TemplateReference> References(EnvWish wish) =>
        wish.Source switch
        {
            EnvSource.Store or EnvSource.File => [wish.Carries!.Value],
            _ => wish.Template?.References ?? [],
        };

    /// <summary>Follows each reference once, however often others refer to it.</summary>
    private static void AddFetch(Catalog catalog, IEnumerable<TemplateReference> references, HashSet<string> fetch)
    {
        HashSet<TemplateReference> seen = [];
        Stack<TemplateReference> open = new(references);
        while (open.TryPop(out TemplateReference reference))
        {
            if (!seen.Add(reference))
            {
                continue;
            }

            if (LocalOf(catalog, reference) is not { } local)
            {
                fetch.Add(reference.Key);
                continue;
            }

            foreach (TemplateReference next in local.References)
            {
                open.Push(next);
            }
        }
    }
}
