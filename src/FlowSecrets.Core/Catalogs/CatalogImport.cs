using FlowSecrets.Errors;
using FlowSecrets.Formats;
using FlowSecrets.Formats.Data;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Catalogs;

/// <summary>Finds the secrets that a team's files name. Values are dropped as they are read.</summary>
internal static class CatalogImport
{
    private static readonly string[] PulumiFields = ["name", "envVar", "category", "deployments", "required", "description"];

    public static List<SecretDraft> FromTfvars(string path)
    {
        List<SecretDraft> drafts = [];
        foreach ((string name, DocNode value) in TfvarsReader.Read(ValueFiles.ReadText(path), path))
        {
            string key = CatalogNames.ToKey(name);
            bool isMap =
                value.Kind == DocKind.Map
                && value.Entries.Count > 0
                && value.Entries.All(static e => e.Value.Kind is not (DocKind.Map or DocKind.List));
            drafts.Add(
                isMap
                    ? new SecretDraft(key) { Source = name, Fields = [.. value.Entries.Select(static e => e.Key.Text)] }
                    : new SecretDraft(key) { Source = name, Env = CatalogNames.ToVariable(name) }
            );
        }

        return Some(drafts, path);
    }

    public static List<SecretDraft> FromEnv(string path)
    {
        return Some(
            [
                .. ValueFiles
                    .ReadEnv(ValueFiles.ReadText(path), path)
                    .Select(static v => new SecretDraft(CatalogNames.ToKey(v.Key))
                    {
                        Source = v.Key,
                        Env = v.Key,
                        HasExactEnv = true,
                    }),
            ],
            path
        );
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

    /// <summary>
    /// A Pulumi stack file with a key that ends in <c>:secrets</c> and whose value is a JSON string, or that JSON by itself.
    /// </summary>
    public static List<SecretDraft> FromPulumi(string path, string prefix, IDocumentFormat documents)
    {
        DocNode root = ValueFiles.Parse(ValueFiles.ReadText(path), path, documents);
        DocNode list = root.Kind == DocKind.List ? root : PulumiList(root, path, documents);
        ProblemList problems = new(path);
        List<SecretDraft> drafts = [];
        foreach (DocNode item in list.Items)
        {
            string? name = item.GetText("name");
            if (item.Kind != DocKind.Map || string.IsNullOrEmpty(name))
            {
                problems.Add(item, "An entry needs a 'name'.");
                continue;
            }

            foreach ((DocNode key, _) in item.Entries.Where(static e => !PulumiFields.Contains(e.Key.Text, StringComparer.Ordinal)))
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
                "Mend them, then try again; nothing was written.",
                details: [.. problems.All.Select(static p => p.ToString())]
            )
            : Some(drafts, path);
    }

    private static DocNode PulumiList(DocNode root, string path, IDocumentFormat documents)
    {
        // A stack file has its settings under 'config'; a part of one may have been saved by itself.
        DocNode settings = root.Get("config") ?? root;
        DocNode? found = settings
            .Entries.FirstOrDefault(static e => e.Key.Text.EndsWith(":secrets", StringComparison.Ordinal) || e.Key.Text == "secrets")
            .Value;
        DocNode? list = found is { Kind: DocKind.Text } text ? ValueFiles.Parse(text.Text, path, documents) : found;
        return list is { Kind: DocKind.List }
            ? list
            : throw new FlowSecretException(
                ErrorIds.BadInput,
                path,
                $"'{path}' has no key that ends in ':secrets' with a list of secrets as JSON",
                "Name the stack file (Pulumi.STACK.yaml) whose configuration lists them, or the JSON list itself."
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
