using System.Management.Automation;
using FlowSecrets.Completion;
using FlowSecrets.Errors;
using FlowSecrets.Operations;

namespace FlowSecrets.Commands.Base;

/// <summary>Base of the cmdlets that take secrets by name, also from the pipeline.</summary>
public abstract class TargetCmdlet : ItemCmdlet
{
    private readonly List<Targets> _targets = [];

    /// <summary>Keys of the catalog's secrets.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(SecretNameCompleter))]
    public virtual string[]? Name { get; set; }

    /// <summary>The store's own names of secrets, literally; for those beyond the catalog. On Google Cloud also
    /// projects/PROJECT/secrets/NAME.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyCollection]
    public string[]? StoreName { get; set; }

    /// <summary>What came with a record beside the names, such as a version; records with an equal one share a plan.</summary>
    private protected virtual object? RecordKey => null;

    /// <summary>Whether all secrets must be of one location, because they make one document.</summary>
    private protected virtual bool TakesOnePlace => false;

    private protected override void Gather()
    {
        string[] names = NamesOf(nameof(Name), Name, nameof(StoreName));
        string[] storeNames = Filled(StoreName);
        bool isNameTyped = IsTyped(nameof(Name));
        bool isStoreNameTyped = IsTyped(nameof(StoreName));
        if (isStoreNameTyped && !isNameTyped)
        {
            names = [];
        }
        else if (names.Length > 0 && !(isNameTyped && isStoreNameTyped))
        {
            // An object brings both names; the catalog's is the one that keeps its meaning.
            storeNames = [];
        }

        if (MeansSomething(names.Length + storeNames.Length > 0, nameof(Name), nameof(StoreName)))
        {
            _targets.Add(new Targets(NamedEnvironment, WantedStore, PipedFrom, RecordKey, names, storeNames));
        }
    }

    protected override void Run()
    {
        // One plan for each place.
        Targets[] targets = [.. _targets];
        _targets.Clear();
        IGrouping<(string?, StoreKind?, string?, object?), Targets>[] places =
        [
            .. targets.GroupBy(static t => (t.Environment, t.Store, t.PipedFrom, t.Key)),
        ];
        if (TakesOnePlace && places.Length > 1)
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                MyInvocation.MyCommand.Name,
                "The objects that come down the pipeline are from several environments or stores",
                "Pipe those of one of them."
            );
        }

        foreach (IGrouping<(string?, StoreKind?, string?, object?), Targets> place in places)
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
