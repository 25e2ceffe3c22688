using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Providers.Transport;
using FlowSecrets.Values;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Gcp.SecretManager;

/// <content>Creates and deletes secrets.</content>
internal sealed partial class GcpStore
{
    public async Task<SecretDescription> CreateAsync(
        string name,
        IReadOnlyDictionary<string, string> labels,
        SecretValue? value,
        CancellationToken cancellationToken
    )
    {
        SecretNames.Require(StoreKind.Gcp, name);
        GcpStoreRules.RequireLabels(name, labels);
        StoreErrors.RequireSize(name, value, MaxValueBytes);
        GcpSecret made = await MakeAsync(name, NewSecret(labels), cancellationToken);
        _written.Forget(name);
        SecretDescription description = new(name) { Created = made.CreateTime ?? default, Labels = labels };
        return value is null ? description : await AddFirstAsync(description, value, cancellationToken);
    }

    private Task<GcpSecret> MakeAsync(string name, GcpSecret wanted, CancellationToken cancellationToken) =>
        CallAsync(
            new GcpCall("secretmanager.secrets.create", name, Changes: true) { Explains = false },
            (c, ct) => c.CreateSecretAsync(name, wanted, ct),
            ct =>
                SettleAsync(
                    name,
                    async () =>
                    {
                        GcpSecret there = await GetAsync(name, ct);
                        // Whoever made it: a secret without a version is given its first.
                        return await NewestAsync(name, ct) is null ? Settled<GcpSecret>.Yes(there) : Settled<GcpSecret>.No;
                    }
                ),
            cancellationToken
        );

    private async Task<SecretDescription> AddFirstAsync(SecretDescription made, SecretValue value, CancellationToken cancellationToken)
    {
        try
        {
            GcpVersion version = await AddAsync(made.StoreName, value, 0, cancellationToken);
            return made with { Updated = version.CreateTime, CurrentVersion = version.Number, CurrentState = VersionState.Enabled };
        }
        catch (FlowSecretException e) when (e.Id != ErrorIds.WriteUncertain)
        {
            throw e.With(
                made.StoreName,
                $"The secret '{made.StoreName}' was created, but its first version was not added. {e.Cause}",
                e.Advice.Then("Then run the same command again: a secret without a version gets its first."),
                inner: e
            );
        }
    }

    public Task DeleteAsync(string name, TimeSpan? recoveryWindow, CancellationToken cancellationToken) =>
        DeleteAsync(name, recoveryWindow, etag: null, cancellationToken);

    /// <param name="etag">That of the secret which is meant: Conflict where another one has its name meanwhile; null: whichever is
    /// there.</param>
    internal async Task DeleteAsync(string name, TimeSpan? recoveryWindow, string? etag, CancellationToken cancellationToken)
    {
        SecretNames.Require(StoreKind.Gcp, name);
        if (recoveryWindow is not null)
        {
            throw StoreErrors.NoRecoveryWindow(Place, name);
        }

        await CallAsync(
            new GcpCall("secretmanager.secrets.delete", name, Changes: true),
            async (c, ct) =>
            {
                await c.DeleteSecretAsync(name, etag, ct);
                return true;
            },
            ct =>
                SettleAsync(
                    name,
                    async () =>
                    {
                        GcpSecret there = await GetAsync(name, ct);
                        return etag is null || there.Etag == etag ? Settled<bool>.No : Settled<bool>.Yes(true);
                    },
                    absent: Settled<bool>.Yes(true)
                ),
            cancellationToken
        );
        _written.Forget(name);
    }

    public async Task RestoreAsync(string name, CancellationToken cancellationToken)
    {
        await GetAsync(name, cancellationToken);
        throw StoreErrors.NotSupported(
            Place,
            name,
            "Google Secret Manager has no recovery window, so there is nothing to restore",
            $"'{name}' is there. To read a disabled version again: "
                + $"{Shell($"Set-FlowSecretVersion {Stored(name)} -Version VERSION -State Enabled")}"
        );
    }

    private GcpSecret NewSecret(IReadOnlyDictionary<string, string> labels)
    {
        GcpEncryption? key = _options.KmsKey is { } name ? new GcpEncryption { KmsKeyName = name } : null;
        bool isRegional = _at.Location is not null;
        return new GcpSecret
        {
            Labels = labels.Count == 0 ? null : new Dictionary<string, string>(labels, StringComparer.Ordinal),
            CustomerManagedEncryption = isRegional ? key : null,
            Replication = isRegional ? null : NewReplication(key),
        };
    }

    private GcpReplication NewReplication(GcpEncryption? key)
    {
        string[] locations = _options.Replication is null or "automatic"
            ? []
            : _options.Replication.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return locations.Length == 0
            ? new GcpReplication { Automatic = new GcpAutomatic { CustomerManagedEncryption = key } }
            : new GcpReplication
            {
                UserManaged = new GcpUserManaged
                {
                    Replicas = [.. locations.Select(l => new GcpReplica { Location = l, CustomerManagedEncryption = key })],
                },
            };
    }
}
