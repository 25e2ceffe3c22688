using System.Management.Automation;
using System.Security;
using FlowSecrets.Commands.Base;
using FlowSecrets.Completion;
using FlowSecrets.Errors;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Copying;

namespace FlowSecrets.Commands;

/// <summary>Copies secrets from the store of one environment into the store of another.</summary>
/// <remarks>It reads both stores, plans, and checks every secret before the first write: -WhatIf shows the plan, without values. An equal
/// value makes no new version, and another value in the target stays without -UpdateExisting. Each value is read back after it was written.
/// Values are in memory only. The same command again finishes an interrupted copy. Without -Name it copies all secrets of the catalog, and
/// each environment uses its own names.
/// With -AllVersions every readable version is copied in order, with the stages 'previous' and your own; disabled and destroyed versions
/// are listed, because their values cannot be read. Labels, tags and annotations are copied; a rotation schedule, a KMS key and a
/// replication are listed, unless the target's environment names its own.</remarks>
/// <example>
/// <summary>Shows what a move to AWS would do.</summary>
/// <code>Copy-FlowSecret -From gcp -To aws -AllVersions -WhatIf</code>
/// </example>
/// <example>
/// <summary>Copies the current values of some secrets into the local store, and replaces older ones there.</summary>
/// <code>Copy-FlowSecret db-* -From staging -To local -UpdateExisting</code>
/// </example>
/// <example>
/// <summary>Moves one secret: the source is deleted after each version was read back from the target.</summary>
/// <code>Copy-FlowSecret jwt-secret -From aws -To gcp -AllVersions -RemoveSource</code>
/// </example>
/// <example>
/// <summary>Copies a secret beyond the catalog; it has the same name on both sides.</summary>
/// <code>Copy-FlowSecret -StoreName legacy-key -From gcp -To aws</code>
/// </example>
[Cmdlet(VerbsCommon.Copy, "FlowSecret", SupportsShouldProcess = true)]
[OutputType(typeof(CopyResult))]
public sealed class CopyFlowSecretCommand : FlowCmdlet
{
    private readonly List<string> _names = [];
    private readonly List<string> _storeNames = [];
    private readonly HashSet<string> _places = new(StringComparer.Ordinal);
    private bool _isEmpty;

    /// <summary>Keys of the catalog's secrets, with wildcards. Without it: all of them.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [AllowNull]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(SecretNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>The store's own names of secrets, literally; for those beyond the catalog, which keep their name.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyCollection]
    public string[]? StoreName { get; set; }

    /// <summary>The catalog's environment that is read.</summary>
    [Parameter(Mandatory = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(EnvironmentCompleter))]
    public string From { get; set; } = "";

    /// <summary>The catalog's environment that is written to.</summary>
    [Parameter(Mandatory = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(EnvironmentCompleter))]
    public string To { get; set; } = "";

    /// <summary>Copy every readable version in order, and not only the current one.</summary>
    [Parameter]
    public SwitchParameter AllVersions { get; set; }

    /// <summary>Delete each secret in the source after each of its versions was read back from the target. Needs -AllVersions. On Google it
    /// cannot be undone.</summary>
    [Parameter]
    public SwitchParameter RemoveSource { get; set; }

    /// <summary>Days in which a removed source can be restored, 7 to 30; Google has none.</summary>
    [Parameter]
    [ValidateRange(7, 30)]
    public int RecoveryDays { get; set; } = 30;

    /// <summary>Let the source replace values that exist in the target; without it they are kept, and said to differ.</summary>
    [Parameter]
    public SwitchParameter UpdateExisting { get; set; }

    /// <summary>Allow another value for a secret that data depends on ('usage: encryption').</summary>
    [Parameter]
    public SwitchParameter OverwriteEncryptionKey { get; set; }

    /// <summary>Leave out labels, tags and annotations that the target does not take. The result lists them.</summary>
    [Parameter]
    public SwitchParameter AllowUnmapped { get; set; }

    /// <summary>Go on when some items fail: under 'Stop' their errors are warnings, and no error names them all.</summary>
    [Parameter]
    public SwitchParameter AllowPartial { get; set; }

    /// <summary>
    /// The catalog. Without it: flowsecrets.yaml here or in a folder above, as far as the repository's root; or FLOWSECRETS_CATALOG.
    /// </summary>
    [Parameter]
    public string? CatalogPath { get; set; }

    /// <summary>
    /// Trust the catalog for this call: it may read and write whatever it names. Never for the code of a fork's pull request.
    /// </summary>
    [Parameter]
    public SwitchParameter TrustCatalog { get; set; }

    /// <summary>Calls to a cloud at a time, 32 unless specified.</summary>
    [Parameter]
    [ValidateRange(1, 256)]
    public int ThrottleLimit { get; set; }

    /// <summary>The location of an object that comes down the pipeline. It must be that of -From.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, DontShow = true)]
    [AllowNull]
    public string? Place { get; set; }

    /// <summary>A name as text, or an object with a name.</summary>
    /// <remarks>It takes everything, so that no error of PowerShell's own holds what was piped.</remarks>
    [Parameter(ValueFromPipeline = true, DontShow = true)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    protected override bool AllowsPartial => AllowPartial;

    private protected override OperationContext Context => base.Context with { ThrottleLimit = ThrottleLimit == 0 ? null : ThrottleLimit };

    protected override void ProcessRecord() => Guarded(Gather);

    protected override void EndProcessing()
    {
        RunGuarded();
        base.EndProcessing();
    }

    protected override void Run()
    {
        bool isNoneNamed = _names.Count + _storeNames.Count == 0;
        if (isNoneNamed && (_isEmpty || MyInvocation.ExpectingInput))
        {
            WriteWarning("The list of secrets is empty, so nothing is done. Without -Name it would be all of them.");
            return;
        }

        if (_places.Count > 1)
        {
            throw Bad("The objects that come down the pipeline are from several locations", "Pipe those of one of them.");
        }

        Execute(
            new CopySecretsOperation(Context),
            new CopySecretsOptions
            {
                CatalogPath = FilePath(CatalogPath, nameof(CatalogPath)),
                TrustCatalog = TrustCatalog,
                PipedFrom = _places.FirstOrDefault(),
                Names = [.. _names.Distinct(StringComparer.Ordinal)],
                StoreNames = [.. _storeNames.Distinct(StringComparer.Ordinal)],
                From = From,
                To = To,
                AllVersions = AllVersions,
                RemoveSource = RemoveSource,
                RecoveryDays = RecoveryDays,
                UpdateExisting = UpdateExisting,
                OverwriteEncryptionKey = OverwriteEncryptionKey,
                AllowUnmapped = AllowUnmapped,
            }
        );
    }

    /// <summary>Takes note of the names of a record: typed, piped as text, or properties of what was piped.</summary>
    private void Gather()
    {
        switch (InputObject?.BaseObject)
        {
            case SecureString:
                throw Bad("A SecureString came down the pipeline", "Name the secret: -Name, or -StoreName for the store's own name.");
            case string when IsTyped(nameof(Name)) || IsTyped(nameof(StoreName)):
                throw Bad("Names came on the command line and as text down the pipeline", "Name them in one of the two ways.");
            case string text:
                AddTo(_names, [text]);
                return;
        }

        _isEmpty |= IsTyped(nameof(Name)) || IsTyped(nameof(StoreName));
        int before = _names.Count;
        if (IsTyped(nameof(Name)) || !IsTyped(nameof(StoreName)))
        {
            AddTo(_names, Name);
        }

        // An object brings both names; the catalog's is the one that keeps its meaning.
        if (_names.Count == before || IsTyped(nameof(StoreName)))
        {
            AddTo(_storeNames, StoreName);
        }

        if (!string.IsNullOrEmpty(Place))
        {
            _places.Add(Place);
        }
    }

    private static void AddTo(List<string> names, string[]? given) =>
        names.AddRange((given ?? []).Where(static n => !string.IsNullOrEmpty(n)));

    private FlowSecretException Bad(string cause, string remedy) => new(ErrorIds.BadArgument, MyInvocation.MyCommand.Name, cause, remedy);
}
