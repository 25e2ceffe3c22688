using System.Runtime.CompilerServices;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Text;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Secrets;

/// <summary>Adds a version to secrets, sets one field of a JSON secret, or changes labels.</summary>
internal sealed class SetSecretsOperation(OperationContext context) : IOperation<WriteSecretsOptions, SecretChange>
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
        bool labelsOnly = options.NoValue;
        string action =
            labelsOnly ? "Change labels"
            : options.Field is null ? "Add a version"
            : $"Add a version with another '{options.Field}'";
        IReadOnlyList<PlanStep> steps = await Plan.StepsAsync(
            workspace,
            workspace.Resolve(context, options, host, wildcards: false),
            host,
            (secret, token) =>
                Plan.StepAsync(
                    secret,
                    action,
                    async () =>
                    {
                        SecretDescription there = await Plan.RequireAsync(workspace, secret, token);
                        if (!labelsOnly && there.CurrentVersion is not null)
                        {
                            WriteRules.RequireOverwrite(secret, options.OverwriteEncryptionKey);
                        }
                    },
                    ct => ApplyAsync(workspace, secret, options, host, ct)
                ),
            cancellationToken
        );
        await foreach (
            SecretChange change in Plan.ApplyAsync("Setting secrets", workspace, steps, host, cancellationToken, options.IsAsked)
        )
        {
            yield return change;
        }
    }

    private static async Task<SecretChange> ApplyAsync(
        Workspace workspace,
        SecretRef secret,
        WriteSecretsOptions options,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        string? version = null;
        bool changed = false;
        if (!options.NoValue)
        {
            using SecretValue given = await WriteRules.ValueAsync(secret, options, host, cancellationToken);
            using ReadSecret? current = await ReadCurrentAsync(workspace, secret, options.Field is null, cancellationToken);
            using SecretValue value = options.Field is null ? given.Clone() : WithField(secret, current, options.Field, given, host);
            WriteRules.CheckFormat(secret, value);
            changed = current is null || !current.Value.Equals(value);
            version = changed
                ? (
                    await workspace.Store.AddVersionAsync(
                        secret.StoreName,
                        value,
                        null,
                        options.Field is null ? null : current?.Version,
                        cancellationToken
                    )
                ).Version
                : current!.Version;
        }

        if (changed)
        {
            await workspace.ClaimWrittenAsync(secret.StoreName, cancellationToken);
        }

        bool relabelled = await RelabelAsync(workspace, secret, options, cancellationToken);
        return changed || relabelled
            ? workspace.Result(secret, ItemStatus.Updated, version)
            : workspace.Result(secret, ItemStatus.Unchanged, version, "It is so already; no version was added.");
    }

    /// <param name="wholeValue">Whether what cannot be read is replaced whole; else its other fields would be lost.</param>
    /// <returns>Null where there is no readable current version to compare with.</returns>
    private static async Task<ReadSecret?> ReadCurrentAsync(
        Workspace workspace,
        SecretRef secret,
        bool wholeValue,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await workspace.Store.ReadAsync(secret.StoreName, VersionSelector.Current, cancellationToken);
        }
        catch (FlowSecretException e)
            when (e.Id == ErrorIds.SecretHasNoVersion || (wholeValue && e.Id is ErrorIds.VersionDisabled or ErrorIds.VersionDestroyed))
        {
            return null;
        }
    }

    private static SecretValue WithField(SecretRef secret, ReadSecret? current, string field, SecretValue given, IOperationHost host)
    {
        if (
            secret.Definition is { Fields.Count: > 0 } definition
            && !FieldPath.Splits(field).Any(s => definition.Field(s.First) is not null)
        )
        {
            field = definition.FieldNamed(field).Name;
        }

        JsonSecret members = current is null ? JsonSecret.Empty(secret.StoreName) : JsonSecret.Parse(current.Value, secret.StoreName);
        if (members.SetAt(field, given.RevealText(secret.StoreName)))
        {
            host.Warning(JsonSecret.Retyped(secret.StoreName, field));
        }

        return members.Write();
    }

    /// <summary>Merges labels and annotations into those that there are.</summary>
    private static async Task<bool> RelabelAsync(
        Workspace workspace,
        SecretRef secret,
        WriteSecretsOptions options,
        CancellationToken cancellationToken
    )
    {
        if ((options.Labels ?? options.Annotations) is null)
        {
            return false;
        }

        SecretDescription there = await Plan.RequireAsync(workspace, secret, cancellationToken);
        bool relabelled = LabelChanges.Merge(there.Labels, options.Labels) is not null;
        if (relabelled)
        {
            await workspace.Store.SetLabelsAsync(secret.StoreName, options.Labels!, cancellationToken);
        }

        bool annotated = LabelChanges.Merge(there.Annotations, options.Annotations) is not null;
        if (annotated)
        {
            await workspace.Store.SetAnnotationsAsync(secret.StoreName, options.Annotations!, cancellationToken);
        }

        return relabelled || annotated;
    }
}
