using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Rotation.Targets;

/// <summary>A system that the user's own scripts speak to. docs/rotation.md says what they get and answer.</summary>
internal sealed class ScriptTarget(RotationTargetSettings settings) : IRotationTarget
{
    private readonly CatalogTarget _scripts = settings.Target;

    public string Description =>
        _scripts.Set is { } set ? $"the target of the script {Path.GetFileName(set)}" : $"the provider of '{settings.Secret}'";

    public Task<bool> TestAsync(SecretValue value, CancellationToken cancellationToken) =>
        _scripts.Test is { } test ? Runner(test, "test").RunAsync(value, null, cancellationToken) : Task.FromResult(true);

    public async Task SetAsync(SecretValue wanted, IReadOnlyList<SecretValue> accepted, CancellationToken cancellationToken)
    {
        // A key that a person made at its provider is valid already.
        if (_scripts.Set is { } set && !await Runner(set, "set").RunAsync(wanted, ("accepted", accepted), cancellationToken))
        {
            throw new FlowSecretException(
                ErrorIds.CredentialRejected,
                settings.Secret,
                $"The script '{Path.GetFileName(set)}' says that the new value of '{settings.Secret}' is not accepted",
                "Let the catalog's 'generate' make what the system takes, then run the command again."
            );
        }
    }

    public async Task<string?> RevokeAsync(SecretValue old, SecretValue current, CancellationToken cancellationToken)
    {
        if (_scripts.Revoke is not { } revoke)
        {
            return $"Revoke the old value of '{settings.Secret}' at its provider: the catalog names no script for it.";
        }

        await Runner(revoke, "revoke").RunAsync(old, ("current", [current]), cancellationToken);
        return $"The script '{Path.GetFileName(revoke)}' revoked the old value.";
    }

    public async Task<IReadOnlyList<RotationFinding>> RehearseAsync(SecretValue current, CancellationToken cancellationToken)
    {
        List<RotationFinding> findings = [];
        foreach ((string name, string? script) in new[] { ("set", _scripts.Set), ("test", _scripts.Test), ("revoke", _scripts.Revoke) })
        {
            if (script is not null)
            {
                string? problem = ScriptRunner.Problem(script);
                findings.Add(
                    new RotationFinding(
                        $"script {name}",
                        problem is null,
                        problem ?? $"'{script}' can be run.",
                        problem is null ? "" : "Correct it, or its path in the catalog."
                    )
                );
            }
        }

        if (_scripts.Test is not null && findings.All(static f => f.IsFine))
        {
            bool accepted = await TestAsync(current, cancellationToken);
            findings.Add(
                new RotationFinding(
                    "current value",
                    accepted,
                    accepted ? "It is accepted." : "It is not accepted.",
                    accepted ? "" : "A rotation sets a new one; what runs with this one fails already."
                )
            );
        }

        return findings;
    }

    private ScriptRunner Runner(string script, string operation) => new(script, operation, settings.Secret, settings.Require);
}
