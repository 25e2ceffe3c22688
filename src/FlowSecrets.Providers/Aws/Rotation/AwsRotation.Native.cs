using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.SecretsManager;
using FlowSecrets.Providers.Transport;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Aws.Rotation;

// AWS's own rotation, by the function that the secret names.
internal sealed partial class AwsRotation
{
    private static readonly TimeSpan NativeLimit = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan NativeWait = TimeSpan.FromSeconds(2);

    public async Task<RotationView> RunNativeAsync(RotationSubject subject, CancellationToken cancellationToken)
    {
        string name = subject.StoreName;
        AwsSecret before = await store.RequireAsync(name, cancellationToken);
        string basis = before.VersionOf(AwsStagingLabels.Current) ?? "";
        RequireFunction(name, before);
        RequireNoneOfOurs(name, before, basis);
        if (before.VersionOf(AwsStagingLabels.Pending) is not { } running || running == basis)
        {
            await StartNativeAsync(name, cancellationToken);
        }

        return await AwaitNativeAsync(subject, basis, cancellationToken);
    }

    private static void RequireFunction(string name, AwsSecret secret)
    {
        if (secret.RotationLambda is not { Length: > 0 } && secret.OwningService is not { Length: > 0 })
        {
            throw new FlowSecretException(
                ErrorIds.RotationNotConfigured,
                name,
                $"AWS has no rotation function for '{name}'",
                $"Leave -Native out, or give it one: "
                    + $"{Shell($"aws secretsmanager rotate-secret --secret-id {name} --rotation-lambda-arn ARN --rotation-rules "
                    + $"AutomaticallyAfterDays=30")}"
            );
        }
    }

    private static void RequireNoneOfOurs(string name, AwsSecret secret, string basis)
    {
        if (PendingIn(secret, basis, secret.VersionOf(AwsStagingLabels.Previous)) is not null)
        {
            throw new FlowSecretException(
                ErrorIds.RotationInProgress,
                name,
                $"A rotation of '{name}' by FlowSecrets was broken off, and AWS's own would wait for its end",
                $"Finish it without -Native: {Shell($"Invoke-FlowSecretRotation {Stored(name)}")}; or take it back: "
                    + $"{Shell($"Undo-FlowSecretRotation {Stored(name)}")}"
            );
        }
    }

    private async Task StartNativeAsync(string name, CancellationToken cancellationToken)
    {
        AwsName id = AwsName.Parse(name);
        string token = Guid.NewGuid().ToString();
        await store.CallAsync(
            new AwsCall("RotateSecret", name, Changes: true),
            (c, ct) => c.RotateAsync(new AwsRotate { SecretId = id.Id, ClientRequestToken = token }, ct),
            ct =>
                store.SettleAsync(
                    name,
                    s =>
                        s.Stages.ContainsKey(token)
                            ? Settled<AwsChanged>.Yes(new AwsChanged { VersionId = token })
                            : Settled<AwsChanged>.No,
                    ct
                ),
            cancellationToken,
            id.Region
        );
    }

    /// <summary>The rotation has ended when another version is current and none is pending beside it.</summary>
    private async Task<RotationView> AwaitNativeAsync(RotationSubject subject, string basis, CancellationToken cancellationToken)
    {
        string name = subject.StoreName;
        long start = clock.GetTimestamp();
        while (true)
        {
            AwsSecret now = await store.RequireAsync(name, cancellationToken);
            string? pending = now.VersionOf(AwsStagingLabels.Pending);
            string? current = now.VersionOf(AwsStagingLabels.Current);
            if (current != basis && (pending is null || pending == current))
            {
                return View(subject, now);
            }

            if (clock.GetElapsedTime(start) > NativeLimit)
            {
                throw new FlowSecretException(
                    ErrorIds.RotationNeedsAttention,
                    name,
                    $"AWS's own rotation of '{name}' did not end in {NativeLimit.TotalMinutes} minutes: version {pending ?? "none"} is "
                        + $"still AWSPENDING, {current} is current",
                    $"Its function's log says why: "
                        + $"{Shell($"aws logs tail /aws/lambda/{now.RotationLambda?.Split(':')[^1]}")}; then try again."
                );
            }

            await Task.Delay(NativeWait, clock, cancellationToken);
        }
    }
}
