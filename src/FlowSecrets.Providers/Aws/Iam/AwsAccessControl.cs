using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using FlowSecrets.Concurrency;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.Iam.Policies;
using FlowSecrets.Providers.Aws.SecretsManager;
using FlowSecrets.Text;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Aws.Iam;

/// <summary>
/// Who may do what with secrets of AWS Secrets Manager. The principal's own policies are asked of IAM's simulation; the secret's policy and
/// the key's are evaluated here, since the simulation leaves them out for roles.
/// </summary>
internal sealed partial class AwsAccessControl(
    AwsStore store,
    AwsPlace at,
    AwsIdentity identity,
    AwsCaller caller,
    IAwsCloud cloud,
    AwsStoreOptions options,
    Func<string, CancellationToken, Task<ISecretsManager>> client
) : IAwsAccess
{
    private readonly AwsOwnPolicies _own = new(identity, caller, cloud);
    private readonly AwsRefusals _refusals = new(store, identity);

    /// <summary>IAM's changes are "eventually consistent", by experience within seconds.</summary>
    public TimeSpan Propagation { get; } = TimeSpan.FromMinutes(2);

    public IAsyncEnumerable<AccessAnswer> TestAsync(
        IReadOnlyCollection<string> names,
        AccessQuestion question,
        CancellationToken cancellationToken
    )
    {
        AwsSurvey survey = new(caller, cloud, cancellationToken);
        return Bounded.RunAsync(names, store.Concurrency, (n, ct) => TestAsync(n, question, survey, ct), cancellationToken);
    }

    public async IAsyncEnumerable<(SecretPermission Permission, AccessAnswer Answer)> TestAllAsync(
        IReadOnlyCollection<string> names,
        IReadOnlyList<SecretPermission> permissions,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        // One survey for all: each secret is described and its policy read once, for the first question about it.
        AwsSurvey survey = new(caller, cloud, cancellationToken);
        foreach (string name in names)
        {
            foreach (SecretPermission permission in permissions)
            {
                yield return (permission, await TestAsync(name, new AccessQuestion(null, permission), survey, cancellationToken));
            }
        }
    }

    public async Task<AccessAnswer?> TryAsync(string name, AccessQuestion question, CancellationToken cancellationToken)
    {
        AccessAnswer answer = await TestAsync(name, question, new AwsSurvey(caller, cloud, cancellationToken), cancellationToken);
        return answer.Result == AccessResult.Unknown ? null : answer;
    }

    public Task<IReadOnlyList<string?>> RegionsAsync(CancellationToken cancellationToken)
    {
        string partition = Amazon.RegionEndpoint.GetBySystemName(at.Region).PartitionName;
        return Task.FromResult<IReadOnlyList<string?>>([
            .. Amazon
                .RegionEndpoint.EnumerableAllRegions.Where(r =>
                    r.PartitionName == partition && r.SystemName.Count(static c => c == '-') >= 2
                )
                .Select(static r => r.SystemName),
        ]);
    }

    private async Task<AccessAnswer> TestAsync(string name, AccessQuestion question, AwsSurvey survey, CancellationToken cancellationToken)
    {
        try
        {
            if (question.Live)
            {
                using ReadOutcome read = await ReadOutcome.OfAsync(
                    name,
                    () => store.ReadAsync(name, VersionSelector.Current, cancellationToken)
                );
                return read.Error is { } error
                    ? WithOther(AccessAnswer.Of(name, error))
                    : AccessAnswer.Allowed(name, $"The value of version {read.Secret!.Version} was read, and dropped.");
            }

            AwsCallerIdentity? me = await identity.CallerAsync(cancellationToken);
            AwsTarget target = await survey.OnceAsync("secret", name, () => TargetAsync(name, cancellationToken));
            if (
                target.Refusal is
                {
                    AccessCause: not (
                        AccessCauses.NoGrant
                        or AccessCauses.SecretNotFoundOrForbidden
                        or AccessCauses.ExplicitDeny
                        or AccessCauses.OrganizationPolicy
                        or AccessCauses.PermissionsBoundary
                    )
                } refusal
            )
            {
                return AccessAnswer.Of(name, refusal);
            }

            if ((question.Principal ?? me?.Arn) is not { } who)
            {
                return AccessAnswer.Unknown(
                    name,
                    AccessCauses.StoreUnavailable,
                    $"Who {store.Place.Identity} is could not be found out (sts:GetCallerIdentity)",
                    "Try it: Test-FlowSecretAccess -StoreName '" + name + "' -Live"
                );
            }

            AwsPrincipal principal = await survey.ResolveAsync(AwsPrincipal.Parse(who, at.Region));
            if (
                question.Subject is { } subject
                && principal.IsRole
                && await FederationAsync(name, principal, subject, survey) is { } mismatch
            )
            {
                return mismatch;
            }

            AccessAnswer answer = await JudgeAsync(target, principal, question.Permission, survey, cancellationToken);
            return question.Principal is null ? WithOther(answer) with { Principal = principal.ToString() } : answer;
        }
        catch (FlowSecretException e)
        {
            return AccessAnswer.Of(name, e);
        }
    }

    private async Task<AccessAnswer> JudgeAsync(
        AwsTarget target,
        AwsPrincipal principal,
        SecretPermission permission,
        AwsSurvey survey,
        CancellationToken cancellationToken
    )
    {
        if (target.Secret is { DeletedDate: not null })
        {
            return AccessAnswer.Of(target.Name, StoreErrors.PendingDeletion(target.Name, null));
        }

        (AccessAnswer? allowed, AccessAnswer? open) = (null, null);
        AwsPolicySeen policy = await survey.OnceAsync("policy", target.Name, () => PolicyAsync(target, cancellationToken));
        foreach (string action in AwsRemedies.TestedOf(permission))
        {
            AccessAnswer answer = await DecideAsync(target, principal, action, policy, survey, cancellationToken);
            if (answer.Result == AccessResult.Denied)
            {
                return answer;
            }

            // Another action, or the key, may be denied for certain.
            open ??= answer.Result == AccessResult.Unknown ? answer : null;
            allowed ??= answer;
        }

        if (target.Secret is null)
        {
            return open
                ?? AccessAnswer.Unknown(
                    target.Name,
                    AccessCauses.SecretNotFoundOrForbidden,
                    $"The policies allow it, but '{target.Name}' in the {store.PlaceOf(target.Name)} may not be described here "
                        + $"(secretsmanager:DescribeSecret), so that neither that it is there is known, nor its key",
                    $"{AwsRemedies.AllowSomebody("secretsmanager:DescribeSecret", target.Arn)}{_refusals.LiveHint(target, principal)}"
                );
        }

        if (
            permission != SecretPermission.Manage
            && await KeyAsync(target, principal, permission == SecretPermission.Write, survey, cancellationToken) is { } key
            && (open is null || key.Result == AccessResult.Denied)
        )
        {
            return key;
        }

        return permission == SecretPermission.Read && target.Secret is { } secret && secret.VersionOf(AwsStagingLabels.Current) is null
            ? AccessAnswer.Of(target.Name, StoreErrors.HasNoVersion(store.PlaceOf(target.Name), target.Name))
            : open ?? allowed!;
    }

    private static async Task<AccessAnswer?> FederationAsync(string name, AwsPrincipal principal, string subject, AwsSurvey survey)
    {
        (AwsRole? role, FlowSecretException? refusal) = await survey.RoleAsync(principal.Name);
        return role is null || role.Arn != principal.Arn
            ? AccessAnswer.Unknown(
                name,
                AccessCauses.PolicyUnreadable,
                $"The trust of {principal} may not be read here (iam:GetRole{(refusal is null ? "" : $", {refusal.Id}")})",
                AwsRemedies.AllowSomebody("iam:GetRole", principal.Arn)
            )
            : AwsFederation.Compare(name, role, subject);
    }

    /// <summary>Keys in variables come before AWS_PROFILE, which is often not what was meant.</summary>
    private AccessAnswer WithOther(AccessAnswer answer) =>
        answer
            is {
                Result: not AccessResult.Allowed,
                Cause: AccessCauses.NoGrant
                    or AccessCauses.SecretNotFoundOrForbidden
                    or AccessCauses.SecretNotFound
                    or AccessCauses.NotAuthenticated
            }
        && identity.PassedOver is { } profile
            ? answer with
            {
                Result = AccessResult.Denied,
                Cause = AccessCauses.OtherIdentity,
                Evidence =
                    $"It was asked as {store.Place.Identity} (the keys of AWS_ACCESS_KEY_ID), and AWS_PROFILE names '{profile}', which "
                    + $"they hide. {answer.Evidence}",
                Remedy =
                    $"Ask as that one: "
                    + $"{Shell($"Connect-FlowSecretStore -Store Aws -Region {at.Region:bare} -Profile {RemoteText.Clean(profile)}")}",
            }
            : answer;

    /// <summary>The secret as far as it may be seen.</summary>
    private async Task<AwsTarget> TargetAsync(string name, CancellationToken cancellationToken)
    {
        AwsName id = AwsName.Parse(name);
        string region = id.Region ?? at.Region;
        (AwsSecret? secret, FlowSecretException? refusal) = await caller.TryAsync(
            new AwsCall("DescribeSecret", name),
            async ct => await (await client(region, ct)).DescribeAsync(new AwsSecretId { SecretId = id.Id }, ct),
            cancellationToken
        );
        string arn = secret?.Arn ?? caller.ResourceOf(new AwsCall("DescribeSecret", name));
        return new AwsTarget(name, id.Id, region, arn, secret, refusal);
    }

    private async Task<AwsPolicySeen> PolicyAsync(AwsTarget target, CancellationToken cancellationToken)
    {
        (AwsResourcePolicy? reply, FlowSecretException? refusal) = await caller.TryAsync(
            new AwsCall("GetResourcePolicy", target.Name),
            async ct => await (await client(target.Region, ct)).GetPolicyAsync(new AwsSecretId { SecretId = target.Id }, ct),
            cancellationToken
        );
        try
        {
            return refusal is not null
                ? new AwsPolicySeen(null, "the secret's own policy may not be read here (secretsmanager:GetResourcePolicy)")
                : new AwsPolicySeen(AwsPolicy.Read(reply!.ResourcePolicy), null);
        }
        catch (JsonException)
        {
            return new AwsPolicySeen(null, "the secret's own policy could not be understood");
        }
    }
}

/// <summary>A secret that is asked about.</summary>
/// <param name="Id">As the service is told.</param>
/// <param name="Arn">With question marks where its end is not known.</param>
/// <param name="Secret">Null: it may not be described, as <paramref name="Refusal"/> says.</param>
internal sealed record AwsTarget(string Name, string Id, string Region, string Arn, AwsSecret? Secret, FlowSecretException? Refusal)
{
    public string Account => Arn.Split(':')[4];

    public bool IsAccountKnown => Account != "*";
}

/// <param name="Statements">Null: they could not be read, as <paramref name="Missing"/> says.</param>
internal sealed record AwsPolicySeen(IReadOnlyList<AwsStatement>? Statements, string? Missing);
