using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Secrets;

/// <summary>Creates secrets with a first version; a container without versions gets its first.</summary>
internal sealed class NewSecretsOperation(OperationContext context) : IOperation<WriteSecretsOptions, SecretChange>
{
    public async IAsyncEnumerable<SecretChange> RunAsync(
        WriteSecretsOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Workspace workspace = await Workspace.OpenAsync(context, options, host, cancellationToken);
        WriteRules.RequireAnnotations(workspace, options);
        WriteRules.RequireOwnLabels(options);
        using SecretValue? given = options.Source?.Read(context, host);
        options = given is null ? options : options with { Value = given };
        IReadOnlyList<PlanStep> steps = await Plan.StepsAsync(
            workspace,
            workspace.Resolve(context, options, host, wildcards: false),
            host,
            (secret, token) => StepAsync(workspace, secret, options, host, token),
            cancellationToken
        );
        await foreach (
            SecretChange change in Plan.ApplyAsync("Creating secrets", workspace, steps, host, cancellationToken, options.IsAsked)
        )
        {
            yield return change;
        }
    }

    private static async Task<PlanStep> StepAsync(
        Workspace workspace,
        SecretRef secret,
        WriteSecretsOptions options,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        SecretNames.Require(workspace.Place.Store, secret.StoreName);
        SecretDescription? existing = await workspace.Store.DescribeAsync(secret.StoreName, cancellationToken);
        string action = existing is null
            ? (options.NoValue ? "Create without a version" : "Create with a first version")
            : "Add the first version";
        FlowSecretException? refusal = existing switch
        {
            { Deleted: not null } => StoreErrors.PendingDeletion(secret.StoreName, existing.PurgeAt),
            { CurrentVersion: not null } => StoreErrors.SecretExists(workspace.Place, secret.StoreName),
            _ => null,
        };
        return new PlanStep(secret, action, ct => ApplyAsync(workspace, secret, existing, options, host, ct), refusal);
    }

    private static async Task<SecretChange> ApplyAsync(
        Workspace workspace,
        SecretRef secret,
        SecretDescription? existing,
        WriteSecretsOptions options,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        using SecretValue? value = options.NoValue ? null : await WriteRules.ValueAsync(secret, options, host, cancellationToken);
        if (value is not null)
        {
            WriteRules.CheckFormat(secret, value);
        }

        if (existing is not null)
        {
            if (value is null)
            {
                return workspace.Result(secret, ItemStatus.Unchanged, null, "It is there, without a version.");
            }

            SecretVersionInfo first = await workspace.Store.AddVersionAsync(secret.StoreName, value, null, "", cancellationToken);
            return workspace.Result(secret, ItemStatus.Updated, first.Version, "It had no version; this is its first.");
        }

        IReadOnlyDictionary<string, string> labels =
            options.Labels ?? secret.Definition?.Labels ?? new Dictionary<string, string>(StringComparer.Ordinal);
        SecretDescription made = await workspace.Store.CreateAsync(
            secret.StoreName,
            workspace.LabelsOfNew(labels),
            value,
            cancellationToken
        );
        if (options.Annotations is { Count: > 0 })
        {
            await workspace.Store.SetAnnotationsAsync(secret.StoreName, options.Annotations, cancellationToken);
        }

        return workspace.Result(secret, ItemStatus.Created, made.CurrentVersion);
    }
}
