using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Model;
using FlowSecrets.Operations.Access;

namespace FlowSecrets.Commands;

/// <summary>Says whether somebody may use a secret, why not, and the exact command that mends it.</summary>
/// <remarks>Without -Principal it is whoever runs it. Result is Allowed, Denied or Unknown; what cannot be known from here is Unknown, with
/// what is missing. Nothing is changed, and no value is read without -Live. docs/guide/access.md shows every cause.</remarks>
/// <example>
/// <summary>What of the catalog may I read?</summary>
/// <code>Test-FlowSecretAccess -Environment production</code>
/// </example>
/// <example>
/// <summary>Why can the service not read its keys?</summary>
/// <code>Get-FlowSecret llm-* | Test-FlowSecretAccess -Principal serviceAccount:api@my-project.iam.gserviceaccount.com</code>
/// </example>
/// <example>
/// <summary>As whom a workload runs, and whether that may read what it consumes.</summary>
/// <code>Test-FlowSecretAccess -Workload api</code>
/// </example>
/// <example>
/// <summary>In CI, before a deployment.</summary>
/// <code>if (-not (Test-FlowSecretAccess -FromCatalog -Quiet)) { exit 1 }</code>
/// </example>
/// <example>
/// <summary>May this workflow's token become the role?</summary>
/// <code>Test-FlowSecretAccess jwt-secret -Principal arn:aws:iam::123456789012:role/ci -TokenSubject repo:org/app:environment:prod</code>
/// </example>
[Cmdlet(VerbsDiagnostic.Test, "FlowSecretAccess")]
[OutputType(typeof(SecretAccess), typeof(bool))]
public sealed class TestFlowSecretAccessCommand : AccessCmdlet
{
    private bool _isGood = true;
    private int _tested;

    /// <summary>Also read each value, and drop it: a permission's test can say yes where a KMS key says no.</summary>
    [Parameter]
    public SwitchParameter Live { get; set; }

    /// <summary>The subject ('sub') of a federated token, to see whether it may become the principal.</summary>
    [Parameter]
    public string? TokenSubject { get; set; }

    /// <summary>Only say whether all is allowed and nothing was found amiss.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    protected override void EndProcessing()
    {
        RunGuarded();
        if (Quiet)
        {
            if (_tested == 0)
            {
                WriteWarning("Nothing was tested, so nothing is said to be allowed.");
            }

            WriteObject(_isGood && _tested > 0);
        }
    }

    private protected override void RunPlace(Targets targets) =>
        Execute(
            new TestAccessOperation(Context),
            FillAccess(new TestAccessOptions { Live = Live, TokenSubject = TokenSubject }, targets),
            access =>
            {
                _tested++;
                _isGood &= access is { Result: nameof(AccessResult.Allowed), Cause: null };
                return Quiet ? null : access;
            }
        );
}
