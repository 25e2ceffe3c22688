using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.Iam.Conditions;
using FlowSecrets.Providers.Aws.Iam.Policies;

namespace FlowSecrets.Providers.Aws.Iam;

/// <summary>
/// What a principal's own policies say: by IAM's simulation, and by their text if the simulation lacks the value of a key.
/// </summary>
internal sealed class AwsOwnPolicies(AwsIdentity identity, AwsCaller caller, IAwsCloud cloud)
{
    private const string Simulate = "iam:SimulatePrincipalPolicy";

    public async Task<AwsOwnSays> AskAsync(AwsAsk ask, AwsSurvey survey, CancellationToken cancellationToken)
    {
        AwsPrincipal principal = ask.Principal;
        bool isOfCaller = principal.Account == identity.Caller?.Account;
        if (principal.IsRoot)
        {
            return isOfCaller
                ? await OfRootAsync(ask, survey, cancellationToken)
                : AwsOwnSays.Unread($"what account {principal.Account} allows its own can be seen there alone", null) with
                {
                    Cause = null,
                };
        }

        if (!isOfCaller)
        {
            return AwsOwnSays.Unread($"its own policies can be seen in account {principal.Account} alone", null);
        }

        if (survey.Unresolved(principal) is { } unresolved)
        {
            return AwsOwnSays.Unread(unresolved, "iam:GetRole");
        }

        if (survey.NoSimulation is { } known)
        {
            return NotSimulated(principal, known, survey);
        }

        (AwsSimulation? simulation, FlowSecretException? refusal) = await SimulateAsync(principal.Arn, ask, cancellationToken);
        return simulation is null ? NotSimulated(principal, refusal!, survey)
            : Missing(simulation, ask.Keys) is { Length: > 0 } missing ? await ReadAsync(simulation, ask, missing, survey)
            : Read(simulation);
    }

    /// <summary>A key that is known to be absent is missing as it will be when the call is made.</summary>
    private static string[] Missing(AwsSimulation simulation, AwsKeys keys) =>
        [.. simulation.MissingKeys.Where(k => keys[k].IsPresent != false)];

    /// <summary>The simulation names the keys that it misses, and not what hangs on them: the texts tell.</summary>
    private static async Task<AwsOwnSays> ReadAsync(AwsSimulation simulation, AwsAsk ask, string[] missing, AwsSurvey survey)
    {
        AwsOwnSays open = WithLimits(
            new AwsOwnSays(null, $"its own policies hang on {string.Join(", ", missing)}, whose value is not known here")
            {
                Denies = null,
                Cause = AccessCauses.ConditionUnresolved,
                Boundary = simulation.ByBoundary is null ? true : null,
            },
            simulation
        );
        if (!ask.Principal.IsRole && !ask.Principal.IsUser)
        {
            return open;
        }

        (AwsIdentityPolicies? texts, string? why) = await survey.PoliciesAsync(ask.Principal, simulation.ByBoundary is not null);
        if (texts is null)
        {
            return open with { Words = $"{open.Words}, and their text {why}" };
        }

        AwsIdentitySays simulated = texts.Say(ask with { Keys = ask.Keys.AsSimulated(simulation.MissingKeys) });
        return Contradict(simulation, simulated)
            ? open with
            {
                Words = $"{open.Words}, and their text does not agree with the simulation",
            }
            : WithLimits(Of(texts.Say(ask)), simulation);
    }

    /// <summary>
    /// Whether the texts, read with what the simulation was told, give another answer than the simulation. Then one of both does not have
    /// all policies. What an organisation forbids is not in the texts.
    /// </summary>
    internal static bool Contradict(AwsSimulation simulation, AwsIdentitySays texts)
    {
        bool isOrganizationSilent = simulation.ByOrganization != false;
        return simulation.Decision switch
        {
            "allowed" => texts.Denies == true || texts.Allows == false,
            "explicitDeny" => isOrganizationSilent && texts.Denies == false,
            _ => texts.Denies == true || (isOrganizationSilent && texts.Allows == true && texts.Denies == false),
        };
    }

    internal static AwsOwnSays Of(AwsIdentitySays texts) =>
        texts.Denies == true
            ? new AwsOwnSays(false, $"its policy '{texts.Denying}' forbids it") { Denies = true, Cause = AccessCauses.ExplicitDeny }
        : texts.Boundary == false
            ? new AwsOwnSays(false, texts.OpenDenial ?? "its permissions boundary does not hold it")
            {
                Denies = texts.Denies,
                Boundary = false,
                Cause = texts.OpenDenial is null ? AccessCauses.PermissionsBoundary : AccessCauses.ConditionUnresolved,
            }
        : texts.Denies is null || texts.Allows is null
            ? new AwsOwnSays(texts.Allows, texts.OpenDenial ?? texts.Open!)
            {
                Denies = texts.Denies,
                Boundary = texts.Boundary,
                Cause = AccessCauses.ConditionUnresolved,
            }
        : texts.Allows == true ? new AwsOwnSays(true, $"its policy '{texts.Allowing}'")
        : new AwsOwnSays(false, "no policy of its own allows it") { Boundary = texts.Boundary, Cause = AccessCauses.NoGrant };

    /// <summary>The seconds since 1970 are sent only if a policy asks for them: not every simulation takes them for a time.</summary>
    private async Task<(AwsSimulation? Simulation, FlowSecretException? Refusal)> SimulateAsync(
        string principal,
        AwsAsk ask,
        CancellationToken cancellationToken
    )
    {
        Dictionary<string, string> context = new(ask.Keys.Single, StringComparer.OrdinalIgnoreCase);
        _ = context.Remove(AwsRequestKeys.EpochTime, out string? seconds);
        while (true)
        {
            (AwsSimulation? simulation, FlowSecretException? refusal) = await caller.TryAsync(
                new AwsCall(Simulate),
                ct => cloud.SimulateAsync(principal, ask.Action, ask.Resource, context, ct),
                cancellationToken
            );
            if (simulation?.MissingKeys.Contains(AwsRequestKeys.EpochTime, StringComparer.OrdinalIgnoreCase) != true || seconds is null)
            {
                return (simulation, refusal);
            }

            context[AwsRequestKeys.EpochTime] = seconds;
            seconds = null;
        }
    }

    /// <summary>
    /// An account's root has no policies of its own, and cannot be simulated. Whether its account is in an organisation, whose policies
    /// bind it, the caller's own simulation says.
    /// </summary>
    private async Task<AwsOwnSays> OfRootAsync(AwsAsk ask, AwsSurvey survey, CancellationToken cancellationToken)
    {
        AwsOwnSays root = new(true, "being the account's root");
        if (identity.Caller is not { } me)
        {
            return root with { Organization = null };
        }

        AwsPrincipal principal = await survey.ResolveAsync(AwsPrincipal.Parse(me.Arn, "us-east-1"));
        (AwsSimulation? simulation, _) =
            principal.IsPathKnown && !principal.IsRoot && survey.NoSimulation is null
                ? await SimulateAsync(principal.Arn, ask, cancellationToken)
                : (null, null);
        return simulation is { ByOrganization: null } ? root : root with { Organization = null };
    }

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

        return AwsOwnSays.Unread(
            $"its own policies may not be simulated here ({Simulate}{(refusal.AccessCause is null ? $", {refusal.Id}" : "")})",
            Simulate
        );
    }

    private static AwsOwnSays Read(AwsSimulation simulation)
    {
        bool isDenied = simulation.Decision == "explicitDeny" && (simulation.Policy is not null || simulation.ByOrganization != false);
        AwsOwnSays says =
            isDenied
                ? new AwsOwnSays(false, simulation.Policy is { } p ? $"its policy '{p}' forbids it" : "a policy of its own forbids it")
                {
                    Denies = true,
                    Cause = AccessCauses.ExplicitDeny,
                }
            : simulation.Decision == "allowed"
                ? new AwsOwnSays(true, simulation.Policy is { } policy ? $"its policy '{policy}'" : "its own policies")
            : simulation.ByBoundary == false
                ? new AwsOwnSays(false, "its permissions boundary does not hold it")
                {
                    Boundary = false,
                    Cause = AccessCauses.PermissionsBoundary,
                }
            : new AwsOwnSays(simulation.ByOrganization == false ? null : false, "no policy of its own allows it")
            {
                Cause = AccessCauses.NoGrant,
            };
        return WithLimits(says, simulation);
    }

    /// <summary>Of a boundary and an organisation the simulation tells.</summary>
    private static AwsOwnSays WithLimits(AwsOwnSays says, AwsSimulation simulation) =>
        says with
        {
            HasBoundary = simulation.ByBoundary is not null,
            Organization = simulation.ByOrganization == false ? null : true,
            IsInOrganization = simulation.ByOrganization is not null,
        };
}

/// <summary>What the policies of a principal, its boundary and its organisation say of one action.</summary>
/// <param name="Allows">Whether its own policies within its boundary do; null: it cannot be known here.</param>
/// <param name="Words">How a sentence says it.</param>
internal sealed record AwsOwnSays(bool? Allows, string Words)
{
    public static AwsOwnSays NoSuchPrincipal { get; } = new(false, "AWS knows no such user or role");

    /// <summary>Whether one of them forbids it; null: it cannot be known here.</summary>
    public bool? Denies { get; init; } = false;

    /// <summary>Whether the permissions boundary, if there is one, allows it.</summary>
    public bool? Boundary { get; init; } = true;

    public bool? HasBoundary { get; init; } = false;

    /// <summary>
    /// Whether the organisation's policies allow it. That they do not is never certain: the simulation does not see policies with
    /// conditions as the call will.
    /// </summary>
    public bool? Organization { get; init; } = true;

    /// <summary>Whether there may be policies of an organisation that the simulation does not see.</summary>
    public bool IsInOrganization { get; init; }

    public string? Cause { get; init; }

    /// <summary>The action that finding out needs.</summary>
    public string? Missing { get; init; }

    public static AwsOwnSays Unread(string words, string? missing) =>
        new(null, words)
        {
            Denies = null,
            Boundary = null,
            HasBoundary = null,
            Cause = AccessCauses.PolicyUnreadable,
            Missing = missing,
        };
}
