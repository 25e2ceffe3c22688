using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.ExternalSecrets.Reading;

/// <summary>Reads the manifests of the External Secrets Operator in a folder and below.</summary>
internal sealed class ManifestFolder(IDocumentFormat documents, Unexpressed unexpressed, IOperationHost host)
{
    private const string Group = "external-secrets.io/";
    private const int MaxFiles = 10_000;
    private const long MaxSize = 4 * 1024 * 1024;

    private static readonly string[] Extensions = [".yaml", ".yml", ".json"];
    private static readonly string[] IdentityAnnotations = ["iam.gke.io/gcp-service-account", "eks.amazonaws.com/role-arn"];

    private readonly List<ReadStore> _stores = [];
    private readonly List<ReadExternalSecret> _secrets = [];
    private readonly Dictionary<(string?, string), string> _identities = [];
    private int _others;

    /// <exception cref="FlowSecretException">BadInput: the folder is not there, or has no ExternalSecret. LimitReached.</exception>
    public ReadFolder Read(string folder)
    {
        foreach (string path in Files(folder))
        {
            ReadFile(path, Path.GetRelativePath(folder, path));
        }

        host.Verbose($"{_others} other objects in '{folder}' were left alone.");
        return _secrets.Count > 0 || unexpressed.Any
            ? new ReadFolder(_stores, _secrets) { Identities = _identities }
            : throw new FlowSecretException(
                ErrorIds.BadInput,
                folder,
                $"There is no ExternalSecret in '{folder}'",
                "Name the folder with the manifests: files that end in .yaml, .yml or .json, with 'kind: ExternalSecret'."
            );
    }

    private static List<string> Files(string folder)
    {
        try
        {
            EnumerationOptions options = new()
            {
                RecurseSubdirectories = true,
                // Links can lead out of the folder, or in a circle.
                AttributesToSkip = FileAttributes.ReparsePoint,
                IgnoreInaccessible = false,
            };
            List<string> files =
            [
                .. Directory
                    .EnumerateFiles(folder, "*", options)
                    .Where(static f => Extensions.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase))
                    .Take(MaxFiles + 1),
            ];
            return files.Count <= MaxFiles
                ? [.. files.Order(StringComparer.Ordinal)]
                : throw new FlowSecretException(
                    ErrorIds.LimitReached,
                    folder,
                    $"'{folder}' has more than {MaxFiles} manifests",
                    "Name the folder with the External Secrets."
                );
        }
        catch (Exception e) when (FileErrors.IsOfFiles(e))
        {
            throw FileErrors.Read(folder, e);
        }
    }

    private void ReadFile(string path, string name)
    {
        string text = FileReader.Regular(path, MaxSize) is { } bytes ? FileReader.Text(bytes, path) : "";
        // What says nothing of the operator need not even be YAML: folders hold Helm templates too.
        bool isOurs = text.Contains(Group, StringComparison.Ordinal);
        try
        {
            foreach (DocNode document in documents.ParseAll(text))
            {
                Add(document, name);
            }
        }
        catch (DocumentException e) when (isOurs)
        {
            unexpressed.Add(
                name,
                DocNode.Scalar(DocKind.Null, "", e.Line, e.Column),
                $"{e.Message} Render it first, for example: helm template"
            );
        }
        catch (DocumentException)
        {
            host.Verbose($"'{name}' is no YAML, and was left alone.");
        }
    }

    private void Add(DocNode document, string file)
    {
        string? version = document.GetText("apiVersion");
        string? kind = document.GetText("kind");
        if (kind == "List")
        {
            foreach (DocNode item in document.Get("items")?.Items ?? [])
            {
                Add(item, file);
            }

            return;
        }

        if ((version, kind) is ("v1", "ServiceAccount"))
        {
            AddIdentity(document.Get("metadata"));
            return;
        }

        if (version?.Contains(Group, StringComparison.Ordinal) != true)
        {
            _others++;
            return;
        }

        AddOurs(document, version, kind ?? "", file);
    }

    private void AddOurs(DocNode document, string version, string kind, string file)
    {
        ManifestNode root = new(document, file, "", unexpressed);
        bool isKnown = version is $"{Group}v1" or $"{Group}v1beta1";
        switch (kind)
        {
            case "ExternalSecret" when isKnown:
                if (ExternalSecretReader.Read(root) is { } secret)
                {
                    _secrets.Add(secret);
                }

                break;
            case "SecretStore" or "ClusterSecretStore" when isKnown:
                if (SecretStoreReader.Read(root) is { } store)
                {
                    _stores.Add(store);
                }

                break;
            default:
                root.Add(document, $"A catalog cannot say what the kind '{kind}' of '{version}' says.");
                break;
        }
    }

    private void AddIdentity(DocNode? metadata)
    {
        DocNode? annotations = metadata?.Get("annotations");
        if (
            metadata?.GetText("name") is { } name
            && IdentityAnnotations.Select(a => annotations?.GetText(a)).FirstOrDefault(static i => i is not null) is { } identity
        )
        {
            _identities[(metadata.GetText("namespace"), name)] = identity;
        }
    }
}
