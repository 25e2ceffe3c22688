using System.Management.Automation;
using FlowSecrets.Completion;

namespace FlowSecrets.Commands.Base;

/// <summary>Base of the cmdlets that take wildcards in the names of secrets.</summary>
public abstract class WildcardCmdlet : TargetCmdlet
{
    /// <summary>Keys of the catalog's secrets, with wildcards.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [AllowNull]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(SecretNameCompleter))]
    public override string[]? Name
    {
        get => base.Name;
        set => base.Name = value;
    }
}
