using System.Management.Automation;
using System.Security;
using FlowSecrets.Commands.Base;
using FlowSecrets.Completion;
using FlowSecrets.Errors;
using FlowSecrets.Hosting;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Values;

namespace FlowSecrets.Commands;

/// <summary>Reads the value of a secret.</summary>
/// <remarks>It comes as a SecureString with name and version; as plain text only with -AsPlainText; as the very bytes, into a file that
/// only its owner can read, with -OutFile.</remarks>
/// <example>
/// <summary>A SecureString, for instance for a PSCredential.</summary>
/// <code>(Get-FlowSecretValue jwt-secret).Value</code>
/// </example>
/// <example>
/// <summary>One field of a JSON secret as plain text.</summary>
/// <code>$password = Get-FlowSecretValue db-config -Field db_password -AsPlainText</code>
/// </example>
/// <example>
/// <summary>The same, with the field in the name, if no secret has this name.</summary>
/// <code>Get-FlowSecretValue db-config.db_password -AsPlainText</code>
/// </example>
/// <example>
/// <summary>The value before the last change, into a file (0600).</summary>
/// <code>Get-FlowSecretValue storage-sa-key -Stage previous -OutFile ./old-key.json</code>
/// </example>
[Cmdlet(VerbsCommon.Get, "FlowSecretValue", SupportsShouldProcess = true)]
[OutputType(typeof(FlowSecretValue), typeof(string))]
public sealed class GetFlowSecretValueCommand : WildcardCmdlet
{
    /// <summary>Read this version instead of the current one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [ArgumentCompleter(typeof(VersionCompleter))]
    public string? Version { get; set; }

    /// <summary>Read the version under this stage: current, pending, previous.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(StageCompleter))]
    public string? Stage { get; set; }

    /// <summary>One field of a JSON secret, or a path into it: options.primary.host, options["a.b"].</summary>
    [Parameter]
    [ArgumentCompleter(typeof(FieldCompleter))]
    public string? Field { get; set; }

    /// <summary>Emit the value as plain text.</summary>
    [Parameter]
    public SwitchParameter AsPlainText { get; set; }

    /// <summary>Write the bytes to this file, for its owner alone (0600), and emit nothing.</summary>
    [Parameter]
    public string? OutFile { get; set; }

    /// <summary>Replace the file of -OutFile if it is there. With -AsPlainText: let a coding agent see the value.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    // What the user typed goes before what comes down the pipeline: a stage before a version. A listed secret is read as it is now: its
    // version says what was current, and a read by version takes a call each.
    private protected override object? RecordKey =>
        string.IsNullOrEmpty(Version) || (!IsTyped(nameof(Version)) && (Stage is not null || InputObject?.BaseObject is SecretItem))
            ? null
            : Version;

    private protected override void RunPlace(Targets targets)
    {
        if (targets.Key is not null && Stage is not null)
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                MyInvocation.MyCommand.Name,
                "-Version and -Stage both say which version to read",
                "Leave one of them out."
            );
        }

        ReadValuesOptions options = Fill(new ReadValuesOptions(), targets) with
        {
            Version = (string?)targets.Key,
            Stage = Stage,
            Field = Field,
            OutFile = FilePath(OutFile, nameof(OutFile)),
            AsPlainText = AsPlainText,
            Force = Force,
        };
        Execute(new ReadValuesOperation(Context), options, Emit);
    }

    private object? Emit(SecretReading reading)
    {
        if (reading.Value is null)
        {
            return null;
        }

        using SecretValue value = reading.Value;
        try
        {
            return AsPlainText
                ? value.RevealText(reading.StoreName)
                : new FlowSecretValue(SecureStrings.FromValue(value, reading.StoreName))
                {
                    Name = reading.Name,
                    StoreName = reading.StoreName,
                    Version = reading.Version!,
                };
        }
        catch (FlowSecretException e)
        {
            // The others can still be read.
            Fail(e);
            return null;
        }
    }
}
