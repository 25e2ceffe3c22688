using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using FlowSecrets.Catalogs;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Secrets;

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

    /// <exception cref="FlowSecretException">BadArgument: a label or annotation of a rotation or a grant.</exception>
    public static void RequireOwnLabels(WriteSecretsOptions options)
    {
        if ((options.Labels?.Keys ?? []).Concat(options.Annotations?.Keys ?? []).FirstOrDefault(RotationNotes.IsOurs) is { } ours)
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                ours,
                $"The label '{ours}' belongs to FlowSecrets: rotations and grants keep their records under '{RotationNotes.Prefix}'",
                "Use another name. To end a rotation: Invoke-FlowSecretRotation -Force or Undo-FlowSecretRotation; to end a grant: "
                    + "Revoke-FlowSecretAccess."
            );
        }
    }

    /// <summary>Holds a whole value against what the catalog says of its format.</summary>
    public static void CheckFormat(SecretRef secret, SecretValue value)
    {
        if (secret.Definition is { Fields.Count: > 0 })
        {
            JsonSecret.RequireObject(value, secret.StoreName);
        }
        else if (secret.Definition is { Format: SecretFormat.Json })
        {
            JsonSecret.Require(value, secret.StoreName);
        }
        else if (secret.Definition is not { Format: SecretFormat.Binary })
        {
            JsonSecret.RequireDistinctIfObject(value, secret.StoreName);
        }

        if (secret.Definition is { Format: SecretFormat.Text })
        {
            _ = value.IsText()
                ? true
                : throw new FlowSecretException(
                    ErrorIds.ValueNotText,
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
