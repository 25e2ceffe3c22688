using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Transport;
using FlowSecrets.Values;

namespace FlowSecrets.Providers.Aws.SecretsManager;

/// <content>Creating, deleting and restoring secrets.</content>
internal sealed partial class AwsStore
{
    /// <summary>How long a name may stay taken after its secret was deleted for good.</summary>
    private static readonly TimeSpan NameLinger = TimeSpan.FromSeconds(30);

    public async Task<SecretDescription> CreateAsync(
        string name,
        IReadOnlyDictionary<string, string> labels,
        SecretValue? value,
        CancellationToken cancellationToken
    )
    {
        SecretNames.Require(StoreKind.Aws, name);
        AwsTags.Require(name, labels);
        StoreErrors.RequireSize(name, value, MaxValueBytes);
        (SecretValue? text, byte[]? binary) = AwsValueForms.Of(value);
        AwsCreate request = new()
        {
            Name = name,
            ClientRequestToken = Guid.NewGuid().ToString(),
            KmsKeyId = _options.KmsKey,
            SecretString = text,
            SecretBinary = binary,
            Tags = labels.Count == 0 ? null : AwsTags.From(labels),
        };
        try
        {
            return await CreateAsync(request, labels, cancellationToken);
        }
        finally
        {
            AwsValueForms.Clear(binary);
        }
    }

    public async Task DeleteAsync(string name, TimeSpan? recoveryWindow, CancellationToken cancellationToken)
    {
        AwsName id = AwsName.Parse(name);
        AwsSecret secret = await RequireAsync(name, cancellationToken, deleted: recoveryWindow is null);
        AwsDelete request = new()
        {
            SecretId = secret.Arn ?? id.Id,
            RecoveryWindowInDays = recoveryWindow is { } window ? (int)Math.Round(window.TotalDays) : null,
            ForceDeleteWithoutRecovery = recoveryWindow is null ? true : null,
        };
        await CallAsync(
            new AwsCall("DeleteSecret", name, Changes: true),
            async (c, ct) =>
            {
                await c.DeleteAsync(request, ct);
                return true;
            },
            ct =>
                SettleAsync(
                    name,
                    s => s.DeletedDate is null || recoveryWindow is null ? Settled<bool>.No : Settled<bool>.Yes(true),
                    ct,
                    absent: Settled<bool>.Yes(true)
                ),
            cancellationToken,
            id.Region
        );
    }

    public async Task RestoreAsync(string name, CancellationToken cancellationToken)
    {
        AwsName id = AwsName.Parse(name);
        await ChangeAsync(
            "RestoreSecret",
            name,
            (c, ct) => c.RestoreAsync(new AwsSecretId { SecretId = id.Id }, ct),
            id.Region,
            cancellationToken
        );
    }

    private async Task<SecretDescription> CreateAsync(
        AwsCreate request,
        IReadOnlyDictionary<string, string> labels,
        CancellationToken cancellationToken
    )
    {
        string name = request.Name;
        long start = _options.Clock.GetTimestamp();
        while (true)
        {
            try
            {
                await CallAsync(
                    new AwsCall("CreateSecret", name, Changes: true),
                    (c, ct) => c.CreateAsync(request, ct),
                    ct =>
                        SettleAsync(name, s => IsOurs(s, request) ? Settled<AwsChanged>.Yes(new AwsChanged()) : Settled<AwsChanged>.No, ct),
                    cancellationToken
                );
                return Made(request, labels);
            }
            catch (FlowSecretException e) when (e.Id is ErrorIds.PendingDeletion or ErrorIds.SecretExists)
            {
                AwsSecret? there = await FindAsync(name, cancellationToken);
                if (there is null && _options.Clock.GetElapsedTime(start) < NameLinger)
                {
                    // Deleted for good a moment ago: the name is free soon.
                    await Task.Delay(TimeSpan.FromSeconds(1), _options.Clock, cancellationToken);
                    continue;
                }

                throw there is { DeletedDate: not null } ? PendingDeletion(name, there) : e;
            }
        }
    }

    private SecretDescription Made(AwsCreate request, IReadOnlyDictionary<string, string> labels)
    {
        SecretDescription made = new(request.Name) { Created = _options.Clock.GetUtcNow(), Labels = labels };
        return request.HasValue
            ? made with
            {
                Updated = made.Created,
                CurrentVersion = request.ClientRequestToken,
                CurrentState = VersionState.Enabled,
            }
            : made;
    }

    /// <summary>Whether the secret that is there is the one that was to be created.</summary>
    private static bool IsOurs(AwsSecret secret, AwsCreate request) =>
        request.HasValue ? secret.Stages.ContainsKey(request.ClientRequestToken) : secret.Stages.Count == 0;
}
