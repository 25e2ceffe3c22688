using System.Management.Automation;
using FlowSecrets.Completion;
using FlowSecrets.Model;
using FlowSecrets.Operations.Access;

namespace FlowSecrets.Commands.Base;

/// <summary>Base of the cmdlets about who may use secrets.</summary>
public abstract class AccessCmdlet : WildcardCmdlet
{
    private readonly Dictionary<string, (string[] Principals, SecretPermission? Permission)> _records = new(StringComparer.Ordinal);

    /// <summary>
    /// Who: on Google Cloud user:, serviceAccount:, group: and an e-mail address, or principal://…; on AWS the ARN of a role or a user.
    /// </summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(PrincipalCompleter))]
    public string[]? Principal { get; set; }

    /// <summary>Workloads of the catalog, for the identities that they run as; looked up where they run.</summary>
    [SupportsWildcards]
    [Parameter]
    [ArgumentCompleter(typeof(WorkloadCompleter))]
    public string[]? Workload { get; set; }

    /// <summary>
    /// Read values, write versions, or manage the secret. Read unless said otherwise; with -FromCatalog what each entry says.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    public SecretPermission? Permission { get; set; }

    /// <summary>The principals, permissions and secrets of the catalog's 'access' entries for this environment.</summary>
    [Parameter]
    public SwitchParameter FromCatalog { get; set; }

    private protected override bool TakesAll => true;

    private protected override string? RecordKey
    {
        get
        {
            string[] principals = [.. (Principal ?? []).Where(static p => !string.IsNullOrEmpty(p))];
            string key = $"{string.Join('\n', principals)}\n{Permission}";
            _records[key] = (principals, Permission);
            return key;
        }
    }

    /// <summary>What the parameters and the records of one place say.</summary>
    private protected TOptions Fill<TOptions>(TOptions options, Targets targets)
        where TOptions : AccessOptions
    {
        (string[] principals, SecretPermission? permission) = _records[targets.Key!];
        return options with
        {
            CatalogPath = FullCatalogPath,
            Environment = targets.Environment,
            Store = targets.Store,
            Names = targets.Names,
            StoreNames = targets.StoreNames,
            Principals = principals,
            Workloads = Workload ?? [],
            Permission = permission,
            FromCatalog = FromCatalog,
        };
    }
}
