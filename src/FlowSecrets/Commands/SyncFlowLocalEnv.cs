using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Completion;
using FlowSecrets.Errors;
using FlowSecrets.Formats;
using FlowSecrets.Operations.LocalEnv;

namespace FlowSecrets.Commands;

/// <summary>Writes the .env file for local development from the catalog and a store.</summary>
/// <remarks>System secrets get the catalog's local values, developer secrets are fetched, templates and files are made. The file is merged:
/// your own lines, their order and comments stay; a system secret's value that stands in the file stays; so does any variable under a line
/// '# flowsecrets:keep'. It is written for its owner alone, read back before it replaces the old one, and left alone when nothing
/// changed.</remarks>
/// <example>
/// <summary>Writes the file that the catalog names.</summary>
/// <code>Sync-FlowLocalEnv</code>
/// </example>
/// <example>
/// <summary>In CI: fails when the file is behind; writes nothing.</summary>
/// <code>Sync-FlowLocalEnv -Check</code>
/// </example>
/// <example>
/// <summary>Another file, in the spelling that docker run --env-file reads.</summary>
/// <code>Sync-FlowLocalEnv -Path ./docker.env -Format Docker</code>
/// </example>
[Cmdlet(VerbsData.Sync, "FlowLocalEnv", SupportsShouldProcess = true)]
[OutputType(typeof(EnvVariable))]
public sealed class SyncFlowLocalEnvCommand : StoreCmdlet
{
    /// <summary>The file; the catalog's localEnv.path without it.</summary>
    [Parameter(Position = 0)]
    public string? Path { get; set; }

    /// <summary>Which program reads the file. Portable is what all of them read in the same way.</summary>
    [Parameter]
    [Alias("Target")]
    [ArgumentCompleter(typeof(EnvFormatCompleter))]
    public string? Format { get; set; }

    /// <summary>Build the file anew: only the catalog's variables, and what stands under '# flowsecrets:keep'.</summary>
    [Parameter]
    public SwitchParameter Clean { get; set; }

    /// <summary>Write nothing; fail when a variable is missing or older than its source.</summary>
    [Parameter]
    public SwitchParameter Check { get; set; }

    /// <summary>Add the file to .gitignore where git would take it into the repository.</summary>
    [Parameter]
    public SwitchParameter AddToGitIgnore { get; set; }

    /// <summary>Replace files that stand where the catalog puts a secret's file, and that this command did not write.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Go on when some variables fail: their errors are written, but none ends the script.</summary>
    [Parameter]
    public SwitchParameter AllowPartial { get; set; }

    protected override bool AllowsPartial => AllowPartial;

    private protected override Remedy AfterFailures =>
        Check ? "Write the file with Sync-FlowLocalEnv, without -Check." : base.AfterFailures;

    protected override void Run() =>
        Execute(
            new SyncLocalEnvOperation(Context),
            Fill(new SyncOptions()) with
            {
                Path = FilePath(Path, nameof(Path)),
                Format = Format is null ? null : FormatProfiles.DialectOf(Format),
                Clean = Clean,
                Check = Check,
                AddToGitIgnore = AddToGitIgnore,
                Force = Force,
            }
        );
}
