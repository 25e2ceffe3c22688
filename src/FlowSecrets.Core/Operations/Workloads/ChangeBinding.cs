using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Trust;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.Workloads;

internal sealed record BindingOptions : WorkloadOptions
{
    /// <summary>Key of the secret.</summary>
    public required string Name { get; init; }

    /// <summary>The environment variable; null: the one that the catalog names.</summary>
    public string? Variable { get; init; }

    /// <summary>A field of a JSON secret.</summary>
    public string? Field { get; init; }

    public string? KubernetesSecret { get; init; }

    public string? KubernetesKey { get; init; }

    public string? Container { get; init; }

    /// <summary>Pin the present version.</summary>
    public bool Pin { get; init; }

    /// <summary>Take it out instead.</summary>
    public bool Remove { get; init; }
}

/// <summary>Injects a secret into workloads as an environment variable, or takes it out.</summary>
internal sealed class ChangeBindingOperation(OperationContext context) : IOperation<BindingOptions, WorkloadChange>
{
    public async IAsyncEnumerable<WorkloadChange> RunAsync(
        BindingOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Workspace workspace = await Workspace.OpenWithCatalogAsync(context, options, host, cancellationToken);
        SecretRef secret = workspace.Resolve(context, options.Name);
        CatalogSecret definition = secret.Definition!;
        if (options.Field is { } field && definition.Fields.Count > 0)
        {
            options = options with { Field = definition.FieldNamed(field).Name };
        }

        string variable = options.Variable ?? OneOf(definition, options.Field);
        string? version =
            options.Pin && !options.Remove
                ? (await Plan.RequireAsync(workspace, secret, cancellationToken)).CurrentVersion
                    ?? throw StoreErrors.HasNoVersion(workspace.Place, secret.StoreName)
                : null;
        string action = options.Remove
            ? $"Take {variable} out"
            : $"Inject '{secret.StoreName}'{(version is null ? "" : $" (version {version})")} as {variable}";
        CatalogWorkload[] workloads = [.. WorkloadSelection.Find(workspace, options.Workloads, host)];
        await workspace.Trust!.AskAsync(workloads.SelectMany(workspace.ChangeRecords), cancellationToken);
        foreach (CatalogWorkload workload in workloads)
        {
            if (workspace.Trust.Refusal(workspace.ChangeRecords(workload), workload.Name) is { } refusal)
            {
                yield return Result(workspace, workload, ItemStatus.Failed, refusal.Message) with
                {
                    Error = refusal,
                };
                continue;
            }

            cancellationToken.ThrowIfCancellationRequested();
            IWorkload open = context.Providers().OpenWorkload(workload, workspace.Selection, context.Variable);
            bool agreed = await host.ShouldProcessAsync(open.Description, action, cancellationToken);
            WorkloadBinding binding = new(variable, secret.StoreName)
            {
                Version = version,
                Field = options.Field,
                KubernetesSecret = options.KubernetesSecret ?? SecretInCluster(workspace, definition, workload),
                KubernetesKey = options.KubernetesKey,
                Container = options.Container,
            };
            yield return agreed
                ? await ChangeAsync(workspace, workload, open, binding, options, cancellationToken)
                : Result(workspace, workload, host.IsWhatIf ? ItemStatus.Planned : ItemStatus.Skipped, action);
        }
    }

    private static async Task<WorkloadChange> ChangeAsync(
        Workspace workspace,
        CatalogWorkload workload,
        IWorkload open,
        WorkloadBinding binding,
        BindingOptions options,
        CancellationToken cancellationToken
    )
    {
        try
        {
            bool changed = options.Remove
                ? await open.UnbindAsync(binding, cancellationToken)
                : await open.BindAsync(binding, cancellationToken);
            return changed
                ? Result(
                    workspace,
                    workload,
                    options.Remove ? ItemStatus.Unbound : ItemStatus.Bound,
                    $"{open.Description} is being deployed with it."
                )
                : Result(
                    workspace,
                    workload,
                    ItemStatus.Unchanged,
                    options.Remove ? $"{binding.Variable} is not there." : "It is so already."
                );
        }
        catch (FlowSecretException e)
        {
            return Result(workspace, workload, ItemStatus.Failed, e.Message) with { Error = e };
        }
    }

    /// <summary>The Kubernetes Secret that the catalog makes of it; null where it makes none, or several.</summary>
    private static string? SecretInCluster(Workspace workspace, CatalogSecret definition, CatalogWorkload workload)
    {
        CatalogKubernetes kubernetes = workspace.Catalog!.KubernetesOf(workspace.Environment);
        string[] names =
            workload.Kind == "kubernetes"
                ? [.. kubernetes.Secrets.Where(s => s.From.Contains(definition.Key, StringComparer.Ordinal)).Select(static s => s.Name)]
                : [];
        return names is [var one] ? one : null;
    }

    private static string OneOf(CatalogSecret definition, string? field)
    {
        IReadOnlyList<string> variables = field is null ? definition.Env : definition.Field(field)?.Env ?? [];
        return variables is [var one]
            ? one
            : throw new FlowSecretException(
                ErrorIds.BadArgument,
                definition.Key,
                variables.Count == 0
                    ? $"The catalog names no environment variable for '{definition.Key}{(field is null ? "" : "." + field)}'"
                    : $"The catalog names several environment variables for '{definition.Key}{(field is null ? "" : "." + field)}': "
                        + $"{string.Join(", ", variables)}",
                "Say which: -Variable NAME"
            );
    }

    private static WorkloadChange Result(Workspace workspace, CatalogWorkload workload, string status, string? message) =>
        new()
        {
            Workload = workload.Name,
            Kind = workload.Kind,
            Status = status,
            Message = message,
            Environment = workspace.Environment?.Name,
        };
}
