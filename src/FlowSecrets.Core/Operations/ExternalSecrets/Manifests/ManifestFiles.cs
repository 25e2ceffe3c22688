using System.Security.Cryptography;
using System.Text;
using FlowSecrets.Catalogs;
using FlowSecrets.Files.Marked;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Text;
using static FlowSecrets.Operations.ExternalSecrets.Manifests.ManifestScope;

namespace FlowSecrets.Operations.ExternalSecrets.Manifests;

/// <summary>A manifest and the file that it goes to.</summary>
/// <param name="Name">Of the object.</param>
internal sealed record ManifestFile(MarkedFile File, string Kind, string Name);

/// <summary>Which manifests are made.</summary>
/// <param name="Reloader">Whether workloads get annotations for Reloader.</param>
/// <param name="Argo">Whether Argo CD watches the workloads.</param>
internal sealed record ManifestChoice(ExternalSecretFormat Format, bool Reloader, bool Argo);

/// <summary>The files of one environment, one for each object, in an order that does not change.</summary>
internal sealed class ManifestFiles
{
    private const string Kustomization = "kustomization";
    private const string ReloaderFolder = "reloader";

    private readonly List<ManifestFile> _files = [];
    private readonly ManifestScope _scope;
    private readonly IDocumentFormat _documents;
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase) { Kustomization };

    private ManifestFiles(ManifestScope scope, IDocumentFormat documents) => (_scope, _documents) = (scope, documents);

    /// <summary>What a person should know of the manifests.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Secrets of the catalog that the operator reads, each with the Kubernetes Secrets that need it.</summary>
    public Dictionary<string, List<string>> Readers { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<ManifestFile> All => _files;

    /// <exception cref="FlowSecretException">TemplateNotPortable, NoProject, NoRegion.</exception>
    public static ManifestFiles Of(ManifestScope scope, ManifestChoice choice, IDocumentFormat documents)
    {
        ManifestFiles files = new(scope, documents);
        if (choice.Format == ExternalSecretFormat.CsiDriver)
        {
            files.AddClasses();
        }
        else
        {
            files.AddOperator();
        }

        files.AddKustomization();
        if (choice.Reloader)
        {
            files.AddReloader(choice.Argo);
        }

        return files;
    }

    private void AddOperator()
    {
        if (SecretStoreManifest.ServiceAccount(_scope) is { } account)
        {
            Add("service-account", account);
        }

        Add("secret-store", SecretStoreManifest.Of(_scope));
        foreach (CatalogKubernetesSecret secret in _scope.Part.Secrets)
        {
            ExternalSecretManifest manifest = ExternalSecretManifest.Of(_scope, secret);
            Add(secret.Name, manifest.ToDocument());
            Note(secret.Name, manifest.Sources);
            if (manifest.Surplus.ToList() is { Count: > 0 } surplus)
            {
                Notes.Add(
                    $"The Kubernetes Secret '{secret.Name}' also gets {string.Join(", ", surplus)}: "
                        + "its templates need the values, and beside the members of a JSON secret the operator cannot leave them out."
                );
            }
        }
    }

    private void AddClasses()
    {
        foreach (CatalogKubernetesSecret secret in _scope.Part.Secrets)
        {
            Add(secret.Name, CsiManifest.Of(_scope, secret, _documents));
            Note(secret.Name, secret.Keys);
            if (
                secret.IsImmutable
                || (secret.RefreshPolicy ?? secret.CreationPolicy ?? secret.DeletionPolicy) is not null
                || secret.SyncWindows is not null
            )
            {
                Notes.Add($"The policies and windows of '{secret.Name}' are left out: the CSI driver has none.");
            }
        }
    }

    private void AddKustomization()
    {
        string[] resources = [.. _files.Select(static f => f.File.RelativePath)];
        DocNode document = Document(
            "kustomize.config.k8s.io/v1beta1",
            "Kustomization",
            ("resources", DocNode.List([.. resources.Select(DocNode.String)]))
        );
        _files.Add(new ManifestFile(Marked($"{Kustomization}.yaml", document), "Kustomization", ""));
    }

    private void AddReloader(bool isArgo)
    {
        List<string> patches = [];
        foreach ((string workload, string kind, DocNode patch) in ReloaderManifest.Patches(_scope))
        {
            string file = $"{FileName(workload)}.yaml";
            patches.Add(file);
            _files.Add(new ManifestFile(Marked($"{ReloaderFolder}/{file}", patch), kind, workload));
        }

        if (patches.Count == 0)
        {
            Notes.Add("No workload of the catalog reads a Kubernetes Secret as variables, so Reloader has nothing to do.");
            return;
        }

        _files.Add(
            new ManifestFile(Marked($"{ReloaderFolder}/{Kustomization}.yaml", ReloaderManifest.Component(patches)), "Component", "")
        );
        if (isArgo)
        {
            _files.Add(new ManifestFile(Marked($"{ReloaderFolder}/values.yaml", ReloaderManifest.ArgoValues()), "HelmValues", ""));
        }
    }

    private void Add(string name, DocNode document)
    {
        string file = _names.Add(name) ? name : $"external-secret-{name}";
        _names.Add(file);
        _files.Add(
            new ManifestFile(Marked($"{file}.yaml", document), document.GetText("kind")!, document.Get("metadata")!.GetText("name")!)
        );
    }

    private void Note(string secret, IEnumerable<string> keys)
    {
        foreach (string key in keys.Distinct(StringComparer.Ordinal))
        {
            (Readers.TryGetValue(key, out List<string>? readers) ? readers : Readers[key] = []).Add(secret);
        }
    }

    private MarkedFile Marked(string path, DocNode document) => new(path, _documents.Write(document));

    /// <summary>The name itself if it can be a file's everywhere, else the nearest that can, with what makes it its own.</summary>
    internal static string FileName(string name) =>
        name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && !name.StartsWith('.') && !name.EndsWith('.')
            ? name
            : $"{DnsName.Near(name)}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..8]}";
}
