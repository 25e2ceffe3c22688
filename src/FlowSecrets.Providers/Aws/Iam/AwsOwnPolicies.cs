using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.Connection;

namespace FlowSecrets.Providers.Aws.Iam;

/// <summary>What a principal's own policies say, by IAM's simulation.</summary>
internal sealed class AwsOwnPolicies(AwsIdentity identity, AwsCaller caller, IAwsCloud cloud)
{
    private const string Simulate = "iam:SimulatePrincipalPolicy";

    public async Task<AwsOwnSays> AskAsync(
        AwsPrincipal principal,
        string action,
        string resource,
        Dictionary<string, string> context,
        AwsSurvey survey,
        CancellationToken cancellationToken
    )
    {
        bool isOfCaller = principal.Account == identity.Caller?.Account;
        if (principal.IsRoot)
        {
            return OfRoot(principal, isOfCaller);
        }

        if (!isOfCaller)
        {
            return new AwsOwnSays(
                null,
                AccessCauses.PolicyUnreadable,
                $"its own policies can be seen in account {principal.Account} alone",
                null
            );
        }

        if (survey.Unresolved(principal) is { } unresolved)
        {
            return new AwsOwnSays(null, AccessCauses.PolicyUnreadable, unresolved, "iam:GetRole");
        }

        if (survey.NoSimulation is { } known)
        {
            return NotSimulated(principal, known, survey);
        }

        (AwsSimulation? simulation, FlowSecretException? refusal) = await caller.TryAsync(
            new AwsCall(Simulate),
            ct => cloud.SimulateAsync(principal.Arn, action, resource, context, ct),
            cancellationToken
        );
        return simulation is null ? NotSimulated(principal, refusal!, survey) : Read(simulation);
    }

    /// <summary>An account's root has no policies of its own.</summary>
    private static AwsOwnSays OfRoot(AwsPrincipal principal, bool isOfCaller) =>
        isOfCaller
            ? new AwsOwnSays(true, null, "being the account's root", null)
            : new AwsOwnSays(null, null, $"what account {principal.Account} allows its own can be seen there alone", null);

    private AwsOwnSays NotSimulated(AwsPrincipal principal, FlowSecretException refusal, AwsSurvey survey)
    {
        if (refusal.Id == ErrorIds.BadPrincipal && principal.ToString() != identity.Caller?.Arn)
        {
            return AwsOwnSays.NoSuchPrincipal;
        }

        if (refusal.AccessCause is not null || refusal.Id == ErrorIds.StoreUnavailable)
        {
            // Refused or out of reach once, so for all.
            survey.NoSimulation = refusal;
        }

        return new AwsOwnSays(
            null,
            AccessCauses.PolicyUnreadable,
            $"its own policies may not be simulated here ({Simulate}{(refusal.AccessCause is null ? $", {refusal.Id}" : "")})",
            Simulate
        );
    }

    private static AwsOwnSays Read(AwsSimulation simulation) =>
        simulation switch
        {
            { ByOrganization: not false, ByBoundary: not false, MissingKeys.Count: > 0 } => new AwsOwnSays(
                null,
                AccessCauses.ConditionUnresolved,
                $"its own policies hang on {string.Join(", ", simulation.MissingKeys)}, whose value is not known here",
                null
            ),
            { Decision: "allowed" } => new AwsOwnSays(
                true,
                null,
                simulation.Policy is { } policy ? $"its policy '{policy}'" : "its own policies",
                null
            ),
            { ByOrganization: false } => new AwsOwnSays(
                false,
                AccessCauses.OrganizationPolicy,
                "a service control policy of the organisation does not allow it",
                null
            ),
            { ByBoundary: false } => new AwsOwnSays(
                false,
                AccessCauses.PermissionsBoundary,
                "its permissions boundary does not hold it",
                null
            ),
            { Decision: "explicitDeny" } => new AwsOwnSays(
                false,
                AccessCauses.ExplicitDeny,
                $"its policy '{simulation.Policy}' forbids it",
                null
            ),
            _ => new AwsOwnSays(false, AccessCauses.NoGrant, "no policy of its own allows it", null),
        };
}

/// <param name="Allows">Null: it cannot be known here.</param>
/// <param name="Missing">The action that finding out needs.</param>
internal sealed record AwsOwnSays(bool? Allows, string? Cause, string Words, string? Missing)
{
    public static AwsOwnSays NoSuchPrincipal { get; } = new(false, null, "AWS knows no such user or role", null);
}
