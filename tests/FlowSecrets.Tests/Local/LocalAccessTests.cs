using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.Access;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Local;

/// <summary>Who may open a Local store, and what is amiss with its file and its key.</summary>
public sealed class LocalAccessTests : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task ItsOwnerMayDoAll()
    {
        await CreateAsync("a");
        foreach (SecretPermission permission in Enum.GetValues<SecretPermission>())
        {
            AccessAnswer answer = await TestAsync("a", permission);
            Assert.Equal((AccessResult.Allowed, null, ""), (answer.Result, answer.Cause, answer.Remedy));
            Assert.Equal($"'{_sandbox.StoreFile}' is this user's alone, and opens by its key file.", answer.Evidence);
        }
    }

    [Fact]
    public async Task AFileThatOthersReadIsAFindingOfWhatIsAllowed()
    {
        await CreateAsync("a");
        Chmod(_sandbox.StoreFile, Owner | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        AccessAnswer answer = await TestAsync("a");
        Assert.Equal(
            (
                AccessResult.Allowed,
                AccessCauses.FileExposed,
                $"'{_sandbox.StoreFile}' can be used by others (644).",
                $"Take others' rights away: chmod 600 '{_sandbox.StoreFile}'"
            ),
            (answer.Result, answer.Cause, answer.Evidence, answer.Remedy)
        );
        Chmod(_sandbox.StoreFile, Owner);
        Assert.Null((await TestAsync("a")).Cause);
    }

    [Fact]
    public async Task AKeyFileThatOthersReadDenies()
    {
        await CreateAsync("a");
        Chmod(KeyFile, Owner | UnixFileMode.GroupRead);
        AccessAnswer answer = await TestAsync("a");
        Assert.Equal(
            (
                AccessResult.Denied,
                AccessCauses.FileExposed,
                $"Take others' rights away: chmod 600 '{KeyFile}'. If somebody may have read it, change it: Set-FlowSecretStore "
                    + $"-UseKeyFile -RotateKey"
            ),
            (answer.Result, answer.Cause, answer.Remedy)
        );
    }

    [Fact]
    public async Task AMissingKeyIsAnAnswerForEachSecret()
    {
        await CreateAsync("a");
        File.Delete(KeyFile);
        List<AccessAnswer> answers = await AllAsync(_sandbox.FreshStore(), ["a", "b"], SecretPermission.Read);
        Assert.Equal(["a", "b"], answers.Select(static a => a.StoreName));
        Assert.All(
            answers,
            static a =>
                Assert.Equal(
                    (
                        AccessResult.Denied,
                        AccessCauses.StoreLocked,
                        "Put it back from your own copy, or restore a backup: Restore-FlowSecretStore -BackupPath FILE -Force"
                    ),
                    (a.Result, a.Cause, a.Remedy)
                )
        );
    }

    [Fact]
    public async Task AFolderInItsPlaceIsNoGuess()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_sandbox.StoreFile)!);
        ISecretStore store = _sandbox.FreshStore();
        Directory.CreateDirectory(_sandbox.StoreFile);
        AccessAnswer answer = Assert.Single(await AllAsync(store, ["a"], SecretPermission.Read));
        Assert.Equal((AccessResult.Unknown, AccessCauses.StoreUnavailable), (answer.Result, answer.Cause));
    }

    [Fact]
    public async Task AFileThatMayNotBeWrittenIsReadAllTheSame()
    {
        await CreateAsync("a");
        Chmod(_sandbox.StoreFile, UnixFileMode.UserRead);
        Assert.Equal(AccessResult.Allowed, (await TestAsync("a")).Result);
        AccessAnswer answer = await TestAsync("a", SecretPermission.Write);
        Assert.Equal(
            (
                AccessResult.Denied,
                AccessCauses.NoGrant,
                $"'{_sandbox.StoreFile}' may not be written",
                $"Allow it: chmod 600 '{_sandbox.StoreFile}'"
            ),
            (answer.Result, answer.Cause, answer.Evidence, answer.Remedy)
        );
    }

    [Fact]
    public async Task AnotherUsersFileIsAFindingForAnAdministrator()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows(), "Only root gives a file to somebody else.");
        await CreateAsync("a");
        Assert.Equal(0, Tool.Run(Tool.Require("chown"), _sandbox.Folder, null, "65534", _sandbox.StoreFile).ExitCode);
        AccessAnswer answer = await TestAsync("a");
        Assert.Equal(
            (
                AccessResult.Allowed,
                AccessCauses.OtherOwner,
                $"'{_sandbox.StoreFile}' belongs to another user",
                $"Run this as that user, or take it over: sudo chown \"$(id -un)\" '{_sandbox.StoreFile}'"
            ),
            (answer.Result, answer.Cause, answer.Evidence, answer.Remedy)
        );
    }

    [Fact]
    public async Task AnotherUsersFileDeniesWhoMayNotOpenIt()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "Root opens every file.");
        const string Others = "/etc/shadow";
        Assert.SkipUnless(File.Exists(Others), $"There is no {Others}.");
        ISecretStore store = _sandbox.Providers.OpenStore(new StoreSelection(StoreKind.Local) { Path = Others }, _sandbox.Variable);
        AccessAnswer answer = Assert.Single(await AllAsync(store, ["a"], SecretPermission.Read));
        Assert.Equal((AccessResult.Denied, AccessCauses.OtherOwner), (answer.Result, answer.Cause));
    }

    [Fact]
    public async Task TheStateOfTheVersionIsTheCause()
    {
        ISecretStore store = _sandbox.Store();
        await CreateAsync("disabled");
        await store.SetVersionStateAsync("disabled", "1", VersionState.Disabled, default);
        await CreateAsync("destroyed");
        await store.SetVersionStateAsync("destroyed", "1", VersionState.Destroyed, default);
        await CreateAsync("deleted");
        await store.DeleteAsync("deleted", TimeSpan.FromDays(7), default);
        await store.CreateAsync("empty", new Dictionary<string, string>(), null, default);
        List<AccessAnswer> answers = await AllAsync(
            _sandbox.FreshStore(),
            ["disabled", "destroyed", "deleted", "empty", "absent"],
            SecretPermission.Read
        );
        Assert.Equal(
            [
                ("disabled", AccessResult.Denied, AccessCauses.VersionDisabled),
                ("destroyed", AccessResult.Denied, AccessCauses.VersionDestroyed),
                ("deleted", AccessResult.Denied, AccessCauses.PendingDeletion),
                ("empty", AccessResult.Denied, AccessCauses.SecretHasNoVersion),
                ("absent", AccessResult.Denied, AccessCauses.SecretNotFound),
            ],
            answers.Select(static a => (a.StoreName, a.Result, a.Cause!))
        );
        Assert.All(answers, static a => Assert.False(a.Remedy.IsEmpty));
        Assert.Equal(AccessResult.Allowed, (await TestAsync("empty", SecretPermission.Write)).Result);
    }

    [Fact]
    public async Task TheOwnerAndWhoElseReadsTheFileAreListed()
    {
        await CreateAsync("a");
        SecretGrant owner = Assert.Single((await _sandbox.Store().Access.ListAsync("a", default)).Grants);
        Assert.Equal((Environment.UserName, $"owner of '{_sandbox.StoreFile}'", false), (owner.Principal, owner.Source, owner.Direct));
        Assert.Equal(Enum.GetValues<SecretPermission>(), owner.Holds);
        Chmod(_sandbox.StoreFile, Owner | UnixFileMode.OtherRead);
        AccessList exposed = await _sandbox.Store().Access.ListAsync("a", default);
        Assert.Equal([Environment.UserName, "other users of this machine"], exposed.Grants.Select(static g => g.Principal));
        await SecretStoreContract.Fails(ErrorIds.SecretNotFound, () => _sandbox.Store().Access.ListAsync("absent", default));
    }

    [Fact]
    public async Task ThereAreNoGrants()
    {
        await CreateAsync("a");
        IAccessControl access = _sandbox.Store().Access;
        AccessEdit edit = new(Grant: true, "user:dev@example.com", SecretPermission.Read);
        FlowSecretException error = await SecretStoreContract.Fails(
            ErrorIds.NotSupportedByStore,
            () => access.PlanAsync("a", [edit], default)
        );
        Assert.Equal(
            "Give somebody a copy with a passphrase of its own: Backup-FlowSecretStore FILE -Passphrase (Read-Host -AsSecureString)",
            error.Remedy
        );
        await SecretStoreContract.Fails(ErrorIds.NotSupportedByStore, () => access.ApplyAsync("a", [edit], default));
        await SecretStoreContract.Fails(
            ErrorIds.NotSupportedByStore,
            () => access.IdentityPolicyAsync(["a"], SecretPermission.Read, null, default)
        );
        await SecretStoreContract.Fails(
            ErrorIds.NotSupportedByStore,
            () => access.TryAsync("a", new AccessQuestion(null, SecretPermission.Read), default)
        );
        Assert.Empty(await access.RegionsAsync(default));
    }

    [Fact]
    public async Task APrincipalIsRefused()
    {
        await CreateAsync("a");
        FlowSecretException error = await SecretStoreContract.Fails(
            ErrorIds.BadPrincipal,
            () =>
                new TestAccessOperation(_sandbox.Context).RunAsync(
                    new TestAccessOptions { StoreNames = ["a"], Principals = ["user:dev@example.com"] },
                    new TestHost()
                )
        );
        Assert.Equal(
            (
                "A Local store knows no principals.",
                "Who may read its file and its key may read it: Test-FlowSecretAccess without -Principal shows what others could."
            ),
            (error.Cause, error.Remedy)
        );
    }

    private string KeyFile => Assert.Single(Directory.GetFiles(Path.Combine(_sandbox.Folder, "home", "config", "keys")));

    private static void Chmod(string path, UnixFileMode mode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix file modes.");
        File.SetUnixFileMode(path, mode);
    }

    private Task CreateAsync(string name) => LocalStoreKeyTests.CreateAsync(_sandbox.Store(), name, "value");

    private async Task<AccessAnswer> TestAsync(string name, SecretPermission permission = SecretPermission.Read) =>
        Assert.Single(await AllAsync(_sandbox.FreshStore(), [name], permission));

    private static async Task<List<AccessAnswer>> AllAsync(ISecretStore store, string[] names, SecretPermission permission)
    {
        List<AccessAnswer> answers = [];
        await foreach (AccessAnswer answer in store.Access.TestAsync(names, new AccessQuestion(null, permission), default))
        {
            answers.Add(answer);
        }

        return answers;
    }
}
