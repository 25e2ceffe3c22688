using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Operations.Access;

namespace FlowSecrets.Commands;

/// <summary>Lets somebody use secrets: the least role for it, on the secret itself.</summary>
/// <remarks>What is granted already stays as it is; no other grant is touched. On Google Cloud the role is granted on the secret; on AWS a
/// statement is added to the secret's own policy, or with -PolicyDocument the policy to attach to the principal is printed for review.
/// -WhatIf shows the change.</remarks>
/// <example>
/// <summary>Let a service account read.</summary>
/// <code>Grant-FlowSecretAccess jwt-secret -Principal serviceAccount:api@my-project.iam.gserviceaccount.com</code>
/// </example>
/// <example>
/// <summary>For eight hours.</summary>
/// <code>Grant-FlowSecretAccess db-config -Principal user:oncall@example.com -Expires (Get-Date).AddHours(8)</code>
/// </example>
/// <example>
/// <summary>Bring the catalog's 'access' entries into force, and show what it does not name.</summary>
/// <code>Grant-FlowSecretAccess -FromCatalog -Environment production -WhatIf</code>
/// </example>
/// <example>
/// <summary>The policy to attach to a role, changing nothing.</summary>
/// <code>Grant-FlowSecretAccess llm-* -PolicyDocument > policy.json</code>
/// </example>
[Cmdlet(VerbsSecurity.Grant, "FlowSecretAccess", SupportsShouldProcess = true)]
[OutputType(typeof(SecretAccessChange), typeof(string))]
public sealed class GrantFlowSecretAccessCommand : ChangeAccessCmdlet
{
    /// <summary>When the grant ends.</summary>
    [Parameter]
    public DateTime? Expires { get; set; }

    /// <summary>With -FromCatalog: take off what this module granted and the catalog does not name.</summary>
    [Parameter]
    public SwitchParameter Prune { get; set; }

    /// <summary>With -FromCatalog: take off everything on the secrets that the catalog does not name, whoever granted it.</summary>
    [Parameter]
    public SwitchParameter PruneAll { get; set; }

    /// <summary>Wait until the grants work, or until they must: seven minutes on Google Cloud.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>AWS: print the policy that would be attached to the principal instead, and change nothing.</summary>
    [Parameter]
    public SwitchParameter PolicyDocument { get; set; }

    /// <summary>Allow allUsers, allAuthenticatedUsers and '*': all the world may use the secret then.</summary>
    [Parameter]
    public SwitchParameter AllowPublicAccess { get; set; }

    private protected override void RunPlace(Targets targets)
    {
        ChangeAccessOptions options = FillAccess(new ChangeAccessOptions(), targets) with
        {
            Grant = true,
            Expires = Expires,
            Prune = Prune || PruneAll,
            PruneAll = PruneAll,
            Wait = Wait,
            AllowPublic = AllowPublicAccess,
        };
        if (PolicyDocument)
        {
            Execute(new PolicyDocumentOperation(Context), options);
        }
        else
        {
            Execute(new ChangeAccessOperation(Context), options);
        }
    }
}
