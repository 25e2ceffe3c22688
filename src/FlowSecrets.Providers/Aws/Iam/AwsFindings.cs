using FlowSecrets.Providers.Aws.Connection;

namespace FlowSecrets.Providers.Aws.Iam;

/// <summary>What the secret's policy and the principal's own say of one action, and what follows from both.</summary>
internal sealed record AwsFindings(
    AwsTarget Target,
    AwsPrincipal Principal,
    string Action,
    AwsPolicySeen Policy,
    AwsResourceSays Says,
    AwsOwnSays Own
)
{
    public bool IsSameAccount => Principal.Account == Target.Account;

    /// <summary>Whether the secret's policy allows it; null: it cannot be known here.</summary>
    public bool? BySecret =>
        Says.Grant is not null ? true
        : Says.Open is not null || Policy.Missing is not null ? null
        : false;

    /// <summary>What may hold a deny that is not seen here; null: nothing.</summary>
    public string? Hidden => Policy.Missing ?? Says.OpenDenial;

    /// <summary>A deny wins over all that allows, so what might be one leaves it open; null: it cannot be known here.</summary>
    public bool? Allows => Granted == true && Hidden is not null ? null : Granted;

    /// <summary>In one account either policy grants; across accounts both must.</summary>
    private bool? Granted => IsSameAccount ? Either(Own.Allows, BySecretAlone) : Both(Own.Allows, BySecret);

    /// <summary>A grant to the whole account leaves it to the principal's own policies.</summary>
    private bool? BySecretAlone =>
        !Says.IsByAccount ? BySecret
        : Says.Open is null ? false
        : null;

    private static bool? Either(bool? a, bool? b) =>
        a == true || b == true ? true
        : a == false && b == false ? false
        : null;

    private static bool? Both(bool? a, bool? b) =>
        a == false || b == false ? false
        : a == true && b == true ? true
        : null;
}
