using System.Management.Automation;
using FlowSecrets.Completion;
using FlowSecrets.Model;
using FlowSecrets.Operations.Versions;

namespace FlowSecrets.Commands.Base;

/// <summary>What a stage's user may say of a version; destroying has a cmdlet of its own.</summary>
public enum VersionSwitch
{
    Enabled,
    Disabled,
}

/// <summary>Base of the cmdlets that change one version.</summary>
public abstract class VersionCmdlet : TargetCmdlet
{
    /// <summary>The version, or the stage that it has: current, previous.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(VersionCompleter))]
    public string Version { get; set; } = "";

    /// <summary>Allow another value for a secret that data depends on ('usage: encryption').</summary>
    [Parameter]
    public SwitchParameter OverwriteEncryptionKey { get; set; }

    /// <summary>Allow that a running rotation loses the version: a pending one, or the previous one that is still valid.</summary>
    [Parameter]
    public SwitchParameter AllowRotationLoss { get; set; }

    private protected override object? RecordKey => Version;

    private protected void Change(Targets targets, VersionState? state, string? stage, bool allowCurrent = false) =>
        Execute(
            new ChangeVersionOperation(Context),
            Fill(new VersionOptions(), targets) with
            {
                Version = (string?)targets.Key,
                State = state,
                Stage = stage,
                OverwriteEncryptionKey = OverwriteEncryptionKey,
                AllowRotationLoss = AllowRotationLoss,
                AllowCurrent = allowCurrent,
            }
        );
}
