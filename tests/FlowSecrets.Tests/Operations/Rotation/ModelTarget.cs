using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Soaks;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Rotation;

/// <summary>
/// A system that checks credentials, in memory: one user whose password is replaced, or users that alternate and that an administrator
/// sets.
/// </summary>
internal sealed class ModelTarget(int seed, bool alternates, string password)
{
    private readonly Dictionary<string, string> _passwords = new(StringComparer.Ordinal) { ["a"] = password };
    private readonly Dictionary<string, bool> _judged = new(StringComparer.Ordinal) { [password] = true };
    private readonly Random _random = new(seed);

    /// <summary>The share of new values that it does not take.</summary>
    public double Rejects { get; set; }

    public static string Value(string user, string password) => $$"""{"host":"h","user":"{{user}}","password":"{{password}}"}""";

    public bool Accepts(SecretValue value)
    {
        (string user, string password) = Read(value);
        return _passwords.GetValueOrDefault(user) == password;
    }

    public void Set(SecretValue wanted, IReadOnlyList<SecretValue> accepted)
    {
        (string user, string password) = Read(wanted);
        if (!alternates && !accepted.Any(Accepts))
        {
            throw new FlowSecretException(ErrorIds.AccessDenied, "s", "The model lets nobody in", "Give it an accepted value.");
        }

        if (!_judged.TryGetValue(password, out bool isTaken))
        {
            _judged[password] = isTaken = _random.NextDouble() >= Rejects || _passwords.ContainsValue(password);
        }

        if (!isTaken)
        {
            throw new FlowSecretException(ErrorIds.CredentialRejected, "s", "The model does not take it", "Make another one.");
        }

        _passwords[user] = password;
    }

    public void Forget(SecretValue value) => _passwords.Remove(Read(value).User);

    public static string UserOf(SecretValue value) => Read(value).User;

    private static (string User, string Password) Read(SecretValue value)
    {
        JsonNode members = JsonNode.Parse(value.AsSpan())!;
        return (members["user"]!.GetValue<string>(), members["password"]!.GetValue<string>());
    }
}

/// <summary>The model as one rotator reaches it.</summary>
internal sealed class ModelDoor(ModelTarget model, InterleavedActor? actor) : IRotationTarget
{
    public string Description => "the model";

    public Task<bool> TestAsync(SecretValue value, CancellationToken cancellationToken) =>
        CallAsync("test", ErrorIds.TargetUnavailable, changes: false, () => Task.FromResult(model.Accepts(value)));

    public Task SetAsync(SecretValue wanted, IReadOnlyList<SecretValue> accepted, CancellationToken cancellationToken) =>
        CallAsync(
            "set",
            ErrorIds.TargetUnavailable,
            changes: true,
            () =>
            {
                model.Set(wanted, accepted);
                return Task.FromResult(true);
            }
        );

    // Between the look and the change somebody else may set the user, as at PostgreSQL.
    public async Task<string?> RevokeAsync(SecretValue old, SecretValue current, CancellationToken cancellationToken)
    {
        if (ModelTarget.UserOf(old) != ModelTarget.UserOf(current) && await TestAsync(old, cancellationToken))
        {
            await CallAsync(
                "revoke",
                ErrorIds.TargetUnavailable,
                changes: true,
                () =>
                {
                    model.Forget(old);
                    return Task.FromResult(true);
                }
            );
        }

        return null;
    }

    public Task<IReadOnlyList<RotationFinding>> RehearseAsync(SecretValue current, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<RotationFinding>>([]);

    private Task<T> CallAsync<T>(string call, string error, bool changes, Func<Task<T>> inner) =>
        actor is null ? inner() : actor.CallAsync(call, error, changes, inner);
}

/// <summary>A clock that can be put forward, and on which no wait takes time.</summary>
internal sealed class ImpatientClock : TimeProvider
{
    public TimeSpan Ahead { get; set; }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, dueTime == Timeout.InfiniteTimeSpan ? dueTime : TimeSpan.Zero, period);
}
