using FlowSecrets.Errors;
using FlowSecrets.Ports;

namespace FlowSecrets.Model;

/// <summary>What is known of an access. What cannot be known is Unknown, never a guess.</summary>
internal enum AccessResult
{
    Allowed,
    Denied,
    Unknown,
}

/// <summary>Who may do what with a secret, why not, and what mends it.</summary>
/// <param name="Cause">One of <see cref="AccessCauses"/>; null when it is allowed.</param>
/// <param name="Evidence">What was seen, in a sentence.</param>
/// <param name="Remedy">The exact command that fixes it; empty if there is nothing to fix.</param>
internal sealed record AccessAnswer(string StoreName, AccessResult Result, string? Cause, string Evidence, Remedy Remedy)
{
    /// <summary>Who it is about, as the store's policies name it; null: as the question said, or not known.</summary>
    public string? Principal { get; init; }

    internal static AccessAnswer Allowed(string name, string evidence) =>
        new(name, AccessResult.Allowed, null, evidence, Errors.Remedy.None);

    internal static AccessAnswer Denied(string name, string cause, string evidence, Remedy remedy) =>
        new(name, AccessResult.Denied, cause, evidence, remedy);

    internal static AccessAnswer Unknown(string name, string cause, string evidence, Remedy remedy) =>
        new(name, AccessResult.Unknown, cause, evidence, remedy);

    /// <summary>What another command's failure says of the access.</summary>
    internal static AccessAnswer Of(string name, FlowSecretException error) =>
        new(
            name,
            AccessCauses.IsDecided(error.AccessCause ?? error.Id) ? AccessResult.Denied : AccessResult.Unknown,
            error.AccessCause ?? error.Id,
            error.Cause,
            error.Advice
        );

    /// <summary>The same for a command that was denied.</summary>
    internal FlowSecretException ToException() =>
        new(AccessCauses.ErrorOf(Cause!), StoreName, $"Permission denied: {Evidence}", Remedy) { AccessCause = Cause };
}

/// <param name="Principal">In the store's own form: a member of a binding, an ARN; null: whoever asks.</param>
/// <param name="Live">Also read the value, and drop it: a permission's test can say yes where a KMS key says no.</param>
/// <param name="Subject">The subject of a federated token that is to become this principal; null: not asked about.</param>
internal sealed record AccessQuestion(string? Principal, SecretPermission Permission, bool Live = false, string? Subject = null);

/// <summary>One grant on a secret, as its policy has it or as it inherits it.</summary>
/// <param name="Principal">In the store's own form.</param>
/// <param name="Role">The cloud's own word: a role, actions.</param>
/// <param name="Holds">What of ours it holds; empty: none of it.</param>
/// <param name="Source">Where it stands: the secret, a project, a folder.</param>
internal sealed record SecretGrant(string Principal, string Role, IReadOnlyList<SecretPermission> Holds, string Source)
{
    /// <summary>The permission that this module would have granted by just this; null: it is another role.</summary>
    public SecretPermission? Exactly { get; init; }

    /// <summary>Whether it stands on the secret itself, so that it can be taken off there.</summary>
    public bool Direct { get; init; }

    /// <summary>The condition as the cloud writes it; null: none.</summary>
    public string? Condition { get; init; }

    /// <summary>When its condition ends it; null: never, or not by a time alone.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Whether this module made it.</summary>
    public bool Ours { get; init; }

    /// <summary>When this module made it; null: not known.</summary>
    public DateTimeOffset? Granted { get; init; }

    /// <summary>Whether it forbids instead.</summary>
    public bool Denies { get; init; }

    /// <summary>What tells it apart in the policy, where principal, role and condition do not.</summary>
    internal string? Id { get; init; }
}

/// <summary>A change to who may do what with one secret.</summary>
/// <param name="Permission">Which; null, to take off: all that the principal was granted on the secret itself.</param>
/// <param name="Expires">When a grant ends; null: never.</param>
/// <param name="Only">Take off just this grant, as <see cref="IAccessControl.ListAsync"/> told it; null: what <paramref name="Permission"/>
/// says.</param>
internal sealed record AccessEdit(
    bool Grant,
    string Principal,
    SecretPermission? Permission,
    DateTimeOffset? Expires = null,
    SecretGrant? Only = null
);

/// <summary>What a change does to a secret's policy.</summary>
/// <param name="Diff">Its lines, with '+' or '-' before each; empty: it is so already.</param>
internal sealed record AccessChange(IReadOnlyList<string> Diff)
{
    public static AccessChange None { get; } = new([]);

    /// <summary>What the person should know; null: nothing.</summary>
    public string? Warning { get; init; }
}
