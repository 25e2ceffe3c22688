using System.Diagnostics;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.Iam.Policies;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Aws.Iam;

/// <content>Why a call of any command was denied.</content>
internal sealed partial class AwsAccessControl
{
    /// <summary>Many denials at once are explained by what one of them found out.</summary>
    private static readonly TimeSpan SurveyHolds = TimeSpan.FromSeconds(30);

    /// <summary>Where nothing but Secrets Manager can be reached, a denial still comes soon.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Lock _surveying = new();
    private AwsSurvey? _survey;
    private long _surveyed;

    /// <summary>
    /// The denial in the words of <see cref="TestAsync(IReadOnlyCollection{string}, AccessQuestion, CancellationToken)"/>.
    /// </summary>
    public async Task<FlowSecretException> ExplainAsync(AwsCall call, FlowSecretException denial, CancellationToken cancellationToken)
    {
        // Now that it matters, the message names account and identity.
        await store.IdentifyAsync(cancellationToken);
        if (identity.Caller is not { } me)
        {
            return denial;
        }

        AwsSurvey survey = Survey();
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            AwsPrincipal principal = await survey.ResolveAsync(AwsPrincipal.Parse(me.Arn, at.Region)).WaitAsync(limit.Token);
            return call.Secret is { } name && call.Action != "CreateSecret"
                ? await ExplainAsync(call, name, principal, denial, survey, limit.Token)
                : ExplainWhole(call, principal, denial);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return denial;
        }
    }

    private async Task<FlowSecretException> ExplainAsync(
        AwsCall call,
        string name,
        AwsPrincipal principal,
        FlowSecretException denial,
        AwsSurvey survey,
        CancellationToken cancellationToken
    )
    {
        AwsTarget target = await TargetAsync(name, cancellationToken);
        if (target.Refusal is { Id: ErrorIds.SecretNotFound } absent)
        {
            return absent;
        }

        AccessAnswer answer =
            denial.AccessCause == AccessCauses.KmsKeyNotUsable
                ? await KeyAsync(target, principal, writes: call.Changes, survey, cancellationToken) is { Result: AccessResult.Denied } key
                    ? key
                    : KeyAnswer(target, principal, call.Changes)
                : await ExplainPoliciesAsync(call, target, principal, denial.AccessCause!, survey, cancellationToken);
        return WithOther(answer).ToException();
    }

    /// <param name="said">The cause that AWS's own message tells.</param>
    private async Task<AccessAnswer> ExplainPoliciesAsync(
        AwsCall call,
        AwsTarget target,
        AwsPrincipal principal,
        string said,
        AwsSurvey survey,
        CancellationToken cancellationToken
    )
    {
        AwsPolicySeen policy = await PolicyAsync(target, cancellationToken);
        AccessAnswer judged = await DecideAsync(target, principal, call.FullAction, policy, survey, cancellationToken);
        bool isVague = said is AccessCauses.NoGrant or AccessCauses.SecretNotFoundOrForbidden;

        // What the policies say is more exact than the message; where they cannot be read, the message knows more.
        if (
            (judged.Cause == said && judged.Result == AccessResult.Denied)
            || (
                isVague
                && (
                    judged.Result == AccessResult.Denied
                    || judged.Cause is AccessCauses.SecretNotFoundOrForbidden or AccessCauses.ConditionUnresolved
                )
            )
        )
        {
            return judged;
        }

        if (
            judged.Result == AccessResult.Allowed
            && isVague
            && await YoungAsync(target, principal, call.FullAction, policy, cancellationToken) is { } young
        )
        {
            return young;
        }

        return target.Secret is null && isVague
            ? _refusals.Undecided(target, principal, call.FullAction)
            : _refusals.Refused(
                target,
                principal,
                call.FullAction,
                said == AccessCauses.SecretNotFoundOrForbidden ? AccessCauses.NoGrant : said,
                null
            );
    }

    /// <summary>A call that is about no secret, or about one that is to be.</summary>
    private FlowSecretException ExplainWhole(AwsCall call, AwsPrincipal principal, FlowSecretException denial)
    {
        if (denial.AccessCause != AccessCauses.NoGrant)
        {
            return denial;
        }

        string resource = caller.ResourceOf(call);
        Remedy remedy =
            principal.IsManaged || principal.IsRoot
                ? AwsRemedies.AllowSomebody(call.FullAction, resource)
                : $"Let an administrator allow it: {AwsRemedies.Attach(principal, call.FullAction, resource, call.Secret ?? "all")}";
        return AccessAnswer
            .Denied(
                call.Target,
                AccessCauses.NoGrant,
                $"{principal} may not '{call.FullAction}' in the {store.PlaceOf(call.Secret)}: no policy of its own allows it",
                remedy
            )
            .ToException();
    }

    /// <summary>
    /// All policies allow what was denied: one of them may have been changed so lately that it does not work everywhere yet.
    /// </summary>
    /// <returns>Null: nothing tells that.</returns>
    private async Task<AccessAnswer?> YoungAsync(
        AwsTarget target,
        AwsPrincipal principal,
        string action,
        AwsPolicySeen policy,
        CancellationToken cancellationToken
    )
    {
        DateTimeOffset now = options.Clock.GetUtcNow();
        DateTimeOffset since = now - Propagation;
        AwsAsk ask = new(principal, action, target.Arn, KeysOf(target, principal, action));
        AwsResourceSays says = AwsResourceSays.Of(policy.Statements, ask, hasBoundary: false);
        if (AwsGrants.TimeOf(says.Grant?.Sid) is { } made && made > since)
        {
            return Young(target, principal, action, made, $"the grant on the secret was made at {made:HH:mm:ss} UTC");
        }

        (string Resource, string? Region, string What)[] places =
        [
            (principal.Name, null, $"the policies of {principal}"),
            (target.Arn, target.Region, "the secret's own policy"),
        ];
        foreach ((string resource, string? region, string what) in places)
        {
            (DateTimeOffset? changed, _) = await caller.TryAsync(
                new AwsCall("cloudtrail:LookupEvents"),
                ct => cloud.LastGrantAsync(resource, region, since, ct),
                cancellationToken
            );
            if (changed is { } time && time > since)
            {
                return Young(target, principal, action, time, $"{what} changed at {time:HH:mm:ss} UTC (CloudTrail)");
            }
        }

        return null;
    }

    private AccessAnswer Young(AwsTarget target, AwsPrincipal principal, string action, DateTimeOffset made, string what) =>
        AccessAnswer.Denied(
            target.Name,
            AccessCauses.GrantTooYoung,
            $"{principal} may not '{action}' on the secret '{target.Name}' in the {store.PlaceOf(target.Name)} yet, though all policies "
                + $"allow it: {what}, and a grant may take {Propagation.TotalMinutes:0} minutes",
            $"Wait until {made + Propagation:HH:mm:ss} UTC, then try again: "
                + $"{Shell($"Test-FlowSecretAccess {Stored(target.Name)} -Live")}"
        );

    private AwsSurvey Survey()
    {
        lock (_surveying)
        {
            if (_survey is null || Stopwatch.GetElapsedTime(_surveyed) > SurveyHolds)
            {
                (_survey, _surveyed) = (new AwsSurvey(caller, cloud, CancellationToken.None), Stopwatch.GetTimestamp());
            }

            return _survey;
        }
    }
}
