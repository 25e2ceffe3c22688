using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.Access;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.Access;

/// <summary>Which secrets and principals a test of access is about, and what it says of each.</summary>
public sealed class AccessTestTests : IDisposable
{
    private readonly AccessSetting _setting = new();

    public void Dispose() => _setting.Dispose();

    [Fact]
    public async Task WithoutANameItIsAllOfTheCatalogAndTheCaller()
    {
        List<SecretAccess> all = await _setting.TestAsync(new TestAccessOptions());
        Assert.Equal(["jwt", "db", "llm-a", "llm-b"], all.Select(static a => a.Secret));
        Assert.All(
            all,
            static a =>
                Assert.Equal(
                    ("me@example.com", nameof(SecretPermission.Read), "prod", nameof(StoreKind.Gcp)),
                    (a.Principal, a.Permission, a.Environment, a.Store)
                )
        );
        Assert.Null(Assert.Single(_setting.Access.Questions).Principal);
    }

    [Fact]
    public async Task NamesWildcardsAndStoreNamesAreAskedOnce()
    {
        List<SecretAccess> all = await _setting.TestAsync(
            new TestAccessOptions
            {
                Names = ["llm-*", "llm-a"],
                StoreNames = ["other"],
                Environment = "stage",
            }
        );
        Assert.Equal([("llm-a", "s-llm-a"), ("llm-b", "s-llm-b"), (null, "other")], all.Select(static a => (a.Name, a.StoreName)));
    }

    [Fact]
    public async Task AnUnknownNameFailsAndTheOthersAreTested()
    {
        TestHost host = new();
        List<SecretAccess> all = await _setting.TestAsync(new TestAccessOptions { Names = ["jwtt", "JWT"] }, host);
        Assert.Equal("jwt", Assert.Single(all).Name);
        Assert.Equal((ErrorIds.SecretNotInCatalog, "jwtt"), (Assert.Single(host.Failures).Id, host.Failures[0].Target));
    }

    [Fact]
    public async Task EachPrincipalIsAQuestionOfItsOwn()
    {
        _setting.Access.With("jwt", AccessSetting.Dev, SecretPermission.Write);
        List<SecretAccess> all = await _setting.TestAsync(
            new TestAccessOptions
            {
                Names = ["jwt"],
                Principals = [AccessSetting.Dev, AccessSetting.Ops],
                Permission = SecretPermission.Write,
            }
        );
        Assert.Equal(
            [(AccessSetting.Dev, nameof(AccessResult.Allowed)), (AccessSetting.Ops, nameof(AccessResult.Denied))],
            all.Select(static a => (a.Principal, a.Result))
        );
        Assert.Null(all[0].Remedy);
        Assert.Equal("Grant-FlowSecretAccess 'jwt' -Environment 'prod'", all[1].Remedy);
    }

    [Theory]
    [InlineData("dev@example.com")]
    [InlineData(AccessSetting.Role)]
    [InlineData("allUsers")]
    public async Task APrincipalThatTheStoreDoesNotKnowStopsIt(string principal)
    {
        await SecretStoreContract.Fails(
            ErrorIds.BadPrincipal,
            () => _setting.TestAsync(new TestAccessOptions { Principals = [AccessSetting.Dev, principal] })
        );
        Assert.Empty(_setting.Access.Questions);
    }

    [Fact]
    public async Task TheCatalogsEntriesAreThoseOfTheStoresKind()
    {
        TestHost host = new();
        List<SecretAccess> all = await _setting.TestAsync(new TestAccessOptions { FromCatalog = true }, host);
        Assert.Equal(
            [
                (AccessSetting.Api, "jwt", nameof(SecretPermission.Read)),
                (AccessSetting.Api, "db", nameof(SecretPermission.Read)),
                (AccessSetting.Ops, "llm-a", nameof(SecretPermission.Write)),
                (AccessSetting.Ops, "llm-b", nameof(SecretPermission.Write)),
            ],
            all.Select(static a => (a.Principal, a.Secret, a.Permission))
        );
        Assert.Contains("1 entry of 'access' name principals of another kind of store and are left out.", host.Verboses);
        Assert.Equal(
            4,
            (await _setting.TestAsync(new TestAccessOptions { FromCatalog = true, Environment = "aws" })).Count(static a =>
                a.Principal == AccessSetting.Role
            )
        );
        Assert.Empty(await _setting.TestAsync(new TestAccessOptions { FromCatalog = true, Environment = "local" }));
    }

    [Fact]
    public async Task AnEnvironmentsOwnEntriesReplaceTheCatalogs()
    {
        SecretAccess only = Assert.Single(await _setting.TestAsync(new TestAccessOptions { FromCatalog = true, Environment = "stage" }));
        Assert.Equal((AccessSetting.Dev, "s-jwt", nameof(SecretPermission.Manage)), (only.Principal, only.StoreName, only.Permission));
    }

    [Fact]
    public async Task NamesPrincipalsAndThePermissionNarrowTheEntries()
    {
        SecretAccess only = Assert.Single(
            await _setting.TestAsync(
                new TestAccessOptions
                {
                    FromCatalog = true,
                    Names = ["db", "llm-*"],
                    Principals = [AccessSetting.Api.ToUpperInvariant().Replace("SERVICEACCOUNT", "serviceAccount")],
                    Permission = SecretPermission.Read,
                }
            )
        );
        Assert.Equal((AccessSetting.Api, "db", nameof(SecretPermission.Read)), (only.Principal, only.Secret, only.Permission));
    }

    [Fact]
    public async Task AWorkloadIsAskedOfWhatItConsumes()
    {
        List<SecretAccess> all = await _setting.TestAsync(new TestAccessOptions { Workloads = ["api"] });
        Assert.Equal(
            [("jwt", AccessSetting.Api, "api"), ("db", AccessSetting.Api, "api")],
            all.Select(static a => (a.Secret, a.Principal, a.Workload!))
        );
        Assert.Equal(
            ["llm-a"],
            (await _setting.TestAsync(new TestAccessOptions { Workloads = ["api"], Names = ["llm-a"] })).Select(static a => a.Secret)
        );

        // The catalog does not say what this one consumes, and that is not everything.
        await SecretStoreContract.Fails(ErrorIds.BadArgument, () => _setting.TestAsync(new TestAccessOptions { Workloads = ["idle"] }));
    }

    [Fact]
    public async Task AnUnknownWorkloadIsRefusedWithThoseThatThereAre()
    {
        TestHost host = new();
        Assert.Empty(await _setting.TestAsync(new TestAccessOptions { Workloads = ["nope"] }, host));
        FlowSecretException error = Assert.Single(host.Failures);
        Assert.Equal((ErrorIds.BadArgument, "nope", "There are: api, idle."), (error.Id, error.Target, error.Remedy));
    }

    [Fact]
    public async Task AWorkloadOfAnotherCloudIsNoPrincipalOfThisStore()
    {
        _setting.Providers.Workloads["api"] = new WorkloadIdentity(AccessSetting.Role, "said so");
        await SecretStoreContract.Fails(ErrorIds.BadPrincipal, () => _setting.TestAsync(new TestAccessOptions { Workloads = ["api"] }));
    }

    [Fact]
    public async Task AWorkloadDoesNotGoWithTheCatalogsEntries() =>
        await SecretStoreContract.Fails(
            ErrorIds.BadArgument,
            () => _setting.TestAsync(new TestAccessOptions { Workloads = ["api"], FromCatalog = true })
        );

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    public async Task ReadingIsDoneByTheCallerAlone(bool principal, bool workload, bool fromCatalog)
    {
        TestAccessOptions options = new()
        {
            Live = true,
            Principals = principal ? [AccessSetting.Dev] : [],
            Workloads = workload ? ["api"] : [],
            FromCatalog = fromCatalog,
        };
        FlowSecretException error = await SecretStoreContract.Fails(ErrorIds.BadArgument, () => _setting.TestAsync(options));
        Assert.Equal(
            ("-Live", "Leave -Principal, -Workload and -FromCatalog out, or -Live; or run it as that principal."),
            (error.Target, error.Remedy)
        );
    }

    [Fact]
    public async Task LiveAndTheTokensSubjectAreHandedOn()
    {
        await _setting.TestAsync(new TestAccessOptions { Live = true, TokenSubject = "repo:org/app:ref:refs/heads/main" });
        Assert.Equal(
            new AccessQuestion(null, SecretPermission.Read, Live: true, "repo:org/app:ref:refs/heads/main"),
            Assert.Single(_setting.Access.Questions)
        );
    }

    [Fact]
    public async Task ProgressCountsAllOfThem()
    {
        TestHost host = new();
        await _setting.TestAsync(new TestAccessOptions { Principals = [AccessSetting.Dev, AccessSetting.Ops], Names = ["llm-*"] }, host);
        Assert.Equal([1, 2, 3, 4], host.ProgressUpdates.Select(static p => p.Done));
        Assert.All(host.ProgressUpdates, static p => Assert.Equal(4, p.Total));
    }
}
