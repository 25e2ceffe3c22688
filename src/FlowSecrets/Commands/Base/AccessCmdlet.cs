using System.Management.Automation;
using FlowSecrets.Completion;
using FlowSecrets.Model;
using FlowSecrets.Operations.Access;

namespace FlowSecrets.Commands.Base;

/// <summary>Base of the cmdlets about who may use secrets.</summary>
public abstract class AccessCmdlet : WildcardCmdlet
{
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

    private protected override bool IsMorePiped =>
        base.IsMorePiped || (Principal is { Length: > 0 } && !IsTyped(nameof(Principal))) || Workload is not null;

    // Whom the user named by a workload is not added to by what comes down the pipeline.
    private protected override object? RecordKey =>
        new Grantees(Workload is not null && !IsTyped(nameof(Principal)) ? [] : Filled(Principal), Permission);

    /// <summary>The options with what the parameters and the records of one place say.</summary>
    private protected TOptions FillAccess<TOptions>(TOptions options, Targets targets)
        where TOptions : AccessOptions
    {
        Grantees grantees = (Grantees)targets.Key!;
        return Fill(options, targets) with
        {
            Principals = grantees.Principals,
            Workloads = Workload ?? [],
            Permission = grantees.Permission,
            FromCatalog = FromCatalog,
        };
    }

    /// <summary>Who a record is about, and what they may do; equal when it names the same principals in the same order.</summary>
    private sealed record Grantees(string[] Principals, SecretPermission? Permission)
    {
        public bool Equals(Grantees? other) =>
            other is not null && Permission == other.Permission && Principals.SequenceEqual(other.Principals, StringComparer.Ordinal);

        public override int GetHashCode() => HashCode.Combine(Principals.Length, Principals.FirstOrDefault(), Permission);
    }
}
