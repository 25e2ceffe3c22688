using System.Management.Automation;
using System.Security;
using FlowSecrets.Operations.Rotation;

namespace FlowSecrets.Commands.Base;

/// <summary>Base of the cmdlets that rotate or rehearse.</summary>
public abstract class RotationCmdlet : WildcardCmdlet
{
    /// <summary>The options with what the parameters and the records of one place say.</summary>
    private protected TOptions FillRotation<TOptions>(TOptions options, Targets targets)
        where TOptions : RotationOptions => Fill(options, targets);
}
