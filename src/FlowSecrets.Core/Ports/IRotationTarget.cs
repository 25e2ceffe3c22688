using FlowSecrets.Model;
using FlowSecrets.Values;

namespace FlowSecrets.Ports;

/// <summary>
/// The system that checks a credential. Values are those of the whole secret: text, or the JSON object whose fields the catalog names. What
/// it
/// throws holds none of them.
/// </summary>
internal interface IRotationTarget
{
    /// <summary>How a message names it: "PostgreSQL db.example.com:5432/app".</summary>
    string Description { get; }

    /// <summary>Tries a credential with a real query.</summary>
    /// <returns>Whether it is accepted; false only where the system itself refused it.</returns>
    /// <exception cref="FlowSecretException">TargetUnavailable: it could not be found out.</exception>
    Task<bool> TestAsync(SecretValue value, CancellationToken cancellationToken);

    /// <summary>Makes a credential valid; may be repeated with the same one.</summary>
    /// <param name="accepted">Credentials that are accepted now, the best first, to log in with; may be empty.</param>
    /// <exception cref="FlowSecretException">CredentialRejected: it wants another value. TargetUnavailable: nobody knows whether it took
    /// effect. AccessDenied.</exception>
    Task SetAsync(SecretValue wanted, IReadOnlyList<SecretValue> accepted, CancellationToken cancellationToken);

    /// <summary>Takes an old credential out of use where the system does not do so by itself; may be repeated.</summary>
    /// <param name="current">The one that must stay valid.</param>
    /// <returns>What was done, or what a person must still do; null: there is nothing to do.</returns>
    Task<string?> RevokeAsync(SecretValue old, SecretValue current, CancellationToken cancellationToken);

    /// <summary>Finds out whether a rotation would succeed; changes nothing.</summary>
    Task<IReadOnlyList<RotationFinding>> RehearseAsync(SecretValue current, CancellationToken cancellationToken);
}

/// <summary>What a target is made of.</summary>
/// <param name="Secret">The key of the secret that carries the credential.</param>
/// <param name="Target">As the catalog has it.</param>
/// <param name="Admin">The value of the secret that may change the users; null without one. The caller disposes of it after the target's
/// last use.</param>
/// <param name="Require">Called just before a value leaves, with the server or the script that gets it; throws CatalogNotTrusted.</param>
internal sealed record RotationTargetSettings(string Secret, CatalogTarget Target, SecretValue? Admin, Action<string> Require);
