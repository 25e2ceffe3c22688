using System.Runtime.CompilerServices;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers;
using FlowSecrets.Values;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Tests.Operations.Access;

/// <summary>Grants in memory: what the operations about access stand on. A line of a policy is "principal:permission".</summary>
internal sealed class FakeAccess : IAccessControl
{
    private readonly Lock _lock = new();

    public Dictionary<string, List<SecretGrant>> Grants { get; } = new(StringComparer.Ordinal);

    /// <summary>Secrets that fail, whatever is asked.</summary>
    public Dictionary<string, FlowSecretException> Failing { get; } = new(StringComparer.Ordinal);

    /// <summary>What a test answers; without it: what the grants say.</summary>
    public Func<string, AccessQuestion, AccessAnswer>? OnTest { get; set; }

    public Func<AccessQuestion, AccessAnswer?> OnTry { get; set; } = static _ => null;

    public List<string> Unreadable { get; } = [];

    public List<AccessQuestion> Questions { get; } = [];

    /// <summary>Secrets whose policy was written, in that order.</summary>
    public List<string> Written { get; } = [];

    public List<IReadOnlyList<AccessEdit>> Edits { get; } = [];

    public IReadOnlyList<string?> Regions { get; set; } = [];

    public TimeSpan Propagation { get; set; } = TimeSpan.FromMinutes(7);

    public FakeAccess With(string name, string principal, SecretPermission permission, bool ours = false, bool direct = true)
    {
        GrantsOf(name)
            .Add(Grant(principal, permission) with { Ours = ours, Direct = direct, Source = direct ? "the secret" : "the project" });
        return this;
    }

    public async IAsyncEnumerable<AccessAnswer> TestAsync(
        IReadOnlyCollection<string> names,
        AccessQuestion question,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await Task.Yield();
        Questions.Add(question);
        foreach (string name in names)
        {
            yield return OnTest?.Invoke(name, question)
                ?? (
                    GrantsOf(name).Exists(g => g.Principal == question.Principal && g.Exactly == question.Permission)
                        ? AccessAnswer.Allowed(name, "granted")
                        : AccessAnswer.Denied(name, AccessCauses.NoGrant, "no grant", $"{Shell($"Grant-FlowSecretAccess {Stored(name)}")}")
                );
        }
    }

    public Task<AccessAnswer?> TryAsync(string name, AccessQuestion question, CancellationToken cancellationToken) =>
        Task.FromResult(OnTry(question));

    public async Task<AccessList> ListAsync(string name, CancellationToken cancellationToken)
    {
        await Task.Yield();
        Check(name);
        lock (_lock)
        {
            return new AccessList([.. GrantsOf(name)], Unreadable);
        }
    }

    public async Task<AccessChange> PlanAsync(string name, IReadOnlyList<AccessEdit> edits, CancellationToken cancellationToken)
    {
        await Task.Yield();
        Check(name);
        lock (_lock)
        {
            return new AccessChange(Change([.. GrantsOf(name)], edits));
        }
    }

    public async Task<AccessChange> ApplyAsync(string name, IReadOnlyList<AccessEdit> edits, CancellationToken cancellationToken)
    {
        await Task.Yield();
        Check(name);
        lock (_lock)
        {
            Written.Add(name);
            Edits.Add(edits);
            return new AccessChange(Change(GrantsOf(name), edits)) { Warning = name == "warns" ? "It warns." : null };
        }
    }

    public Task<string> IdentityPolicyAsync(
        IReadOnlyList<string> names,
        SecretPermission permission,
        DateTimeOffset? expires,
        CancellationToken cancellationToken
    ) => Task.FromResult($"{permission}: {string.Join(' ', names)}{(expires is { } end ? $" until {end:u}" : "")}");

    public Task<IReadOnlyList<string?>> RegionsAsync(CancellationToken cancellationToken) => Task.FromResult(Regions);

    /// <summary>"principal:permission" of each, in order.</summary>
    public IEnumerable<string> Lines(string name) => GrantsOf(name).Select(static g => $"{g.Principal}:{g.Exactly}");

    private static SecretGrant Grant(string principal, SecretPermission permission) =>
        new(principal, "role/" + permission, [permission], "the secret") { Exactly = permission, Direct = true };

    private static List<string> Change(List<SecretGrant> grants, IReadOnlyList<AccessEdit> edits)
    {
        List<string> diff = [];
        foreach (AccessEdit edit in edits)
        {
            SecretGrant[] same =
            [
                .. grants.Where(g =>
                    g.Direct
                    && (
                        edit.Only is null
                            ? g.Principal == edit.Principal && (edit.Permission is null || g.Exactly == edit.Permission)
                            : g == edit.Only
                    )
                ),
            ];
            if (edit.Grant && same.Length == 0)
            {
                grants.Add(Grant(edit.Principal, edit.Permission!.Value) with { Ours = true, Expires = edit.Expires });
                diff.Add($"+ {edit.Principal}:{edit.Permission}");
            }

            foreach (SecretGrant grant in edit.Grant ? [] : same)
            {
                grants.Remove(grant);
                diff.Add($"- {grant.Principal}:{grant.Exactly}");
            }
        }

        return diff;
    }

    private void Check(string name)
    {
        if (Failing.TryGetValue(name, out FlowSecretException? error))
        {
            throw error;
        }
    }

    private List<SecretGrant> GrantsOf(string name)
    {
        lock (_lock)
        {
            return Grants.TryGetValue(name, out List<SecretGrant>? grants) ? grants : Grants[name] = [];
        }
    }
}

/// <summary>A store of which only its place, its access and its descriptions are there.</summary>
internal sealed class FakeStore(Place place, FakeAccess access, params string[] names) : ISecretStore
{
    public Place Place => place;

    public int Concurrency { get; init; } = 8;

    public IAccessControl Access => access;

    public IRotationStore Rotation => throw new NotSupportedException();

    public StoreCapabilities Capabilities => throw new NotSupportedException();

    public ValueTask<Place> IdentifyAsync(CancellationToken cancellationToken) => ValueTask.FromResult(place);

    public Task<SecretDescription?> DescribeAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult(names.Contains(name) ? new SecretDescription(name) : null);

    public IAsyncEnumerable<DescribeOutcome> DescribeManyAsync(IReadOnlyCollection<string> asked, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<StoreValidation> ValidateAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<SecretDescription> CreateAsync(
        string name,
        IReadOnlyDictionary<string, string> labels,
        SecretValue? value,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException();

    public Task<SecretVersionInfo> AddVersionAsync(
        string name,
        SecretValue value,
        string? stage,
        string? expectedCurrent,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException();

    public Task<ReadSecret> ReadAsync(string name, VersionSelector selector, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public IAsyncEnumerable<ReadOutcome> ReadManyAsync(IReadOnlyCollection<string> asked, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public IAsyncEnumerable<SecretDescription> ListAsync(string prefix, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<SecretVersionInfo>> ListVersionsAsync(string name, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task SetVersionStateAsync(string name, string version, VersionState state, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task MoveStageAsync(string name, string stage, string? version, string? expectedVersion, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task SetLabelsAsync(string name, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task SetAnnotationsAsync(string name, IReadOnlyDictionary<string, string> annotations, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task DeleteAsync(string name, TimeSpan? recoveryWindow, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task RestoreAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();
}

/// <summary>Stores and workloads of a test's own; documents are read by the real door.</summary>
internal sealed class FakeProviders : IProviders
{
    public IExternalSecrets OpenExternalSecrets(ClusterSpace space, Func<string, string?> environment) => throw new NotSupportedException();

    public string ServerOf(CatalogTarget target, string key, SecretValue value, bool isAdmin) => throw new NotSupportedException();

    public IRotationTarget OpenTarget(RotationTargetSettings settings) => throw new NotSupportedException();

    private readonly ProviderDoor _door = new();

    /// <summary>The store of a selection.</summary>
    public required Func<StoreSelection, ISecretStore> Stores { get; init; }

    public Dictionary<string, WorkloadIdentity> Workloads { get; } = new(StringComparer.Ordinal);

    public IDocumentFormat Documents => _door.Documents;

    public void Prepare(StoreKind store) { }

    public ISecretStore OpenStore(StoreSelection selection, Func<string, string?> environment) => Stores(selection);

    public IWorkload OpenWorkload(CatalogWorkload workload, StoreSelection store, Func<string, string?> environment) =>
        new FakeWorkload(Workloads[workload.Name]);

    private sealed class FakeWorkload(WorkloadIdentity identity) : IWorkload
    {
        public string Description => throw new NotSupportedException();

        public Task<WorkloadState> StateAsync(IReadOnlyList<WorkloadSecret> secrets, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<string> RedeployAsync(
            IReadOnlyList<WorkloadSecret> secrets,
            bool always,
            Action<string> say,
            CancellationToken cancellationToken
        ) => throw new NotSupportedException();

        public Task WaitAsync(string deployment, TimeSpan timeout, Action<string> say, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<bool> BindAsync(WorkloadBinding binding, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<bool> UnbindAsync(WorkloadBinding binding, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<WorkloadIdentity> IdentityAsync(CancellationToken cancellationToken) => Task.FromResult(identity);
    }
}
