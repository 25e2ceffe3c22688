using System.Management.Automation;
using System.Text;
using FlowSecrets.Commands.Base;
using FlowSecrets.Completion;
using FlowSecrets.Errors;
using FlowSecrets.Formats.Data;
using FlowSecrets.Hosting;
using FlowSecrets.Operations.Transfer;

namespace FlowSecrets.Commands;

/// <summary>Brings the values of a file, a document or a vault into the store.</summary>
/// <remarks>It plans first: -WhatIf shows for each name whether the secret is created, gets a new version, is the same, is kept or is
/// refused. An equal value makes no new version, and existing values stay without -UpdateExisting. Each value is read back after it was
/// written. With a catalog the names are its variables, keys or key.field; without one they are names in the store. A value never comes
/// from an argument.</remarks>
/// <example>
/// <summary>Shows what a .env file would change.</summary>
/// <code>Import-FlowSecret ./.env -WhatIf</code>
/// </example>
/// <example>
/// <summary>Takes the values of a file that sops decrypts; they are never on the disk in clear.</summary>
/// <code>sops -d ./secrets.json | Import-FlowSecret -Format Json</code>
/// </example>
/// <example>
/// <summary>Many secrets in one Terraform variable.</summary>
/// <code>Import-FlowSecret ./prod.tfvars -Expand secrets -Environment production</code>
/// </example>
/// <example>
/// <summary>Moves values out of a file: they are removed from it after all were read back from the store.</summary>
/// <code>Import-FlowSecret ./.env -Name DB_*, JWT_SECRET -RemoveSource</code>
/// </example>
/// <example>
/// <summary>From a vault of the SecretManagement module.</summary>
/// <code>Import-FlowSecret -FromVault SecretStore -UpdateExisting</code>
/// </example>
[Cmdlet(VerbsData.Import, "FlowSecret", SupportsShouldProcess = true, DefaultParameterSetName = ByText)]
[OutputType(typeof(ImportResult))]
public sealed class ImportFlowSecretCommand : StoreCmdlet
{
    private const string ByText = "Text";
    private const string ByPath = "Path";
    private const string ByVault = "Vault";
    private const string ByStdin = "Stdin";
    private const string ByUserSecrets = "UserSecrets";

    private StringBuilder? _text;
    private bool _isOther;

    /// <summary>A file with values: .env, tfvars, JSON, YAML, Pulumi, user secrets or a Kubernetes Secret.</summary>
    [Parameter(ParameterSetName = ByPath, Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>A vault that is registered with the SecretManagement module.</summary>
    [Parameter(ParameterSetName = ByVault, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string FromVault { get; set; } = "";

    /// <summary>Read the document from the process's standard input; with -Format.</summary>
    [Parameter(ParameterSetName = ByStdin, Mandatory = true)]
    public SwitchParameter FromStdin { get; set; }

    /// <summary>The UserSecretsId of a .NET project, whose file of dotnet user-secrets is read.</summary>
    [Parameter(ParameterSetName = ByUserSecrets, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string UserSecretsId { get; set; } = "";

    /// <summary>Take these only: names in the source, keys of the catalog, or names in the store.</summary>
    [SupportsWildcards]
    [Parameter(Position = 1)]
    [AllowNull]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(SecretNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>The format, for a .env file the program that reads it; as the file's name says unless specified. Piped text needs
    /// it.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(FormatCompleter))]
    public string? Format { get; set; }

    /// <summary>The variable whose parts are the secrets: a map by name, or a list of maps with name and value.</summary>
    [Parameter]
    public string? Expand { get; set; }

    /// <summary>Let the source replace values that exist; without it they are kept, and said to differ.</summary>
    [Parameter]
    public SwitchParameter UpdateExisting { get; set; }

    /// <summary>Remove from the file what was imported, after all of it was read back from the store. Other lines stay as they
    /// are.</summary>
    [Parameter(ParameterSetName = ByPath)]
    [Parameter(ParameterSetName = ByUserSecrets)]
    public SwitchParameter RemoveSource { get; set; }

    /// <summary>Allow another value for a secret that data depends on ('usage: encryption').</summary>
    [Parameter]
    public SwitchParameter OverwriteEncryptionKey { get; set; }

    /// <summary>Go on when some items fail: under 'Stop' their errors are warnings, and no error names them all.</summary>
    [Parameter]
    public SwitchParameter AllowPartial { get; set; }

    /// <summary>The lines of a document; with -Format.</summary>
    /// <remarks>It takes everything, so that no error of PowerShell's own holds what was piped.</remarks>
    [Parameter(ValueFromPipeline = true, DontShow = true)]
    [AllowNull]
    [AllowEmptyString]
    public PSObject? InputObject { get; set; }

    protected override bool AllowsPartial => AllowPartial;

    /// <summary>The lines of a document come one by one.</summary>
    protected override void ProcessRecord()
    {
        if (InputObject?.BaseObject is string line)
        {
            _text = (_text ?? new StringBuilder()).Append(line).Append('\n');
        }
        else if (MyInvocation.ExpectingInput)
        {
            _isOther = true;
        }
    }

    protected override void EndProcessing()
    {
        RunGuarded();
        base.EndProcessing();
    }

    protected override void Run()
    {
        RequireOneSource();
        if (Name is not null && Name.All(string.IsNullOrEmpty))
        {
            WriteWarning("The list of names is empty, so nothing is done. Without -Name it would be all of them.");
            return;
        }

        string[] names = [.. (Name ?? []).Where(static n => !string.IsNullOrEmpty(n))];
        bool isUserSecrets = ParameterSetName == ByUserSecrets;
        Execute(
            new ImportSecretsOperation(Context),
            Fill(new ImportOptions()) with
            {
                Names = names,
                Path =
                    isUserSecrets ? UserSecretsReader.PathOf(UserSecretsId, Context.Variable)
                    : ParameterSetName == ByPath ? FilePath(Path, nameof(Path))
                    : null,
                Text = _text?.ToString(),
                Vault = FromVault,
                VaultSecrets = ParameterSetName == ByVault ? new VaultReader(InvokeCommand).Read(FromVault, names) : null,
                Format = isUserSecrets ? Format ?? Formats.ValueFiles.UserSecrets : Format,
                Expand = Expand,
                UpdateExisting = UpdateExisting,
                RemoveSource = RemoveSource,
                OverwriteEncryptionKey = OverwriteEncryptionKey,
            }
        );
    }

    private void RequireOneSource()
    {
        bool isPiped = _text is not null || _isOther;
        if (_isOther)
        {
            throw Bad("What came down the pipeline is no text", "Pipe the lines of a document, and say its format with -Format.");
        }

        if (isPiped && ParameterSetName != ByText)
        {
            throw Bad("Text came down the pipeline, and a parameter names another source", "Give the values in one of the two ways.");
        }

        if (!isPiped && ParameterSetName == ByText)
        {
            throw Bad("No source is named", "Name it: -Path FILE, -FromVault NAME, -UserSecretsId ID, or pipe a document with -Format.");
        }

        if (Format is null && ParameterSetName is ByText or ByStdin)
        {
            throw Bad("A text has no name that says its format", "Add -Format: Json, Yaml, Tfvars, Env, Kubernetes or another.");
        }

        if (Format is not null && ParameterSetName == ByVault)
        {
            throw Bad("-Format is for documents, and a vault is none", "Leave -Format out.");
        }
    }

    private FlowSecretException Bad(string cause, string remedy) => new(ErrorIds.BadArgument, MyInvocation.MyCommand.Name, cause, remedy);
}
