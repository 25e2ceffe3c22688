using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using FlowSecrets.Catalogs;

namespace FlowSecrets.Operations;

public sealed record WriteSecretsOptions : TargetOptions
{
    public IReadOnlyList<string> Names { get; init; } = [];

    public IReadOnlyList<string> StoreNames { get; init; } = [];

    /// <summary>The value; null: generated or asked for. The operation does not dispose of it.</summary>
    public SecretValue? Value { get; init; }

    /// <summary>Make the value: by this, or by the catalog's own rule.</summary>
    public bool Generate { get; init; }

    public GenerateSpec? GenerateSpec { get; init; }

    /// <summary>Make a container without a version.</summary>
    public bool NoValue { get; init; }

    /// <summary>The one field of a JSON secret that the value is for.</summary>
    public string? Field { get; init; }

    /// <summary>Labels to set; an empty value takes one off. Null: left as they are.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>The same for annotations.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Without it, a secret that data depends on is not overwritten.</summary>
    public bool OverwriteEncryptionKey { get; init; }
}

/// <summary>What creating and setting share: where the value comes from, and what it must be.</summary>
internal static class WriteRules
{
    /// <returns>A value of its own, which the caller disposes of.</returns>
    public static async Task<SecretValue> ValueAsync(
        SecretRef secret,
        WriteSecretsOptions options,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        CatalogSecret? definition = secret.Definition;
        SecretValue value;
        if (options.Value is not null)
        {
            value = options.Value.Clone();
        }
        else if (options.Generate)
        {
            value = Generate(secret, options);
        }
        else
        {
            value = await host.AskSecretAsync(
                new Question(
                    definition?.Prompt ?? $"Value of {secret.StoreName}{(options.Field is null ? "" : "." + options.Field)}",
                    null,
                    "Give the value: -Value (a SecureString), -Path FILE, -FromEnvironment NAME, -FromStdin or -Generate."
                ),
                cancellationToken
            );
        }

        if (value.IsEmpty())
        {
            value.Dispose();
            throw new FlowSecretException(
                ErrorIds.EmptyValue,
                FlowErrorCategory.InvalidData,
                secret.StoreName,
                $"The value for '{secret.StoreName}' is empty, and no store keeps an empty value",
                "Give a value, or leave the secret out."
            );
        }

        return value;
    }

    /// <exception cref="FlowSecretException">NotSupportedByStore, before anything is done.</exception>
    public static void RequireAnnotations(Workspace workspace, WriteSecretsOptions options)
    {
        if (options.Annotations is not null && !workspace.Store.Capabilities.Annotations)
        {
            throw StoreErrors.NotSupported(workspace.Place, null, $"The {workspace.Place} has no annotations", "Use labels: -Label");
        }
    }

    /// <summary>Holds a whole value against what the catalog says of its format.</summary>
    public static void CheckFormat(SecretRef secret, SecretValue value)
    {
        if (secret.Definition is { Fields.Count: > 0 })
        {
            JsonSecret.Parse(value, secret.StoreName);
        }
        else if (secret.Definition is { Format: SecretFormat.Json })
        {
            JsonSecret.Require(value, secret.StoreName);
        }
        else if (secret.Definition is { Format: SecretFormat.Text })
        {
            _ = value.IsText()
                ? true
                : throw new FlowSecretException(
                    ErrorIds.ValueNotText,
                    FlowErrorCategory.InvalidData,
                    secret.StoreName,
                    $"The value for '{secret.StoreName}' is not UTF-8 text, and the catalog says that it is text",
                    "Give text, or write 'format: binary' into the catalog."
                );
        }
    }

    /// <exception cref="FlowSecretException">EncryptionKeyProtected.</exception>
    public static void RequireOverwrite(SecretRef secret, bool allowed)
    {
        if (secret.Definition is { IsEncryptionKey: true } && !allowed)
        {
            throw new FlowSecretException(
                ErrorIds.EncryptionKeyProtected,
                FlowErrorCategory.SecurityError,
                secret.StoreName,
                $"'{secret.StoreName}' is an encryption key: what was encrypted with its present value could not be read with another",
                "Encrypt that data anew first; then, if you mean it, add -OverwriteEncryptionKey."
            );
        }
    }

    private static SecretValue Generate(SecretRef secret, WriteSecretsOptions options)
    {
        if (secret.Definition is { IsExternal: true })
        {
            throw new FlowSecretException(
                ErrorIds.ExternallyOwned,
                FlowErrorCategory.InvalidOperation,
                secret.StoreName,
                $"'{secret.StoreName}' has 'owner: external': its value is not made here",
                "Give the value that its owner gave you."
            );
        }

        CatalogField? field = options.Field is null ? null : secret.Definition?.Field(options.Field);
        GenerateSpec? rule = options.GenerateSpec ?? (options.Field is null ? secret.Definition?.Generate : field?.Generate);
        if (rule is null)
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                FlowErrorCategory.InvalidArgument,
                secret.StoreName,
                $"The catalog has no 'generate' for '{secret.StoreName}{(options.Field is null ? "" : "." + options.Field)}'",
                secret.Definition is { Fields.Count: > 0 }
                    ? "It is a JSON secret: set it up field by field with Initialize-FlowSecret."
                    : "Say what to make: -Generate -Kind Password, or write 'generate' into the catalog."
            );
        }

        using GeneratedSecret made = SecretGenerator.Generate(rule);
        return made.Value.Clone();
    }
}

/// <summary>Creates secrets with a first version; a container without versions gets its first.</summary>
public sealed class NewSecretsOperation(OperationContext context) : IOperation<WriteSecretsOptions, SecretChange>
{
    public async IAsyncEnumerable<SecretChange> RunAsync(
        WriteSecretsOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Workspace workspace = Workspace.Open(context, options);
        WriteRules.RequireAnnotations(workspace, options);
        List<PlanStep> steps = [];
        foreach (SecretRef secret in workspace.Resolve(context, options.Names, options.StoreNames, wildcards: false))
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
            steps.Add(new PlanStep(secret, action, ct => ApplyAsync(workspace, secret, existing, options, host, ct), refusal));
        }

        await foreach (SecretChange change in Plan.ApplyAsync("Creating secrets", workspace, steps, host, cancellationToken))
        {
            yield return change;
        }
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
        SecretDescription made = await workspace.Store.CreateAsync(secret.StoreName, labels, value, cancellationToken);
        if (options.Annotations is { Count: > 0 })
        {
            await workspace.Store.SetAnnotationsAsync(secret.StoreName, options.Annotations, cancellationToken);
        }

        return workspace.Result(secret, ItemStatus.Created, made.CurrentVersion);
    }
}

/// <summary>Adds a version to secrets, sets one field of a JSON secret, or changes labels.</summary>
public sealed class SetSecretsOperation(OperationContext context) : IOperation<WriteSecretsOptions, SecretChange>
{
    public async IAsyncEnumerable<SecretChange> RunAsync(
        WriteSecretsOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Workspace workspace = Workspace.Open(context, options);
        WriteRules.RequireAnnotations(workspace, options);
        bool labelsOnly = options.NoValue;
        string action =
            labelsOnly ? "Change labels"
            : options.Field is null ? "Add a version"
            : $"Add a version with another '{options.Field}'";
        List<PlanStep> steps = [];
        foreach (SecretRef secret in workspace.Resolve(context, options.Names, options.StoreNames, wildcards: false))
        {
            steps.Add(
                await Plan.StepAsync(
                    secret,
                    action,
                    async () =>
                    {
                        SecretDescription there = await Plan.RequireAsync(workspace, secret, cancellationToken);
                        if (!labelsOnly && there.CurrentVersion is not null)
                        {
                            WriteRules.RequireOverwrite(secret, options.OverwriteEncryptionKey);
                        }
                    },
                    ct => ApplyAsync(workspace, secret, options, host, ct)
                )
            );
        }

        await foreach (SecretChange change in Plan.ApplyAsync("Setting secrets", workspace, steps, host, cancellationToken))
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
            using SecretValue value = options.Field is null ? given.Clone() : WithField(secret, current, options.Field, given);
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

    private static SecretValue WithField(SecretRef secret, ReadSecret? current, string field, SecretValue given)
    {
        if (secret.Definition is { Fields.Count: > 0 } definition && definition.Field(field) is null)
        {
            throw new FlowSecretException(
                ErrorIds.FieldNotFound,
                FlowErrorCategory.ObjectNotFound,
                secret.StoreName,
                $"The catalog knows no field '{field}' of '{definition.Key}'",
                $"Its fields are {string.Join(", ", definition.Fields.Select(static f => f.Name))}."
            );
        }

        JsonObject members = current is null ? [] : JsonSecret.Parse(current.Value, secret.StoreName);
        members[field] = given.RevealText(secret.StoreName);
        return JsonSecret.Write(members);
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
