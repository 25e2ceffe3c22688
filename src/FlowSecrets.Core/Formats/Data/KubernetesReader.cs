using System.Text.Unicode;
using FlowSecrets.Errors;
using FlowSecrets.Model;

namespace FlowSecrets.Formats.Data;

/// <summary>
/// Reads manifests of Kubernetes Secrets, alone, in a List or among others. What <c>stringData</c> has wins over <c>data</c>, as in the
/// cluster.
/// </summary>
internal static class KubernetesReader
{
    /// <summary>Whether a document is a Secret or a list that holds one.</summary>
    public static bool IsSecrets(DocNode root) => IsSecret(root) || (IsList(root) && root.Get("items")!.Items.Any(IsSecret));

    /// <exception cref="FlowSecretException">BadInput; never with a value.</exception>
    public static ValueFile Read(ValueText file) => Read(ForeignDocument.ParseAll(file.Text, file.Path, file.Documents), file.Path);

    /// <exception cref="FlowSecretException">BadInput; never with a value.</exception>
    public static ValueFile Read(IReadOnlyList<DocNode> documents, string path)
    {
        List<ValueEntry> entries = [];
        List<string> notes = [];
        bool isAny = false;
        foreach (DocNode document in documents.SelectMany(static d => IsList(d) ? d.Get("items")!.Items : [d]))
        {
            if (IsSecret(document))
            {
                isAny = true;
                entries.AddRange(Entries(document, path));
            }
            else
            {
                notes.Add($"{document.GetText("kind") ?? "a document"} (line {document.Line}) is no Secret");
            }
        }

        return isAny
            ? new(entries) { Notes = notes }
            : throw new FlowSecretException(
                ErrorIds.BadInput,
                path,
                $"'{path}' holds no Kubernetes Secret (apiVersion v1, kind Secret)",
                "Name the file that kubectl get secret NAME -o yaml prints, or another format with -Format."
            );
    }

    private static bool IsSecret(DocNode node) => node.GetText("apiVersion") == "v1" && node.GetText("kind") == "Secret";

    private static bool IsList(DocNode node) =>
        node.GetText("apiVersion") == "v1" && node.GetText("kind") is "List" or "SecretList" && node.Get("items")?.Kind == DocKind.List;

    private static IEnumerable<ValueEntry> Entries(DocNode secret, string path)
    {
        IReadOnlyList<KeyValuePair<DocNode, DocNode>> texts = secret.Get("stringData")?.Entries ?? [];
        HashSet<string> replaced = new(texts.Select(static e => e.Key.Text), StringComparer.Ordinal);
        foreach ((DocNode key, DocNode value) in secret.Get("data")?.Entries ?? [])
        {
            if (!replaced.Contains(key.Text))
            {
                yield return Decoded(key, value, path);
            }
        }

        foreach ((DocNode key, DocNode value) in texts)
        {
            yield return value.Kind is DocKind.Map or DocKind.List
                ? throw Bad(path, value, $"stringData has no text for '{key.Text}'")
                : new ValueEntry(key.Text, DocNode.String(value.Text));
        }
    }

    private static ValueEntry Decoded(DocNode key, DocNode value, string path)
    {
        byte[] bytes = new byte[value.Text.Length];
        if (value.Kind is DocKind.Map or DocKind.List || !Convert.TryFromBase64String(value.Text, bytes, out int length))
        {
            throw Bad(path, value, $"the value of '{key.Text}' in data is not base64");
        }

        bytes = bytes[..length];
        return Utf8.IsValid(bytes)
            ? new ValueEntry(key.Text, DocNode.String(System.Text.Encoding.UTF8.GetString(bytes)))
            : new ValueEntry(key.Text, DocNode.String("")) { Bytes = bytes };
    }

    private static FlowSecretException Bad(string path, DocNode at, string cause) =>
        new(
            ErrorIds.BadInput,
            path,
            $"{path}:{at.Line}:{at.Column}: {cause}",
            "Correct the manifest, then try again; nothing was changed."
        );
}
