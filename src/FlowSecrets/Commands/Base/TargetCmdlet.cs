using System.Management.Automation;
using FlowSecrets.Completion;
using FlowSecrets.Errors;
using FlowSecrets.Hosting;
using FlowSecrets.Operations;

namespace FlowSecrets.Commands.Base;

/// <summary>Base of the cmdlets that take secrets by name, also from the pipeline.</summary>
public abstract class TargetCmdlet : StoreCmdlet
{
    private readonly List<Targets> _targets = [];

    /// <summary>Keys of the catalog's secrets.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(SecretNameCompleter))]
    public virtual string[]? Name { get; set; }

    /// <summary>The store's own names of secrets, literally; for those beyond the catalog.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyCollection]
    public string[]? StoreName { get; set; }

    /// <summary>Go on when some items fail: their errors are written, but none ends the script.</summary>
    [Parameter]
    public SwitchParameter AllowPartial { get; set; }

    protected override bool AllowsPartial => AllowPartial;

    /// <summary>Whether nothing named means everything.</summary>
    private protected virtual bool TakesAll => false;

    /// <summary>What came with a record beside the names, such as a version; records with an equal one share a plan.</summary>
    private protected virtual object? RecordKey => null;

    protected override void ProcessRecord()
    {
        // What comes down the pipeline brings both names; the catalog's is the one that keeps its meaning.
        string[] names = [.. (Name ?? []).Where(static n => !string.IsNullOrEmpty(n))];
        string[] storeNames =
            names.Length > 0 && MyInvocation.ExpectingInput ? [] : [.. (StoreName ?? []).Where(static n => !string.IsNullOrEmpty(n))];
        if (names.Length == 0 && storeNames.Length == 0 && !TakesAll)
        {
            ThrowTerminatingError(
                Failures.Record(
                    new FlowSecretException(
                        ErrorIds.BadArgument,
                        MyInvocation.MyCommand.Name,
                        "No secret is named",
                        "Name it by its key in the catalog (-Name) or as its store does (-StoreName)."
                    )
                )
            );
        }

        _targets.Add(new Targets(NamedEnvironment, StoreWithoutEnvironment, PipedFrom, RecordKey, names, storeNames));
    }

    protected override void EndProcessing()
    {
        RunGuarded();
        base.EndProcessing();
    }

    protected override void Run()
    {
        // One plan for each place.
        Targets[] targets = [.. _targets];
        _targets.Clear();
        foreach (
            IGrouping<(string?, StoreKind?, string?, object?), Targets> place in targets.GroupBy(static t =>
                (t.Environment, t.Store, t.PipedFrom, t.Key)
            )
        )
        {
            RunPlace(
                place.First() with
                {
                    Names = [.. place.SelectMany(static t => t.Names)],
                    StoreNames = [.. place.SelectMany(static t => t.StoreNames)],
                }
            );
        }
    }

    private protected abstract void RunPlace(Targets targets);

    /// <summary>The options with what the common parameters and the records of one place say.</summary>
    private protected TOptions Fill<TOptions>(TOptions options, Targets targets)
        where TOptions : SecretTargetOptions =>
        Fill(options, targets.Environment, targets.Store) with
        {
            PipedFrom = targets.PipedFrom,
            Names = targets.Names,
            StoreNames = targets.StoreNames,
        };

    /// <summary>The secrets of one place.</summary>
    /// <param name="PipedFrom">The location of the objects that came down the pipeline; null: none came.</param>
    /// <param name="Key">The records' <see cref="RecordKey"/>.</param>
    private protected sealed record Targets(
        string? Environment,
        StoreKind? Store,
        string? PipedFrom,
        object? Key,
        string[] Names,
        string[] StoreNames
    );
}
