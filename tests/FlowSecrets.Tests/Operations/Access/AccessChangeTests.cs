using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Access;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Support;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Tests.Operations.Access;

/// <summary>Grants and revocations of principals that are named.</summary>
public sealed class AccessChangeTests : IDisposable
{
    private readonly AccessSetting _setting = new();

    private FakeAccess Access => _setting.Access;

    public void Dispose() => _setting.Dispose();

    [Fact]
    public async Task AGrantIsMadeOnceAndIsUnchangedThen()
    {
        ChangeAccessOptions options = new()
        {
            Grant = true,
            Names = ["jwt"],
            Principals = [AccessSetting.Dev],
        };
        TestHost host = new();
        SecretAccessChange first = Assert.Single(await _setting.ChangeAsync(options, host));
        Assert.Equal((ItemStatus.Granted, "jwt", "prod", "project p"), (first.Status, first.Name, first.Environment, first.Place));
        Assert.Equal([AccessSetting.Dev], first.Principal);
        Assert.Equal([$"+ {AccessSetting.Dev}:Read"], first.Change);
        Assert.StartsWith("Change who may use it:", Assert.Single(host.Actions));
        SecretAccessChange second = Assert.Single(await _setting.ChangeAsync(options, host));
        Assert.Equal((ItemStatus.Unchanged, 0), (second.Status, second.Change.Length));
        Assert.Single(host.Actions);
        Assert.Single(Access.Written);
    }

    [Fact]
    public async Task ASecretsPolicyIsWrittenOnceForAllPrincipals()
    {
        DateTimeOffset end = DateTimeOffset.UtcNow.AddHours(8);
        await _setting.ChangeAsync(
            new ChangeAccessOptions
            {
                Grant = true,
                Names = ["jwt"],
                Principals = [AccessSetting.Dev, AccessSetting.Ops, AccessSetting.Dev],
                Permission = SecretPermission.Write,
                Expires = end,
            }
        );
        Assert.Equal(
            [
                new AccessEdit(true, AccessSetting.Dev, SecretPermission.Write, end),
                new AccessEdit(true, AccessSetting.Ops, SecretPermission.Write, end),
            ],
            Assert.Single(Access.Edits)
        );
    }

    [Theory]
    [InlineData(SecretPermission.Write, "user:dev@example.com:Read", "user:dev@example.com:Write")]
    [InlineData(null, "", "user:dev@example.com:Read,user:dev@example.com:Write")]
    public async Task ARevocationTakesThePermissionOrAll(SecretPermission? permission, string left, string taken)
    {
        Access
            .With("jwt", AccessSetting.Dev, SecretPermission.Read)
            .With("jwt", AccessSetting.Dev, SecretPermission.Write)
            .With("jwt", AccessSetting.Ops, SecretPermission.Write);
        SecretAccessChange change = Assert.Single(
            await _setting.ChangeAsync(
                new ChangeAccessOptions
                {
                    Names = ["jwt"],
                    Principals = [AccessSetting.Dev],
                    Permission = permission,
                }
            )
        );
        Assert.Equal(
            (ItemStatus.Revoked, string.Join(',', taken.Split(',').Select(static t => "- " + t))),
            (change.Status, string.Join(',', change.Change))
        );
        Assert.Equal([.. left.Split(',', StringSplitOptions.RemoveEmptyEntries), $"{AccessSetting.Ops}:Write"], Access.Lines("jwt"));
    }

    /// <summary>Whose identity a workload of the catalog has, only the catalog says; so does its list of principals.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PrincipalsThatOnlyTheCatalogNamesNeedApproval(bool ofWorkload)
    {
        ChangeAccessOptions options = new()
        {
            Grant = true,
            FromCatalog = !ofWorkload,
            Workloads = ofWorkload ? ["api"] : [],
        };
        await SecretStoreContract.Fails(ErrorIds.CatalogNotTrusted, () => _setting.ChangeAsync(options, new TestHost { Approves = null }));
        Assert.Empty(_setting.Access.Written);
        TestHost asked = new();
        await _setting.ChangeAsync(options, asked);
        Assert.Contains(Assert.Single(asked.Approvals).Reaches, static r => r.Contains(AccessSetting.Api, StringComparison.Ordinal));
    }

    [Fact]
    public async Task AWorkloadIsGrantedWhatItConsumes()
    {
        List<SecretAccessChange> changes = await _setting.ChangeAsync(new ChangeAccessOptions { Grant = true, Workloads = ["api"] });
        Assert.Equal(["db", "jwt"], changes.Select(static c => c.StoreName).Order());
        Assert.Equal([$"{AccessSetting.Api}:Read"], Access.Lines("db"));
    }

    [Fact]
    public async Task ADryRunShowsTheDifferenceAndChangesNothing()
    {
        TestHost host = new() { IsWhatIf = true };
        SecretAccessChange change = Assert.Single(
            await _setting.ChangeAsync(
                new ChangeAccessOptions
                {
                    Grant = true,
                    Names = ["jwt"],
                    Principals = [AccessSetting.Dev],
                },
                host
            )
        );
        Assert.Equal((ItemStatus.Planned, $"+ {AccessSetting.Dev}:Read"), (change.Status, Assert.Single(change.Change)));
        Assert.Equal(
            $"Change who may use it:{Environment.NewLine}  + {AccessSetting.Dev}:Read{Environment.NewLine} | 'jwt' in the project p",
            Assert.Single(host.Actions)
        );
        Assert.Empty(Access.Written);
    }

    [Fact]
    public async Task ARefusedQuestionSkips()
    {
        SecretAccessChange change = Assert.Single(
            await _setting.ChangeAsync(
                new ChangeAccessOptions
                {
                    Grant = true,
                    Names = ["jwt"],
                    Principals = [AccessSetting.Dev],
                },
                new TestHost { Agrees = false }
            )
        );
        Assert.Equal(ItemStatus.Skipped, change.Status);
        Assert.Empty(Access.Written);
    }

    [Fact]
    public async Task OneThatFailsDoesNotStopTheRest()
    {
        Access.Failing["jwt"] = new FlowSecretException(
            ErrorIds.AccessDenied,
            "jwt",
            "denied",
            $"Set it: {Shell($"Set-FlowSecret {Stored("jwt")}")}"
        )
        {
            AccessCause = AccessCauses.NoGrant,
        };
        List<SecretAccessChange> changes = await _setting.ChangeAsync(
            new ChangeAccessOptions { Grant = true, Principals = [AccessSetting.Dev] }
        );
        Assert.Equal(3, changes.Count(static c => c.Status == ItemStatus.Granted));
        SecretAccessChange failed = Assert.Single(changes, static c => c.Status == ItemStatus.Failed);
        Assert.Equal(
            (ErrorIds.AccessDenied, AccessCauses.NoGrant, "denied. Set it: Set-FlowSecret 'jwt' -Environment 'prod'"),
            (failed.ErrorId, failed.Error!.AccessCause, failed.Message)
        );
    }

    [Fact]
    public async Task AFailureOfTheWriteItselfIsOfThatSecret()
    {
        TestHost host = new();
        host.BeforeEffect = () => Access.Failing["jwt"] = new FlowSecretException(ErrorIds.Conflict, "jwt", "changed meanwhile", "Again.");
        SecretAccessChange failed = Assert.Single(
            await _setting.ChangeAsync(
                new ChangeAccessOptions
                {
                    Grant = true,
                    Names = ["jwt"],
                    Principals = [AccessSetting.Dev],
                },
                host
            )
        );
        Assert.Equal((ItemStatus.Failed, ErrorIds.Conflict), (failed.Status, failed.ErrorId));
    }

    [Fact]
    public async Task AWarningOfTheStoreReachesThePerson()
    {
        TestHost host = new();
        await _setting.ChangeAsync(
            new ChangeAccessOptions
            {
                Grant = true,
                StoreNames = ["warns"],
                Principals = [AccessSetting.Dev],
            },
            host
        );
        Assert.Equal(["It warns."], host.Warnings);
    }

    [Fact]
    public async Task AfterACancellationNothingMoreIsWritten()
    {
        using CancellationTokenSource cancel = new();
        TestHost host = new();
        host.BeforeEffect = cancel.Cancel;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            _setting.ChangeAsync(new ChangeAccessOptions { Grant = true, Principals = [AccessSetting.Dev] }, host, cancel.Token)
        );
        Assert.Single(host.Actions);
        Assert.Empty(Access.Written);
    }

    [Fact]
    public async Task ATimeThatIsOverIsRefused()
    {
        DateTimeOffset over = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        FlowSecretException error = await SecretStoreContract.Fails(
            ErrorIds.BadArgument,
            () =>
                _setting.ChangeAsync(
                    new ChangeAccessOptions
                    {
                        Grant = true,
                        Principals = [AccessSetting.Dev],
                        Expires = over,
                    }
                )
        );
        Assert.Equal(
            ("-Expires", "-Expires 2026-01-02 03:04:05Z is over.", "Name a time to come, such as (Get-Date).AddHours(8)."),
            (error.Target, error.Cause, error.Remedy)
        );
        await SecretStoreContract.Fails(
            ErrorIds.BadArgument,
            () => new PolicyDocumentOperation(_setting.Context).RunAsync(new ChangeAccessOptions { Expires = over }, new TestHost())
        );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WithoutAPrincipalNothingIsChanged(bool grant)
    {
        FlowSecretException error = await SecretStoreContract.Fails(
            ErrorIds.BadArgument,
            () => _setting.ChangeAsync(new ChangeAccessOptions { Grant = grant, Names = ["jwt"] })
        );
        Assert.Equal("Name it: -Principal, -Workload, or -FromCatalog for the catalog's 'access' entries.", error.Remedy);
    }

    [Fact]
    public async Task EverybodyIsRefusedUnlessThatIsMeant()
    {
        ChangeAccessOptions options = new()
        {
            Grant = true,
            Names = ["jwt"],
            Principals = ["allUsers"],
        };
        FlowSecretException error = await SecretStoreContract.Fails(ErrorIds.BadPrincipal, () => _setting.ChangeAsync(options));
        Assert.Equal("Name who shall read it. If all the world really shall: -AllowPublicAccess", error.Remedy);
        Assert.Equal(ItemStatus.Granted, Assert.Single(await _setting.ChangeAsync(options with { AllowPublic = true })).Status);
    }

    [Fact]
    public async Task TheIdentitysPolicyIsOneDocumentForEachPrincipal()
    {
        DateTimeOffset end = new(2099, 1, 2, 3, 4, 5, TimeSpan.Zero);
        TestHost host = new();
        List<string> documents = await new PolicyDocumentOperation(_setting.Context).RunAsync(
            new ChangeAccessOptions
            {
                Names = ["llm-*"],
                Principals = [AccessSetting.Dev, AccessSetting.Ops],
                Permission = SecretPermission.Write,
                Expires = end,
            },
            host
        );
        Assert.Equal(["Write: llm-a llm-b until 2099-01-02 03:04:05Z", "Write: llm-a llm-b until 2099-01-02 03:04:05Z"], documents);
        Assert.Contains($"For {AccessSetting.Ops}: 2 secrets of the project p.", host.Verboses);
        Assert.Equal(
            ["Read: jwt"],
            await new PolicyDocumentOperation(_setting.Context).RunAsync(new ChangeAccessOptions { Names = ["jwt"] }, host)
        );
        Assert.Equal(
            ["Read: jwt db", "Write: llm-a llm-b"],
            await new PolicyDocumentOperation(_setting.Context).RunAsync(new ChangeAccessOptions { FromCatalog = true }, host)
        );
        Assert.Empty(Access.Written);
    }
}
