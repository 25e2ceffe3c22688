using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Rotation.Targets;

/// <summary>
/// Data that is encrypted with the secret: a script encrypts it anew, and can be run again after it was broken off. Nothing can be tried
/// beforehand.
/// </summary>
internal sealed class ReencryptTarget(string script, string secret, Action<string> require) : IRotationTarget
{
    public string Description => $"the script {Path.GetFileName(script)}";

    public Task<bool> TestAsync(SecretValue value, CancellationToken cancellationToken) => Task.FromResult(true);

    // A key that the data is not encrypted with must never become current.
    public async Task SetAsync(SecretValue wanted, IReadOnlyList<SecretValue> accepted, CancellationToken cancellationToken)
    {
        if (!await new ScriptRunner(script, "reencrypt", secret, require).RunAsync(wanted, ("accepted", accepted), cancellationToken))
        {
            throw new FlowSecretException(
                ErrorIds.TargetUnavailable,
                secret,
                $"The script '{Path.GetFileName(script)}' did not encrypt the data of '{secret}' anew (exit code 10)",
                "Mend it, then run the same command again; the key in use is still the old one."
            );
        }
    }

    // Until they were deployed anew, the workloads went on encrypting with the old key.
    public async Task<string?> RevokeAsync(SecretValue old, SecretValue current, CancellationToken cancellationToken)
    {
        await SetAsync(current, [old], cancellationToken);
        return $"{Description} was run once more, for what was encrypted with the old key since.";
    }

    public Task<IReadOnlyList<RotationFinding>> RehearseAsync(SecretValue current, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<RotationFinding>>([
            File.Exists(script)
                ? new RotationFinding("re-encryption", true, $"The script '{script}' is there; it cannot be rehearsed.")
                : new RotationFinding(
                    "re-encryption",
                    false,
                    $"The script '{script}' is not there.",
                    "Correct 'reencrypt' in the catalog."
                ),
        ]);
}
