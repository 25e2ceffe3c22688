using System.Management.Automation;
using FlowSecrets.Completion;
using FlowSecrets.Operations.Workloads;

namespace FlowSecrets.Commands.Base;

/// <summary>Base of the cmdlets that take workloads by name, also from the pipeline.</summary>
public abstract class WorkloadCmdlet : ItemCmdlet
{
    private readonly List<(string? Environment, StoreKind? Store, string Name)> _records = [];

    /// <summary>Workloads of the catalog, with wildcards.</summary>
    [SupportsWildcards]
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(WorkloadCompleter))]
    public string[]? Workload { get; set; }

    private protected override (string Noun, string Parameters) Naming => ("workload", "-Workload; Get-FlowSecretWorkload lists them");

    private protected override void Gather()
    {
        string[] names = NamesOf(nameof(Workload), Workload);
        if (MeansSomething(names.Length > 0, nameof(Workload)))
        {
            _records.AddRange((names.Length > 0 ? names : ["*"]).Select(n => (NamedEnvironment, WantedStore, n)));
        }
    }

    protected override void Run()
    {
        // A workload comes down the pipeline once for each secret that it consumes.
        foreach (
            IGrouping<(string?, StoreKind?), (string? Environment, StoreKind? Store, string Name)> place in _records
                .Distinct()
                .ToList()
                .GroupBy(static r => (r.Environment, r.Store))
        )
        {
            RunPlace(place.Key.Item1, place.Key.Item2, [.. place.Select(static r => r.Name)]);
        }
    }

    private protected abstract void RunPlace(string? environment, StoreKind? store, string[] workloads);

    private protected TOptions Fill<TOptions>(TOptions options, string? environment, StoreKind? store, string[] workloads)
        where TOptions : WorkloadOptions => Fill(options, environment, store) with { Workloads = workloads };
}
