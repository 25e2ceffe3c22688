using System.Management.Automation;
using System.Security;
using FlowSecrets.Commands.Base;
using FlowSecrets.Hosting;
using FlowSecrets.Operations.Rotation;
using FlowSecrets.Values;

namespace FlowSecrets.Commands;

/// <summary>
/// Rotates secrets in the store, in the system that checks them, and in what runs with them; finishes a rotation that was broken off.
/// </summary>
/// <remarks>A new value waits aside in the store until the system that checks it accepts it; then it becomes current, the workloads are
/// deployed with it, and the value before stays valid for the overlap (RetireAt). The command returns then; taking the value before out of
/// use is what -Due does once RetireAt has passed. Broken off at any moment, the same command run again, on any machine, goes on where it
/// was. docs/rotation.md shows each step and what each store does.</remarks>
/// <example>
/// <summary>Rotate one secret now.</summary>
/// <code>Invoke-FlowSecretRotation jwt-secret -Environment production</code>
/// </example>
/// <example>
/// <summary>In a scheduled job: whatever is due, unfinished or to be retired.</summary>
/// <code>Get-FlowSecretRotation -Environment production -Due | Invoke-FlowSecretRotation</code>
/// </example>
/// <example>
/// <summary>A value has leaked: a new one, and the old one out of use at once.</summary>
/// <code>Invoke-FlowSecretRotation db-config -Force</code>
/// </example>
/// <example>
/// <summary>What would be done?</summary>
/// <code>Invoke-FlowSecretRotation -Due -WhatIf</code>
/// </example>
/// <example>
/// <summary>A provider's new key, pasted.</summary>
/// <code>Invoke-FlowSecretRotation app-openai-api-key -Value (Read-Host -AsSecureString)</code>
/// </example>
[Cmdlet(VerbsLifecycle.Invoke, "FlowSecretRotation", SupportsShouldProcess = true)]
[OutputType(typeof(RotationResult))]
public sealed class InvokeFlowSecretRotationCommand : RotationCmdlet
{
    /// <summary>
    /// Only what is due: a value that is old, a rotation that was broken off, a value before whose overlap is over. Without names: of the
    /// whole catalog.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public SwitchParameter Due { get; set; }

    /// <summary>
    /// For a leak: the old value is out of use at once, also during an overlap; what stopped an earlier rotation does not stop this one.
    /// </summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Allow that workloads are refused until they are deployed anew, where a target has one user.</summary>
    [Parameter]
    public SwitchParameter AllowInterruption { get; set; }

    /// <summary>Have AWS run the secret's own rotation function, and wait for its end.</summary>
    [Parameter]
    public SwitchParameter Native { get; set; }

    /// <summary>The new value, where a person gets it from a provider; without it, it is asked for.</summary>
    [Parameter]
    [PlainTextRefused]
    public SecureString? Value { get; set; }

    /// <summary>How long a workload may take to become healthy, in seconds; 600 unless said otherwise.</summary>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int TimeoutSec { get; set; } = 600;

    private protected override bool TakesAll => Due;

    // -Force means each of them; that a piped object says Due does not take from it.
    private protected override object? RecordKey => Due.IsPresent && (!Force || IsTyped(nameof(Due)));

    private protected override void RunPlace(Targets targets)
    {
        using SecretValue? value = Value is null ? null : SecureStrings.ToValue(Value);
        Execute(
            new InvokeRotationOperation(Context),
            FillRotation(
                new InvokeRotationOptions
                {
                    Due = targets.Key is true,
                    Force = Force,
                    AllowInterruption = AllowInterruption,
                    Native = Native,
                    Value = value,
                    Timeout = TimeSpan.FromSeconds(TimeoutSec),
                },
                targets
            )
        );
    }
}
