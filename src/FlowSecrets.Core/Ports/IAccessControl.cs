using System.Runtime.CompilerServices;
using FlowSecrets.Model;

namespace FlowSecrets.Ports;

/// <summary>Who may do what with the secrets of a store, and why not.</summary>
internal interface IAccessControl
{
    /// <summary>
    /// What a principal may do with each of these secrets: an answer for each, in any order. What all share (a project's policy) is read
    /// once. Throws nothing but cancellation.
    /// </summary>
    /// <param name="question">Its principal is of this store's kind.</param>
    IAsyncEnumerable<AccessAnswer> TestAsync(
        IReadOnlyCollection<string> names,
        AccessQuestion question,
        CancellationToken cancellationToken
    );

    /// <summary>What whoever asks may do, of several permissions; what the answers share is read once if the store can.</summary>
    async IAsyncEnumerable<(SecretPermission Permission, AccessAnswer Answer)> TestAllAsync(
        IReadOnlyCollection<string> names,
        IReadOnlyList<SecretPermission> permissions,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (SecretPermission permission in permissions)
        {
            await foreach (AccessAnswer answer in TestAsync(names, new AccessQuestion(null, permission), cancellationToken))
            {
                yield return (permission, answer);
            }
        }
    }

    /// <summary>Whether a grant works, as far as that can be seen from here.</summary>
    /// <returns>Null: nobody but the principal can see it.</returns>
    Task<AccessAnswer?> TryAsync(string name, AccessQuestion question, CancellationToken cancellationToken);

    /// <summary>Who may do what with a secret, inherited grants included.</summary>
    /// <exception cref="FlowSecretException">SecretNotFound, AccessDenied, NotSupportedByStore.</exception>
    Task<AccessList> ListAsync(string name, CancellationToken cancellationToken);

    /// <summary>What the edits would change now.</summary>
    /// <exception cref="FlowSecretException">SecretNotFound, AccessDenied, NotSupportedByStore, LimitReached.</exception>
    Task<AccessChange> PlanAsync(string name, IReadOnlyList<AccessEdit> edits, CancellationToken cancellationToken);

    /// <summary>Changes the secret's policy and nothing else of it; a policy that somebody else changed meanwhile is read again.</summary>
    /// <exception cref="FlowSecretException">As planning; Conflict when others go on changing it.</exception>
    Task<AccessChange> ApplyAsync(string name, IReadOnlyList<AccessEdit> edits, CancellationToken cancellationToken);

    /// <summary>A policy to attach to the principal itself instead of changing the secrets', for review.</summary>
    /// <exception cref="FlowSecretException">NotSupportedByStore.</exception>
    Task<string> IdentityPolicyAsync(
        IReadOnlyList<string> names,
        SecretPermission permission,
        DateTimeOffset? expires,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// The regions in which a secret may be that is not here; null in it: none, which is Google's global place. Empty where there are none
    /// or they cannot be listed.
    /// </summary>
    Task<IReadOnlyList<string?>> RegionsAsync(CancellationToken cancellationToken);

    /// <summary>How long a grant may take until it works everywhere.</summary>
    TimeSpan Propagation { get; }
}

/// <param name="Grants">Those that could be read.</param>
/// <param name="Unreadable">What could not be, and which permission that needs; empty: nothing.</param>
internal sealed record AccessList(IReadOnlyList<SecretGrant> Grants, IReadOnlyList<string> Unreadable);
