using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Catalogs.Trust;
using FlowSecrets.Errors;
using FlowSecrets.Formats;
using FlowSecrets.Text;

namespace FlowSecrets.Operations.Transfer;

/// <summary>One variable that is exported.</summary>
internal sealed record ExportWish(string Name)
{
    /// <summary>The secret that it carries; null: a template makes it.</summary>
    public SecretRef? Secret { get; init; }

    public string? Field { get; init; }

    public Template? Template { get; init; }

    /// <summary>Whether nothing is exported without it.</summary>
    public bool Required { get; init; }

    public bool IsSensitive { get; init; } = true;

    /// <summary>What it is made of, for messages.</summary>
    public string Origin =>
        Secret is null ? "localEnv.variables"
        : Field is null ? $"'{Secret.Definition?.Key ?? Secret.StoreName}'"
        : $"the field '{Field}' of '{Secret.Definition?.Key ?? Secret.StoreName}'";
}

/// <summary>The variables of an export, in the catalog's order, and the secrets that must be read for them.</summary>
internal sealed class ExportPlan
{
    private ExportPlan(IReadOnlyList<ExportWish> wishes, IReadOnlyList<SecretRef> reads) => (Wishes, Reads) = (wishes, reads);

    public IReadOnlyList<ExportWish> Wishes { get; }

    public IReadOnlyList<SecretRef> Reads { get; }

    /// <summary>Names of those that make programs load code.</summary>
    public IEnumerable<string> Loading => Wishes.Select(static w => w.Name).Where(CatalogReach.LoadsCode);

    /// <param name="secrets">What the user named; null: everything, or what the workload consumes.</param>
    /// <param name="workload">Its name; null: none was named.</param>
    public static ExportPlan For(Workspace workspace, VariableOptions options, IReadOnlyList<SecretRef>? secrets, string? workload)
    {
        Catalog? catalog = workspace.Catalog;
        Sensitivity? sensitivity = catalog is null ? null : new Sensitivity(catalog);
        List<ExportWish> wishes = [];
        IEnumerable<SecretRef> chosen = secrets ?? [.. catalog!.Secrets.Where(s => IsOf(s, workload)).Select(workspace.Ref)];
        foreach (SecretRef secret in chosen)
        {
            Add(workspace, secret, secrets is null ? null : options, sensitivity, wishes);
        }

        if (secrets is null)
        {
            wishes.AddRange(
                catalog!
                    .LocalEnv.Variables.Where(v => workload is null || IsOf(catalog, v.Template, workload))
                    .Select(v => new ExportWish(v.Name)
                    {
                        Template = v.Template,
                        Required = v.Template.References.Any(r => IsRequired(workspace, r)),
                        IsSensitive = sensitivity!.Origin(v.Template) is not null,
                    })
            );
        }

        SecretRef[] reads =
        [
            .. wishes
                .SelectMany(w => w.Template is { } t ? t.References.Select(r => workspace.Ref(catalog!.Find(r.Key)!)) : [w.Secret!])
                .DistinctBy(static r => r.StoreName, StringComparer.Ordinal),
        ];
        return new ExportPlan(wishes, reads);
    }

    /// <exception cref="FlowSecretException">NameConflict: two variables have one name in the format.</exception>
    public void RequireDistinct(FormatProfile format, bool ignoresCase)
    {
        StringComparer comparer = ignoresCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        string[] twice =
        [
            .. Wishes
                .GroupBy(w => format.KeyOf(w.Name), comparer)
                .Where(static g => g.Skip(1).Any())
                .Select(static g => $"{g.Key}: {string.Join(" and ", g.Select(static w => $"{w.Name} ({w.Origin})"))}"),
        ];
        if (twice.Length > 0)
        {
            throw new FlowSecretException(
                ErrorIds.NameConflict,
                Wishes[0].Name,
                $"Several variables would have the same name in the format {format.Name}:",
                "Give the secrets names of their own with 'env' in the catalog, or export fewer of them. Nothing was read or written.",
                details: twice
            );
        }
    }

    /// <summary>The variable of a secret that names none.</summary>
    public static string VariableOf(string name)
    {
        string made = string.Concat(name.Select(static c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_'));
        return made.Length == 0 || char.IsAsciiDigit(made[0]) ? "_" + made : made;
    }

    /// <summary>A secret that names no workload is for all of them.</summary>
    private static bool IsOf(CatalogSecret secret, string? workload) =>
        workload is null || secret.Workloads.Count == 0 || secret.Workloads.Contains(workload, StringComparer.Ordinal);

    /// <summary>A template without references is for development, or for all.</summary>
    private static bool IsOf(Catalog catalog, Template template, string workload) =>
        template.References.All(r => catalog.Find(r.Key) is { } secret && IsOf(secret, workload));

    private static bool IsRequired(Workspace workspace, TemplateReference reference) =>
        workspace.Catalog!.Find(reference.Key) is { } secret
        && Catalog.IsRequired(secret, workspace.Environment)
        && (reference.Field is not { } field || secret.Field(field)?.Required != false);

    /// <param name="named">The options by which the user named the secret; null: it is one of all.</param>
    private static void Add(
        Workspace workspace,
        SecretRef secret,
        VariableOptions? named,
        Sensitivity? sensitivity,
        List<ExportWish> wishes
    )
    {
        if (secret.Definition is not { } definition)
        {
            wishes.Add(new ExportWish(VariableOf(secret.StoreName)) { Secret = secret, Required = true });
            return;
        }

        bool isMeant = named is not null && IsMeant(named, secret);
        bool required = isMeant || Catalog.IsRequired(definition, workspace.Environment);
        bool Sensitive(string? field) => sensitivity!.IsSensitive(new TemplateReference(definition.Key, field));
        wishes.AddRange(
            definition.Env.Select(n => new ExportWish(n)
            {
                Secret = secret,
                Required = required,
                IsSensitive = Sensitive(null),
            })
        );
        foreach (CatalogField field in definition.Fields)
        {
            wishes.AddRange(
                field.Env.Select(n => new ExportWish(n)
                {
                    Secret = secret,
                    Field = field.Name,
                    Required = required && field.Required,
                    IsSensitive = Sensitive(field.Name),
                })
            );
        }

        if (named is not null && !definition.AllVariables.Any())
        {
            wishes.Add(
                new ExportWish(VariableOf(definition.Key))
                {
                    Secret = secret,
                    Required = required,
                    IsSensitive = Sensitive(null),
                }
            );
        }
    }

    /// <summary>Whether the user named this very secret, not by a wildcard.</summary>
    private static bool IsMeant(VariableOptions options, SecretRef secret) =>
        options.StoreNames.Contains(secret.StoreName, StringComparer.Ordinal)
        || NameMatch.Find(options.Names, static n => n, secret.Definition!.Key).Count > 0;
}
