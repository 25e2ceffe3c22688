using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Soaks;

/// <summary>A target that keeps the values that it accepts: all that were set until they are revoked, or the last one only.</summary>
internal sealed class HandTarget(bool keepsOld, string first) : IRotationTarget
{
    public HashSet<string> Accepted { get; } = new(StringComparer.Ordinal) { first };

    public bool FailsBeforeSet { get; set; }

    public bool FailsAfterSet { get; set; }

    public string Description => "the model";

    public bool Accepts(SecretValue value) => Accepted.Contains(value.RevealText(null));

    public void KeepOnly(string value) => Accepted.RemoveWhere(a => a != value);

    public Task<bool> TestAsync(SecretValue value, CancellationToken cancellationToken) => Task.FromResult(Accepts(value));

    public Task SetAsync(SecretValue wanted, IReadOnlyList<SecretValue> accepted, CancellationToken cancellationToken)
    {
        Fail(FailsBeforeSet);
        if (!keepsOld && !accepted.Any(Accepts))
        {
            throw new FlowSecretException(ErrorIds.AccessDenied, "s", "The model lets nobody in", "Give it an accepted value.");
        }

        if (!keepsOld)
        {
            Accepted.Clear();
        }

        Accepted.Add(wanted.RevealText(null));
        Fail(FailsAfterSet);
        return Task.CompletedTask;
    }

    public Task<string?> RevokeAsync(SecretValue old, SecretValue current, CancellationToken cancellationToken)
    {
        Accepted.Remove(old.RevealText(null));
        return Task.FromResult<string?>(null);
    }

    public Task<IReadOnlyList<RotationFinding>> RehearseAsync(SecretValue current, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<RotationFinding>>([]);

    private void Fail(bool fails)
    {
        (FailsBeforeSet, FailsAfterSet) = fails ? (false, false) : (FailsBeforeSet, FailsAfterSet);
        if (fails)
        {
            throw new FlowSecretException(ErrorIds.TargetUnavailable, "s", "The model does not answer", "Try again.");
        }
    }
}
