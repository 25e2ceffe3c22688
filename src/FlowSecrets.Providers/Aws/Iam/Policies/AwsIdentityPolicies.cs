using System.Text.Json;
using FlowSecrets.Providers.Aws.Iam.Conditions;

namespace FlowSecrets.Providers.Aws.Iam.Policies;

/// <summary>A policy of a user, a role or a group, or a permissions boundary.</summary>
internal sealed record AwsIdentityPolicy(string Name, IReadOnlyList<AwsStatement> Statements)
{
    /// <exception cref="JsonException">It is no policy.</exception>
    public static AwsIdentityPolicy Read(string name, string json) => new(name, AwsPolicy.Read(json, isOfIdentity: true));
}

/// <summary>All policies that a user or a role has.</summary>
/// <param name="Own">With those of a user's groups.</param>
/// <param name="Boundary">Null: there is none.</param>
internal sealed record AwsIdentityPolicies(IReadOnlyList<AwsIdentityPolicy> Own, AwsIdentityPolicy? Boundary)
{
    public AwsIdentitySays Say(AwsAsk ask)
    {
        AwsIdentitySays says = new();
        foreach (AwsIdentityPolicy policy in Own)
        {
            says.Add(policy, ask, isBoundary: false);
        }

        if (Boundary is { } boundary)
        {
            says.Add(boundary, ask, isBoundary: true);
        }

        return says;
    }
}

/// <summary>What the policies of an identity say of one action. The first statement of each kind counts.</summary>
internal sealed class AwsIdentitySays
{
    private bool? _own = false;
    private bool? _within;
    private bool _hasBoundary;

    /// <summary>Whether its policies within its boundary allow it; null: it cannot be known here.</summary>
    public bool? Allows => Known.All(_own, Boundary);

    /// <summary>Whether a policy or the boundary forbids it; null: it cannot be known here.</summary>
    public bool? Denies { get; private set; } = false;

    /// <summary>Whether the boundary allows it; true: there is none.</summary>
    public bool? Boundary => _hasBoundary ? _within : true;

    /// <summary>The policy that allows it; null: none does for certain.</summary>
    public string? Allowing { get; private set; }

    /// <summary>The policy that forbids it; null: none does for certain.</summary>
    public string? Denying { get; private set; }

    /// <summary>What might forbid it.</summary>
    public string? OpenDenial { get; private set; }

    /// <summary>What might allow it.</summary>
    public string? Open { get; private set; }

    public void Add(AwsIdentityPolicy policy, AwsAsk ask, bool isBoundary)
    {
        (_hasBoundary, _within) = isBoundary ? (true, false) : (_hasBoundary, _within);
        foreach (AwsStatement statement in policy.Statements)
        {
            bool? applies = Applies(statement, ask);
            if (applies == false)
            {
                continue;
            }

            if (!statement.Allows)
            {
                Deny(policy, statement, ask, applies);
            }

            if (statement.MightAllow)
            {
                Allow(policy, statement, ask, applies, isBoundary);
            }
        }
    }

    private void Deny(AwsIdentityPolicy policy, AwsStatement statement, AwsAsk ask, bool? applies)
    {
        Denies = Known.Any(Denies, applies);
        if (applies == true)
        {
            Denying ??= policy.Name;
        }
        else
        {
            OpenDenial ??= Undecided(policy, statement, ask);
        }
    }

    private void Allow(AwsIdentityPolicy policy, AwsStatement statement, AwsAsk ask, bool? applies, bool isBoundary)
    {
        (_own, _within) = isBoundary ? (_own, Known.Any(_within, applies)) : (Known.Any(_own, applies), _within);
        if (applies is null)
        {
            Open ??= Undecided(policy, statement, ask);
        }
        else if (!isBoundary)
        {
            Allowing ??= policy.Name;
        }
    }

    private static bool? Applies(AwsStatement statement, AwsAsk ask) =>
        statement.Unread is not null ? null
        : !statement.HasAction(ask.Action) ? false
        : Known.All(
            AwsCondition.IsMet(statement.Condition, ask.Keys, statement.HasVariables),
            statement.HasResource(ask.Resource, ask.Keys)
        );

    private static string Undecided(AwsIdentityPolicy policy, AwsStatement statement, AwsAsk ask) =>
        $"the statement {statement.Title} of its policy '{policy.Name}' hangs on {statement.OpenOn(ask)}";
}
