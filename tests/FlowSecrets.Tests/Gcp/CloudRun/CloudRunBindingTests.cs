using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Faults;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using static FlowSecrets.Tests.Contracts.SecretStoreContract;
using static FlowSecrets.Tests.Gcp.CloudRun.CloudRunSetting;

namespace FlowSecrets.Tests.Gcp.CloudRun;

/// <summary>Secrets as environment variables of a Cloud Run service.</summary>
public sealed class CloudRunBindingTests : IAsyncLifetime
{
    private static readonly WorkloadBinding Db = new("DB", "db");

    private CloudRunSetting _setting = null!;

    public async ValueTask InitializeAsync() => _setting = await StartAsync();

    public ValueTask DisposeAsync() => _setting.DisposeAsync();

    [Fact]
    public async Task AVariableIsAddedMovedAndTakenOut()
    {
        _setting.Add("""{"containers":[{"image":"i"}]}""");
        Assert.True(await BindAsync(Db));
        Assert.Equal("db:latest", _setting.Variable("DB"));
        Assert.False(await BindAsync(Db));
        Assert.True(await BindAsync(Db with { Version = "7" }));
        Assert.Equal("db:7", _setting.Variable("DB"));
        Assert.True(await UnbindAsync(Db));
        Assert.Null(_setting.Variable("DB"));
        Assert.False(await UnbindAsync(Db));
        Assert.Equal(3, _setting.Updates);
    }

    [Fact]
    public async Task WhateverHasTheNameIsReplacedWhereItStands()
    {
        _setting.Add(OneContainer("A='1'", "DB='plain'", "C='3'", "DB=other:1"));
        Assert.True(await BindAsync(Db with { Version = "7" }));
        Assert.Equal(["A", "DB", "C"], _setting.Template["containers"]![0]!["env"]!.AsArray().Select(static e => (string?)e!["name"]));
        Assert.Equal(("db:7", 1), (_setting.Variable("DB"), _setting.Updates));
        Assert.DoesNotContain("plain", _setting.Template.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnotherProjectsServiceNamesTheStores()
    {
        _setting.Run.AddService("other", Region, "web", (JsonObject)JsonNode.Parse($$"""{"template":{{OneContainer("DB=db:7")}} }""")!);
        IWorkload workload = _setting.As("any", ("project", "other"));
        Assert.True(await workload.BindAsync(Db with { Version = "7" }, default));
        Assert.Equal(
            "projects/flow-test/secrets/db",
            (string?)
                _setting.Run.Service("other", Region, "web")["template"]!["containers"]![0]!["env"]![0]!["valueSource"]!["secretKeyRef"]![
                    "secret"
                ]
        );
        Assert.False(await workload.BindAsync(Db with { Version = "7" }, default));
    }

    [Fact]
    public async Task TheContainerIsFound()
    {
        _setting.Add("""{"containers":[{"name":"side","image":"i"},{"name":"main","image":"i","ports":[{"containerPort":8080}]}]}""");
        Assert.True(await BindAsync(Db));
        Assert.True(await BindAsync(Db with { Container = "side", Variable = "S" }));
        Assert.Equal((null, "db:latest", "db:latest"), (_setting.Variable("DB"), _setting.Variable("DB", 1), _setting.Variable("S")));
        FlowSecretException error = await Fails(ErrorIds.BadArgument, () => BindAsync(Db with { Container = "no" }));
        Assert.Equal("Name one of its containers: side, main.", error.Remedy);
        _setting.Add("""{"containers":[{"name":"a","image":"i"},{"name":"b","image":"i"}]}""");
        await Fails(ErrorIds.BadArgument, () => BindAsync(Db));
    }

    [Fact]
    public async Task SomethingElseIsNotTakenOut()
    {
        _setting.Add(OneContainer("DB='plain'", "O=other:1"));
        FlowSecretException error = await Fails(ErrorIds.Conflict, () => UnbindAsync(Db));
        Assert.DoesNotContain("plain", error.Message, StringComparison.Ordinal);
        await Fails(ErrorIds.Conflict, () => UnbindAsync(Db with { Variable = "O" }));
        Assert.Equal(0, _setting.Updates);
    }

    [Fact]
    public async Task AFieldCannotBeTakenOut()
    {
        _setting.Add(OneContainer());
        await Fails(ErrorIds.BadArgument, () => BindAsync(Db with { Field = "password" }));
        Assert.Empty(_setting.Fake.Calls);
    }

    [Fact]
    public async Task LostAnswersAndOtherWritersChangeNothingOfIt()
    {
        _setting.Add(OneContainer("DB='plain'"));
        _setting.Run.Conflicts = 1;
        _setting.Fake.Faults.QueueFor("RunServices.Update", Fault.None, Fault.DropAfter, Fault.ServerErrorAfter);
        Assert.True(await BindAsync(Db));
        Assert.True(await UnbindAsync(Db));
        Assert.Equal((3, "4"), (_setting.Updates, (string?)_setting.Service["generation"]));
    }

    private Task<bool> BindAsync(WorkloadBinding binding) => _setting.Workload.BindAsync(binding, default);

    private Task<bool> UnbindAsync(WorkloadBinding binding) => _setting.Workload.UnbindAsync(binding, default);
}
