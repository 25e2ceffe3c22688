using System.Runtime.CompilerServices;
using FlowSecrets.Concurrency;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.Rotation.Run;

/// <summary>A secret with what was seen of its rotation, or why that cannot be seen.</summary>
internal sealed record RotationItem(SecretRef Secret, RotationUnit? Unit, RotationView? View, FlowSecretException? Error)
{
    /// <summary>After so many failures of one step in a row a rotation waits for somebody.</summary>
    public const int MostFailures = 3;

    /// <summary>When the current version was made; null: not asked, or not known.</summary>
    public DateTimeOffset? Made { get; init; }

    /// <summary>The servers that it logs in to, as its values name them.</summary>
    public IReadOnlyList<string> Servers { get; init; } = [];

    /// <summary>What is rotated and where it takes effect, for plans and prompts.</summary>
    public string ReachAt(Workspace workspace) =>
        $"{Unit!.Reach} in the {workspace.Place}{(Servers.Count == 0 ? "" : $", at {string.Join(" and ", Servers)}")}";

    public IEnumerable<string> Names => Unit!.Carriers.Select(static c => c.Secret.StoreName).Append(Secret.StoreName);

    public DateTimeOffset? DueAt => Unit?.Rotation.Every is { } every && Made is { } made ? made + every : null;

    /// <summary>Looks at secrets, as many at a time as the store likes; in any order.</summary>
    /// <param name="withAge">Whether the current version's age is needed.</param>
    public static IAsyncEnumerable<RotationItem> FindAsync(
        OperationContext context,
        Workspace workspace,
        IReadOnlyList<SecretRef> secrets,
        bool withAge,
        CancellationToken cancellationToken
    ) =>
        Bounded.RunAsync(
            secrets,
            context.ThrottleLimit ?? workspace.Store.Concurrency,
            (s, ct) => FindAsync(workspace, s, withAge, ct),
            cancellationToken
        );

    /// <summary>Groups that share no secret with each other; who changes the users of others is not rotated while they are.</summary>
    public static IReadOnlyList<IReadOnlyList<RotationItem>> Apart(IReadOnlyList<RotationItem> items)
    {
        HashSet<string> rotated = new(items.Select(static i => i.Secret.StoreName), StringComparer.Ordinal);
        List<(HashSet<string> Names, List<RotationItem> Items)> groups = [];
        foreach (RotationItem item in items)
        {
            HashSet<string> names = new(item.Names, StringComparer.Ordinal);
            if (item.Unit!.Admin is { } admin && rotated.Contains(admin.StoreName))
            {
                names.Add(admin.StoreName);
            }

            List<RotationItem> members = [item];
            foreach ((HashSet<string> Names, List<RotationItem> Items) shared in groups.Where(g => g.Names.Overlaps(names)).ToList())
            {
                names.UnionWith(shared.Names);
                members.InsertRange(0, shared.Items);
                groups.Remove(shared);
            }

            groups.Add((names, members));
        }

        return [.. groups.Select(static g => g.Items)];
    }

    public bool IsDue(DateTimeOffset now) =>
        View is { Pending: not null, Foreign: null } || (View is not null && IsToRetire(View, now)) || IsOld(now);

    /// <summary>Whether it is time for a new value; not while the one before is still valid.</summary>
    public bool IsOld(DateTimeOffset now) =>
        DueAt <= now
        && !(View is { Record: { State: RotationState.Overlap } record } && record.RetireAt > now && record.To == View.Current);

    public static bool IsToRetire(RotationView view, DateTimeOffset now) => IsInOverlap(view) && view.Record!.RetireAt <= now;

    /// <summary>Whether the value before is still valid, and no other rotation has begun.</summary>
    public static bool IsInOverlap(RotationView view) =>
        view is { Pending: null, Record: { State: RotationState.Overlap, From: not null } record } && record.To == view.Current;

    /// <summary>Whether its rotation was to take the value before out of use itself.</summary>
    public static bool IsWithoutOverlap(RotationView view) => view.Record is { } record && record.RetireAt <= record.Ended;

    /// <exception cref="FlowSecretException">RotationNeedsAttention: it failed too often.</exception>
    public static void RequireRetirable(Workspace workspace, SecretRef secret, RotationView view, bool isForced)
    {
        if (!isForced && view.Record is { FailedStep: RotationState.Retired, Failures: >= MostFailures } record)
        {
            throw new FlowSecretException(
                ErrorIds.RotationNeedsAttention,
                secret.StoreName,
                $"The value before of '{secret.StoreName}' could not be taken out of use {record.Failures} times, the last time as "
                    + $"{record.ErrorId}; version {view.Current} is current, {record.From} is still valid",
                $"See why: {Shell($"Test-FlowSecretRotation {workspace.Argument(secret)}")}; then try again: "
                    + $"{Shell($"Invoke-FlowSecretRotation {workspace.Argument(secret)} -Force")}"
            );
        }
    }

    public static RotationState StateOf(RotationView? view) =>
        view?.Record is { State: RotationState.NeedsAttention } ? RotationState.NeedsAttention
        : view?.Pending is { } pending ? (pending.IsPromoted ? RotationState.Promoted : RotationState.Created)
        : view?.Record is { } record && (record.To == view.Current || record.State == RotationState.Undone) ? record.State
        : RotationState.None;

    private static async Task<RotationItem> FindAsync(
        Workspace workspace,
        SecretRef secret,
        bool withAge,
        CancellationToken cancellationToken
    )
    {
        try
        {
            RotationUnit unit = RotationUnit.Of(workspace, secret);
            RotationView view = await workspace.Store.Rotation.ViewAsync(unit.Subject, cancellationToken);
            return new RotationItem(secret, unit, view, null)
            {
                Made = withAge ? await MadeAsync(workspace.Store, view, cancellationToken) : null,
            };
        }
        catch (FlowSecretException e)
        {
            return new RotationItem(secret, null, null, e);
        }
    }

    /// <summary>The record knows it of a version that a rotation made, and costs no call.</summary>
    private static async Task<DateTimeOffset?> MadeAsync(ISecretStore store, RotationView view, CancellationToken cancellationToken) =>
        view.CurrentCreated
        ?? (view.Record is { Promoted: { } promoted } record && record.To == view.Current ? promoted : (DateTimeOffset?)null)
        ?? await store.CreatedAsync(view.StoreName, view.Current, cancellationToken);
}
