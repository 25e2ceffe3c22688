using System.Management.Automation;
using FlowSecrets.Operations;

namespace FlowSecrets.Commands;

/// <summary>Base of the cmdlets that take workloads by name, also from the pipeline.</summary>
public abstract class WorkloadCmdlet : StoreCmdlet
{
    private readonly List<(string? Environment, string Name)> _records = [];

    /// <summary>Workloads of the catalog, with wildcards.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(WorkloadCompleter))]
    public string[]? Workload { get; set; }

    /// <summary>Go on when some workloads fail: their errors are written, but none ends the script.</summary>
    [Parameter]
    public SwitchParameter AllowPartial { get; set; }

    protected override bool AllowsPartial => AllowPartial;

    private protected virtual bool TakesAll => false;

    protected override void ProcessRecord()
    {
        string[] names = [.. (Workload ?? []).Where(static n => !string.IsNullOrEmpty(n))];
        if (names.Length == 0 && TakesAll)
        {
            names = ["*"];
        }

        _records.AddRange(names.Select(n => (NamedEnvironment, n)));
    }

    protected override void EndProcessing()
    {
        RunGuarded();
        base.EndProcessing();
    }

    protected override void Run()
    {
        if (_records.Count == 0)
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                FlowErrorCategory.InvalidArgument,
                MyInvocation.MyCommand.Name,
                "No workload is named",
                "Name one of the catalog's: -Workload NAME. They are: Get-FlowSecretWorkload"
            );
        }

        // A workload comes down the pipeline once for each secret that it consumes.
        foreach (
            IGrouping<string?, (string? Environment, string Name)> place in _records
                .Distinct()
                .ToList()
                .GroupBy(static r => r.Environment, StringComparer.Ordinal)
        )
        {
            RunPlace(place.Key, [.. place.Select(static r => r.Name)]);
        }
    }

    private protected abstract void RunPlace(string? environment, string[] workloads);

    private protected TOptions Fill<TOptions>(TOptions options, string? environment, string[] workloads)
        where TOptions : WorkloadOptions =>
        options with
        {
            CatalogPath = FullCatalogPath,
            Environment = environment,
            Store = string.IsNullOrEmpty(environment) ? Store : null,
            Workloads = workloads,
        };
}

/// <summary>Shows which version of each secret the workloads run with, and how they are.</summary>
/// <remarks>Stale is true where a workload runs with an older version than the store's current one, and empty where its platform does not
/// tell. Nothing is changed.</remarks>
/// <example><summary>Who still runs with an old version?</summary><code>Get-FlowSecretWorkload -Environment production | Where-Object
/// Stale</code></example>
/// <example><summary>Deploy those anew.</summary><code>Get-FlowSecretWorkload | Where-Object Stale | Restart-FlowSecretWorkload
/// -Wait</code></example>
[Cmdlet(VerbsCommon.Get, "FlowSecretWorkload")]
[OutputType(typeof(WorkloadItem))]
public sealed class GetFlowSecretWorkloadCommand : WorkloadCmdlet
{
    private protected override bool TakesAll => true;

    private protected override void RunPlace(string? environment, string[] workloads) =>
        Execute(new GetWorkloadsOperation(Context), Fill(new WorkloadOptions(), environment, workloads));
}

/// <summary>Deploys workloads anew, so that they run with the current versions of their secrets.</summary>
/// <remarks>A Kubernetes workload is restarted only once its Kubernetes Secret holds the current values; a Cloud Run service is moved to
/// the current version's number; App Runner and ECS get a new deployment.</remarks>
/// <example><summary>Restart it, and wait until it is healthy.</summary><code>Restart-FlowSecretWorkload api -Wait</code></example>
/// <example><summary>All that are stale.</summary><code>Get-FlowSecretWorkload | Where-Object Stale | Restart-FlowSecretWorkload
/// -Wait</code></example>
[Cmdlet(VerbsLifecycle.Restart, "FlowSecretWorkload", SupportsShouldProcess = true)]
[OutputType(typeof(WorkloadChange))]
public sealed class RestartFlowSecretWorkloadCommand : WorkloadCmdlet
{
    /// <summary>Wait until it is healthy, and fail if it is not.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>How long that may take, in seconds; 600 unless said otherwise.</summary>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int TimeoutSec { get; set; } = 600;

    /// <summary>With -WhatIf: emit the plan as objects.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void RunPlace(string? environment, string[] workloads) =>
        Execute(
            new RestartWorkloadsOperation(Context),
            Fill(new RestartWorkloadOptions { Wait = Wait, Timeout = TimeSpan.FromSeconds(TimeoutSec) }, environment, workloads)
        );
}
