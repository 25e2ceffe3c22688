using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Rotation.Run;
using FlowSecrets.Operations.Workloads;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.Rotation;

/// <summary>One limit on failures for every step, and lists that are not read after their values were erased.</summary>
public sealed class RotationLimitTests : IAsyncLifetime
{
    private readonly ModelWorkload _api = new("api");
    private RotationStage _stage = null!;

    public async ValueTask InitializeAsync()
    {
        _stage = await RotationStage.StartAsync(
            "local",
            """
              key: { env: KEY, generate: { kind: base64url }, workloads: [api] }
              more: { env: MORE, generate: { kind: base64url }, workloads: [api] }
            workloads:
              api: { kind: cloudrun, region: r, service: api }
            """
        );
        _stage.Workload = _ => _api;
        await _stage.CreateAsync("key", "old");
        await _stage.CreateAsync("more", "old");
        await _stage.AddAsync("more", "new");
    }

    public ValueTask DisposeAsync() => _stage.DisposeAsync();

    [Fact]
    public async Task ARetirementIsRefusedFromTheSameNumberOfFailuresAsAnyStep()
    {
        Workspace workspace = await Workspace.OpenWithCatalogAsync(_stage.Context, new TargetOptions(), new TestHost(), default);
        SecretRef secret = workspace.Ref(workspace.Catalog!.Find("key")!);
        for (int failures = 0; failures <= RotationItem.MostFailures + 1; failures++)
        {
            RotationView view = await _stage.ViewAsync("key") with
            {
                Record = new RotationRecord(RotationState.Overlap) { FailedStep = RotationState.Retired, Failures = failures },
            };
            RotationItem.RequireRetirable(workspace, secret, view, isForced: true);
            if (failures < RotationItem.MostFailures)
            {
                RotationItem.RequireRetirable(workspace, secret, view, isForced: false);
                continue;
            }

            FlowSecretException error = Assert.Throws<FlowSecretException>(() =>
                RotationItem.RequireRetirable(workspace, secret, view, isForced: false)
            );
            Assert.Equal(ErrorIds.RotationNeedsAttention, error.Id);
        }
    }

    [Fact]
    public async Task TheCurrentVersionsOfAWorkloadAreReadBeforeTheirValuesAreErased()
    {
        List<WorkloadItem> items = await new GetWorkloadsOperation(_stage.Context).RunAsync(new WorkloadOptions(), new TestHost());
        Assert.Equal([("key", "1"), ("more", "2")], items.Select(static i => (i.Name, i.CurrentVersion)).Order());
    }

    [Fact]
    public void AListOfErasedValuesCannotBeRead()
    {
        WorkloadSecrets secrets = new();
        Assert.Empty(secrets.List);
        secrets.Dispose();
        Assert.Throws<ObjectDisposedException>(() => secrets.List);
    }
}
