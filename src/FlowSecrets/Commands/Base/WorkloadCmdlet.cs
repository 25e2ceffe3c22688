using System.Management.Automation;
using FlowSecrets.Completion;
using FlowSecrets.Errors;
using FlowSecrets.Operations.Workloads;

namespace FlowSecrets.Commands.Base;

/// <summary>Base of the cmdlets that take workloads by name, also from the pipeline.</summary>
public abstract class WorkloadCmdlet : StoreCmdlet
{
    private readonly List<(string? Environment, string Name)> _records = [];

    /// <summary>Workloads of the catalog, with wildcards.</summary>
    [SupportsWildcards]
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
        Fill(options, environment, string.IsNullOrEmpty(environment) ? Store : null) with
        {
            Workloads = workloads,
        };
}
