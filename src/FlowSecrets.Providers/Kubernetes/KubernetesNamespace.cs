using System.Text.Json;
using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Processes;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Kubernetes;

/// <summary>The objects of a namespace, by kubectl.</summary>
/// <param name="space">Null: the context's own.</param>
internal class KubernetesNamespace(string? space, Kubectl kubectl)
{
    public const string ExternalSecret = "externalsecret";

    // Other operators have kinds of that name too.
    public const string ExternalSecretKind = "externalsecrets.external-secrets.io";

    protected IReadOnlyList<string> Inside => space is null ? [] : ["--namespace", space];

    public async Task<JsonObject> ReadAsync(string kind, string name, CancellationToken cancellationToken)
    {
        using ErasedBuffer output = await GetAsync(kind, name, [], cancellationToken);
        return Parse(output, TargetOf(kind, name));
    }

    /// <returns>Null: there is none.</returns>
    public async Task<JsonObject?> FindAsync(string kind, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(kind, name, cancellationToken);
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.WorkloadNotFound)
        {
            return null;
        }
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

    /// <summary>All objects of a kind, or of several that a comma separates.</summary>
    /// <param name="options">Further options of kubectl, such as a selector.</param>
    public async Task<IReadOnlyList<JsonObject>> ListAsync(string kinds, CancellationToken cancellationToken, params string[] options)
    {
        string target = $"the {kinds} of {space ?? "the namespace in use"}";
        bool isEverywhere = options.Contains("--all-namespaces", StringComparer.Ordinal);
        using ErasedBuffer output = await kubectl.RunAsync(
            target,
            ["get", .. isEverywhere ? [] : Inside, "--output", "json", .. options, "--", kinds],
            cancellationToken
        );
        return [.. Parse(output, target).Objects("items")];
    }

    /// <summary>What a template makes of all objects of a kind, so that kubectl prints nothing else of them.</summary>
    public async Task<string> RenderAsync(string kind, string template, CancellationToken cancellationToken)
    {
        using ErasedBuffer output = await kubectl.RunAsync(
            $"the {kind} of {space ?? "the namespace in use"}",
            ["get", .. Inside, "--output", "go-template=" + template, "--", kind],
            cancellationToken
        );
        return output.Text;
    }

    /// <summary>The Warning events, oldest first; null: they may not be seen.</summary>
    /// <param name="selectors">Of fields, beside the type.</param>
    public async Task<IReadOnlyList<JsonObject>?> WarningsAsync(string selectors, CancellationToken cancellationToken)
    {
        try
        {
            return
            [
                .. (await ListAsync("events", cancellationToken, "--field-selector", "type=Warning" + selectors)).OrderBy(static e =>
                    TimeOf(e) ?? DateTimeOffset.MinValue
                ),
            ];
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.AccessDenied)
        {
            return null;
        }
    }

    /// <summary>The text of the last Warning event of an object; null: there is none, or it may not be seen.</summary>
    public async Task<string?> LastWarningAsync(string kind, string name, CancellationToken cancellationToken) =>
        LastOf(await WarningsAsync($",involvedObject.kind={kind},involvedObject.name={name}", cancellationToken), kind, name);

    public static string? LastOf(IReadOnlyList<JsonObject>? events, string kind, string? name) =>
        events?.LastOrDefault(e => e.Text("involvedObject", "kind") == kind && e.Text("involvedObject", "name") == name).Text("message")
            is { } said
            ? RemoteText.Clean(said)
            : null;

    /// <summary>Lets the operator read its store again.</summary>
    /// <param name="mark">Another one than before.</param>
    public async Task ForceSyncAsync(string externalSecret, string mark, CancellationToken cancellationToken) =>
        (
            await kubectl.RunAsync(
                TargetOf(ExternalSecret, externalSecret),
                ["annotate", .. Inside, "--overwrite", "--", ExternalSecretKind, externalSecret, "force-sync=" + mark],
                cancellationToken
            )
        ).Dispose();

    // After '--' a name is a name, whatever a stranger's catalog says: '--kubeconfig=FILE' can start programs.
    private Task<ErasedBuffer> GetAsync(string kind, string name, IReadOnlyList<string> options, CancellationToken cancellationToken) =>
        kubectl.RunAsync(
            TargetOf(kind, name),
            ["get", .. Inside, "--output", "json", .. options, "--", kind == ExternalSecret ? ExternalSecretKind : kind, name],
            cancellationToken
        );

    protected string TargetOf(string kind, string name) => space is null ? $"{kind} {name}" : $"{kind} {space}/{name}";

    protected static JsonObject Parse(ErasedBuffer output, string target)
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

    private static DateTimeOffset? TimeOf(JsonObject e) =>
        e.Time("series", "lastObservedTime") ?? e.Time("lastTimestamp") ?? e.Time("eventTime") ?? e.Time("metadata", "creationTimestamp");

    /// <summary>Without the parser's own words, which quote what it reads.</summary>
    private static FlowSecretException NotJson(string target) =>
        new(
            ErrorIds.StoreUnavailable,
            target,
            $"What kubectl prints of {target} is not what Kubernetes has",
            "See which kubectl that is: kubectl version --client"
        );
}
