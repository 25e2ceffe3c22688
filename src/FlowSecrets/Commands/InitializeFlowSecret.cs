using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Completion;
using FlowSecrets.Operations.Setup;

namespace FlowSecrets.Commands;

/// <summary>Sets the catalog's secrets up: keeps what exists, asks for or generates what does not.</summary>
/// <remarks>It says which place it will change and asks first. Then it walks the catalog by category: an existing secret is kept; for a
/// missing one it prompts with the catalog's default, without echo for what is sensitive; an empty answer generates the value where the
/// catalog allows it. JSON secrets are asked field by field, and fields that are there stay. All answers come before the first write;
/// interrupted, it can be run again. Generated values are stored, never printed.</remarks>
/// <example>
/// <summary>At the prompt.</summary>
/// <code>Initialize-FlowSecret -Environment production</code>
/// </example>
/// <example>
/// <summary>In CI: values from a file, defaults, and the rest generated.</summary>
/// <code>Initialize-FlowSecret -NonInteractive -InputPath ./prod.secrets.tfvars</code>
/// </example>
/// <example>
/// <summary>A .env file that Docker Compose reads.</summary>
/// <code>Initialize-FlowSecret -NonInteractive -InputPath ./.env.production -Format compose</code>
/// </example>
/// <example>
/// <summary>Shows what would be done.</summary>
/// <code>Initialize-FlowSecret -NonInteractive -WhatIf</code>
/// </example>
[Cmdlet(VerbsData.Initialize, "FlowSecret", SupportsShouldProcess = true)]
[OutputType(typeof(SetupResult))]
public sealed class InitializeFlowSecretCommand : ItemCmdlet
{
    private readonly List<(string? Environment, StoreKind? Store, string? PipedFrom, string[] Names)> _records = [];

    /// <summary>Keys of the secrets to set up; all without it.</summary>
    [SupportsWildcards]
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(SecretNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Ask nothing: take -InputPath, the defaults, and generate the rest.</summary>
    [Parameter]
    public SwitchParameter NonInteractive { get; set; }

    /// <summary>A file with values: .env, tfvars, JSON, YAML or Pulumi. Its names are environment variables, secrets or
    /// secret.field.</summary>
    [Parameter]
    public string? InputPath { get; set; }

    /// <summary>The format of -InputPath, for a .env file the program that reads it; as the file's name says unless specified.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(FormatCompleter))]
    public string? Format { get; set; }

    /// <summary>Let -InputPath replace values that exist; without it they are kept, and said to differ.</summary>
    [Parameter]
    public SwitchParameter UpdateExisting { get; set; }

    /// <summary>Ask also for what has a value; Enter keeps it.</summary>
    [Parameter]
    public SwitchParameter PromptAll { get; set; }

    /// <summary>Show generated values once, on the screen only, after they were stored.</summary>
    [Parameter]
    public SwitchParameter ShowGenerated { get; set; }

    /// <summary>Allow another value for a secret that data depends on ('usage: encryption').</summary>
    [Parameter]
    public SwitchParameter OverwriteEncryptionKey { get; set; }

    /// <summary>Do not ask whether to go on.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool TakesAll => true;

    private protected override (string Noun, string Parameters) Naming => ("secret", "-Name");

    /// <summary>Secrets of one place are one set-up: they may refer to each other, and one question is enough.</summary>
    private protected override void Gather()
    {
        string[] names = NamesOf(nameof(Name), Name);
        if (MeansSomething(names.Length > 0, nameof(Name)))
        {
            _records.Add((NamedEnvironment, WantedStore, PipedFrom, names));
        }
    }

    protected override void Run()
    {
        foreach (var place in _records.GroupBy(static r => (r.Environment, r.Store, r.PipedFrom)))
        {
            Execute(
                new InitializeSecretsOperation(Context),
                Fill(new InitializeOptions(), place.Key.Environment, place.Key.Store) with
                {
                    PipedFrom = place.Key.PipedFrom,
                    Names = [.. place.SelectMany(static r => r.Names)],
                    NonInteractive = NonInteractive,
                    InputPath = FilePath(InputPath, nameof(InputPath)),
                    Format = Format,
                    UpdateExisting = UpdateExisting,
                    PromptAll = PromptAll,
                    ShowGenerated = ShowGenerated,
                    OverwriteEncryptionKey = OverwriteEncryptionKey,
                    Force =
                        Force
                        || MyInvocation.BoundParameters.TryGetValue("Confirm", out object? confirm)
                            && confirm is SwitchParameter { IsPresent: false },
                }
            );
        }
    }
}
