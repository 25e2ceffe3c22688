using System.Management.Automation;
using FlowSecrets.Completion;
using FlowSecrets.Operations;

namespace FlowSecrets.Commands.Base;

/// <summary>Base of the cmdlets that work on an environment's store.</summary>
public abstract class StoreCmdlet : FlowCmdlet
{
    /// <summary>
    /// The catalog's environment. Without it: what Connect-FlowSecretStore chose, FLOWSECRETS_ENVIRONMENT, the catalog's default.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [ArgumentCompleter(typeof(EnvironmentCompleter))]
    public string? Environment { get; set; }

    /// <summary>The kind of store, where no environment of a catalog says it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    public StoreKind? Store { get; set; }

    /// <summary>
    /// The catalog. Without it: flowsecrets.yaml here or in a folder above, as far as the repository's root; or FLOWSECRETS_CATALOG.
    /// </summary>
    [Parameter]
    public string? CatalogPath { get; set; }

    /// <summary>The location of an object that comes down the pipeline. The command refuses it if it would work on another one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, DontShow = true)]
    [AllowNull]
    public string? Place { get; set; }

    /// <summary>
    /// Trust the catalog for this call: it may read, write and run whatever it names. Never for the code of a fork's pull request.
    /// </summary>
    [Parameter]
    public SwitchParameter TrustCatalog { get; set; }

    /// <summary>Calls to a cloud at a time. Without it 32, and 64 reads of values from Google.</summary>
    [Parameter]
    [ValidateRange(1, 256)]
    public int ThrottleLimit { get; set; }

    private protected override OperationContext Context => base.Context with { ThrottleLimit = ThrottleLimit == 0 ? null : ThrottleLimit };

    private protected string? FullCatalogPath => FilePath(CatalogPath, nameof(CatalogPath));

    /// <summary>
    /// The store that was asked for. An environment says its own, so beside one only a store that the user typed counts, and has to agree.
    /// </summary>
    private protected StoreKind? WantedStore => NamedEnvironment is null || IsTyped(nameof(Store)) ? Store : null;

    /// <summary>Whether an object in the pipeline says where to work.</summary>
    private protected bool IsLocationPiped =>
        (NamedEnvironment is not null && !IsTyped(nameof(Environment))) || (Store is not null && !IsTyped(nameof(Store)));

    private protected string? PipedFrom => string.IsNullOrEmpty(Place) ? null : Place;

    private protected string? NamedEnvironment => string.IsNullOrEmpty(Environment) ? null : Environment;

    /// <summary>The options with what the common parameters say.</summary>
    private protected TOptions Fill<TOptions>(TOptions options)
        where TOptions : TargetOptions => Fill(options, NamedEnvironment, WantedStore);

    /// <summary>The same for a place that came with a record before.</summary>
    private protected TOptions Fill<TOptions>(TOptions options, string? environment, StoreKind? store)
        where TOptions : TargetOptions =>
        options with
        {
            CatalogPath = FullCatalogPath,
            Environment = environment,
            Store = store,
            TrustCatalog = TrustCatalog,
        };
}
