using System.Text.Json;
using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Processes;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Kubernetes;

/// <summary>The objects around a workload, in its namespace, by kubectl.</summary>
internal sealed class KubernetesCluster(KubernetesPlace place, Kubectl kubectl)
{
    public const string ExternalSecret = "externalsecret";

    // Other operators have kinds of that name too.
    private const string ExternalSecretKind = "externalsecrets.external-secrets.io";

    public Task<JsonObject> ReadAsync(CancellationToken cancellationToken) => ReadAsync(place.Kind, place.Name, cancellationToken);

    public async Task<JsonObject> ReadAsync(string kind, string name, CancellationToken cancellationToken)
    {
        using ErasedBuffer output = await GetAsync(kind, name, [], cancellationToken);
        return Parse(output, TargetOf(kind, name));
    }

    /// <returns>An empty one where there is none.</returns>
    public async Task<KubernetesSecret> ReadSecretAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            // Their times say when it was last changed.
            using ErasedBuffer output = await GetAsync("secret", name, ["--show-managed-fields"], cancellationToken);
            return KubernetesSecret.Parse(name, output.Content) ?? throw NotJson(TargetOf("secret", name));
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.WorkloadNotFound)
        {
            return KubernetesSecret.Absent(name);
        }
    }

    /// <param name="selector">Of labels, as kubectl takes it.</param>
    public async Task<IReadOnlyList<JsonObject>> ReadPodsAsync(string selector, CancellationToken cancellationToken)
    {
        string target = $"the pods of {place}";
        using ErasedBuffer output = await kubectl.RunAsync(
            target,
            ["get", "--namespace", place.Namespace, "--output", "json", "--selector", selector, "--", "pods"],
            cancellationToken
        );
        return [.. Parse(output, target).Objects("items")];
    }

    /// <summary>Changes the workload's pod template.</summary>
    /// <param name="type">merge or strategic.</param>
    /// <param name="template">Without values of secrets: other processes can see a program's arguments.</param>
    /// <param name="read">The workload as it must still be; null: whatever it is.</param>
    /// <returns>The workload afterwards.</returns>
    /// <exception cref="FlowSecretException">Conflict: it has been changed.</exception>
    public async Task<JsonObject> PatchTemplateAsync(
        string type,
        JsonObject template,
        JsonObject? read,
        CancellationToken cancellationToken
    )
    {
        JsonObject patch = new() { ["spec"] = new JsonObject { ["template"] = template } };
        if (read.Text("metadata", "resourceVersion") is { } version)
        {
            patch["metadata"] = new JsonObject { ["resourceVersion"] = version };
        }

        string target = TargetOf(place.Kind, place.Name);
        using ErasedBuffer output = await kubectl.RunAsync(
            target,
            [
                "patch",
                "--namespace",
                place.Namespace,
                "--output",
                "json",
                "--type",
                type,
                "--patch",
                patch.ToJsonString(),
                "--",
                place.Kind,
                place.Name,
            ],
            cancellationToken
        );
        return Parse(output, target);
    }

    /// <summary>Lets the operator read its store anew.</summary>
    /// <param name="mark">Another one than before.</param>
    public async Task ForceSyncAsync(string externalSecret, string mark, CancellationToken cancellationToken) =>
        (
            await kubectl.RunAsync(
                TargetOf(ExternalSecret, externalSecret),
                ["annotate", "--namespace", place.Namespace, "--overwrite", "--", ExternalSecretKind, externalSecret, "force-sync=" + mark],
                cancellationToken
            )
        ).Dispose();

    // After '--' a name is a name, whatever a stranger's catalog says: '--kubeconfig=FILE' can start programs.
    private Task<ErasedBuffer> GetAsync(string kind, string name, IReadOnlyList<string> options, CancellationToken cancellationToken) =>
        kubectl.RunAsync(
            TargetOf(kind, name),
            [
                "get",
                "--namespace",
                place.Namespace,
                "--output",
                "json",
                .. options,
                "--",
                kind == ExternalSecret ? ExternalSecretKind : kind,
                name,
            ],
            cancellationToken
        );

    private string TargetOf(string kind, string name) => $"{kind} {place.Namespace}/{name}";

    private static JsonObject Parse(ErasedBuffer output, string target)
    {
        try
        {
            return JsonNode.Parse(output.Content.Span) as JsonObject ?? throw NotJson(target);
        }
        catch (JsonException)
        {
            throw NotJson(target);
        }
    }

    /// <summary>Without the parser's own words, which quote what it reads.</summary>
    private static FlowSecretException NotJson(string target) =>
        new(
            ErrorIds.StoreUnavailable,
            target,
            $"What kubectl prints of {target} is not what Kubernetes has",
            "See which kubectl that is: kubectl version --client"
        );
}
