using FlowSecrets.Catalogs.Grammar;
using FlowSecrets.Errors;
using FlowSecrets.Formats;
using FlowSecrets.Formats.Data;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Catalogs;

/// <summary>Finds the secrets that a team's files name. Values are dropped as they are read.</summary>
internal static class CatalogImport
{
    private static readonly string[] PulumiFields = ["name", "envVar", "category", "deployments", "required", "description"];

    /// <summary>A secret for each name of a file with values.</summary>
    public static List<SecretDraft> FromValues(string path, ValueFormat format, IDocumentFormat documents, IOperationHost host)
    {
        ValueFile file = ValueFiles.ReadNames(path, format, documents);
        Tell(host, path, file.Notes);
        if (file.Doubt is { } doubt)
        {
            host.Warning(
                $"The names of '{path}' are taken over. Initialize-FlowSecret -InputPath will need -Format for its values. {doubt.Cause}"
            );
        }

        IEnumerable<ValueEntry> entries = file.Entries.SelectMany(static e => e.Parts.Count > 0 ? e.Parts : [e]);
        return Some([.. entries.Select(e => Draft(e, format.HasVariables))], path);
    }

    private static SecretDraft Draft(ValueEntry entry, bool isVariable)
    {
        DocNode value = entry.Value;
        bool isVariableName = isVariable && SecretNames.IsEnvironmentVariable(entry.Name);
        SecretDraft draft = new(CatalogNames.ToKey(entry.Name))
        {
            Source = entry.Name,
            HasExactEnv = isVariableName,
            Description = entry.Description,
        };
        bool hasFields =
            value.Kind == DocKind.Map
            && value.Entries.Count > 0
            && value.Entries.All(static e => e.Value.Kind is not (DocKind.Map or DocKind.List) && CatalogShape.IsFieldName(e.Key.Text));
        return hasFields
            ? draft with
            {
                Fields = [.. value.Entries.Select(static e => e.Key.Text)],
                Optional = [.. value.Entries.Where(static e => e.Value.Kind == DocKind.Null).Select(static e => e.Key.Text)],
            }
            : draft with
            {
                Env = isVariableName ? entry.Name : CatalogNames.ToVariable(entry.Name),
                IsJson = value.Kind is DocKind.Map or DocKind.List,
            };
    }

    private static void Tell(IOperationHost host, string path, IReadOnlyList<string> notes)
    {
        if (notes.Count > 0)
        {
            host.Warning($"'{path}': {string.Join("; ", notes)}.");
        }
    }

    public static async Task<List<SecretDraft>> FromStoreAsync(ISecretStore store, string prefix, CancellationToken cancellationToken)
    {
        List<SecretDraft> drafts = [];
        await foreach (SecretDescription secret in store.ListAsync(prefix, cancellationToken))
        {
            if (secret.Deleted is null)
            {
                string key = secret.StoreName[prefix.Length..];
                drafts.Add(
                    new SecretDraft(key)
                    {
                        Source = secret.StoreName,
                        IsStored = true,
                        // A name that we could not give: another service made the secret, and changes it.
                        IsExternal = !SecretNames.IsValid(store.Place.Store, secret.StoreName),
                        Env = CatalogNames.ToVariable(key),
                    }
                );
            }
        }

        return Some(drafts, store.Place.ToString());
    }

    /// <summary>The entries of the lists of secrets of a Pulumi file, and its encrypted settings.</summary>
    public static List<SecretDraft> FromPulumi(string path, string prefix, IDocumentFormat documents, IOperationHost host)
    {
        PulumiConfiguration configuration = PulumiReader.Read(new ValueText(ValueFiles.ReadText(path), path, documents));
        RequireSecrets(configuration, path, host);
        ProblemList problems = new(path);
        List<SecretDraft> drafts = [];
        foreach (DocNode item in configuration.Listed)
        {
            string? name = item.GetText("name");
            if (item.Kind != DocKind.Map || string.IsNullOrEmpty(name))
            {
                problems.Add(item, "An entry needs a 'name'.");
                continue;
            }

            foreach ((DocNode key, _) in item.Entries.Where(static e => !IsPulumiField(e.Key.Text, e.Value)))
            {
                problems.Add(key, $"Unknown field '{key.Text}' of '{name}'. Known here: {string.Join(", ", PulumiFields)}.");
            }

            bool hasPrefix = prefix.Length > 0 && name.StartsWith(prefix, StringComparison.Ordinal);
            drafts.Add(
                new SecretDraft(hasPrefix ? name[prefix.Length..] : name)
                {
                    Source = name,
                    IsStored = true,
                    Name = prefix.Length > 0 && !hasPrefix ? name : null,
                    Env = item.GetText("envVar"),
                    HasExactEnv = true,
                    Category = item.GetText("category"),
                    Description = item.GetText("description"),
                    Required = item.GetBool("required"),
                    Deployments = item.GetTexts("deployments"),
                }
            );
        }

        return problems.Any
            ? throw new FlowSecretException(
                ErrorIds.BadInput,
                path,
                "The list of secrets has problems:",
                "Fix them, then try again; nothing was written.",
                details: [.. problems.All.Select(static p => p.ToString())]
            )
            : Some([.. drafts, .. configuration.Settings.Where(static s => s.Value is null).Select(Draft)], path);
    }

    private static SecretDraft Draft(PulumiSetting setting) =>
        new(CatalogNames.ToKey(setting.Name)) { Env = CatalogNames.ToVariable(setting.Name), IsJson = setting.HasParts };

    /// <summary>A value in clear is no part of a list of secrets.</summary>
    private static bool IsPulumiField(string name, DocNode value) =>
        PulumiFields.Contains(name, StringComparer.Ordinal) || (name == "value" && PulumiReader.IsEncrypted(value));

    private static void RequireSecrets(PulumiConfiguration configuration, string path, IOperationHost host)
    {
        string[] encrypted = [.. configuration.EncryptedLists];
        if (configuration.HasList || configuration.Settings.Any(static s => s.Value is null))
        {
            Tell(
                host,
                path,
                [.. encrypted.Select(static k => $"{k} is encrypted, so its secrets are not in the catalog. {PulumiReader.Decrypt}")]
            );
            return;
        }

        throw encrypted.Length > 0
            ? new FlowSecretException(
                ErrorIds.BadInput,
                path,
                $"The list of secrets '{encrypted[0]}' in '{path}' is encrypted",
                $"Decrypt it: {Shell($"pulumi config get {encrypted[0]}")} prints it. Save it as a .json file and name that with "
                    + $"-FromPulumi."
            )
            : new FlowSecretException(
                ErrorIds.BadInput,
                path,
                $"'{path}' has no key that ends in ':secrets' with a list of secrets, and no encrypted setting",
                "Name the stack file (Pulumi.STACK.yaml) whose configuration has them, or the list of secrets itself as JSON."
            );
    }

    private static List<SecretDraft> Some(List<SecretDraft> drafts, string path) =>
        drafts.Count > 0
            ? drafts
            : throw new FlowSecretException(
                ErrorIds.BadInput,
                path,
                $"'{path}' names no secret",
                "Check the path or the prefix; nothing was written."
            );
}
