using System.Collections;
using System.Management.Automation;
using System.Security;
using FlowSecrets.Errors;
using FlowSecrets.Hosting;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Values;

namespace FlowSecrets.Commands.Base;

/// <summary>
/// Base of the cmdlets that take a value: from a SecureString, a file, a variable, standard input, or made here; never as plain text.
/// </summary>
public abstract class ValueCmdlet : TargetCmdlet
{
    private protected const string Prompted = "Prompt";
    private protected const string ByValue = "Value";
    private protected const string ByPath = "Path";
    private protected const string ByVariable = "Variable";
    private protected const string ByStdin = "Stdin";
    private protected const string ByGenerate = "Generate";

    /// <summary>The value. Without any source of a value it is asked for, without echo.</summary>
    [Parameter(ParameterSetName = ByValue, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [PlainTextRefused]
    public SecureString? Value { get; set; }

    /// <summary>A file whose bytes are the value, as they are.</summary>
    [Parameter(ParameterSetName = ByPath, Mandatory = true)]
    [Alias("FilePath")]
    public string? Path { get; set; }

    /// <summary>An environment variable that holds the value, for CI.</summary>
    [Parameter(ParameterSetName = ByVariable, Mandatory = true)]
    public string? FromEnvironment { get; set; }

    /// <summary>Read the value from the process's standard input, all bytes of it.</summary>
    [Parameter(ParameterSetName = ByStdin, Mandatory = true)]
    public SwitchParameter FromStdin { get; set; }

    /// <summary>Take one newline off the end of a file or of standard input.</summary>
    [Parameter(ParameterSetName = ByPath)]
    [Parameter(ParameterSetName = ByStdin)]
    public SwitchParameter TrimNewline { get; set; }

    /// <summary>Make the value: as the catalog's 'generate' says, or of the kind that -Kind names.</summary>
    [Parameter(ParameterSetName = ByGenerate, Mandatory = true)]
    public SwitchParameter Generate { get; set; }

    /// <summary>What to make, instead of the catalog's 'generate'.</summary>
    [Parameter(ParameterSetName = ByGenerate)]
    public GenerateKind Kind { get; set; }

    /// <summary>Labels in the store. With Set-FlowSecret an empty text takes a label off.</summary>
    [Parameter]
    public Hashtable? Label { get; set; }

    /// <summary>Annotations, where the store has them (Gcp). With Set-FlowSecret an empty text takes one off.</summary>
    [Parameter]
    public Hashtable? Annotation { get; set; }

    private protected WriteSecretsOptions Options(Targets targets, SecretValue? value) =>
        Fill(new WriteSecretsOptions(), targets) with
        {
            Value = value,
            Source = Source,
            Generate = Generate,
            GenerateSpec = MyInvocation.BoundParameters.ContainsKey(nameof(Kind)) ? new GenerateSpec(Kind) : null,
            Labels = Texts(Label),
            Annotations = Texts(Annotation),
        };

    private static Dictionary<string, string>? Texts(Hashtable? table) =>
        table
            ?.Cast<DictionaryEntry>()
            .ToDictionary(static e => e.Key.ToString()!, static e => e.Value?.ToString() ?? "", StringComparer.Ordinal);

    private protected override bool TakesValue => true;

    /// <summary>A value that comes down the pipeline belongs to its own record, which is therefore done at once.</summary>
    private protected override void Gather()
    {
        if (PlainTextRefusedAttribute.IsRefused(Value))
        {
            throw PlainTextRefusedAttribute.Error("The property Value of what came down the pipeline");
        }

        if (PipedValue is not null && ParameterSetName != Prompted)
        {
            throw Bad(MyInvocation.MyCommand.Name, "A value came down the pipeline and by a parameter", "Give it in one of the two ways.");
        }

        base.Gather();
        if (PipedValue is not null || (ParameterSetName == ByValue && MyInvocation.ExpectingInput))
        {
            Run();
        }
    }

    /// <summary>The value that a parameter or the pipeline gives; null: it is read from elsewhere, asked for or made. The caller disposes
    /// of it.</summary>
    private protected SecretValue? GivenValue() =>
        (PipedValue ?? (ParameterSetName == ByValue ? Value : null)) is { } value ? SecureStrings.ToValue(value) : null;

    private ValueSource? Source =>
        ParameterSetName switch
        {
            ByPath => new ValueSource(ValueOrigin.File, FilePath(Path, nameof(Path))!, TrimNewline),
            ByVariable => new ValueSource(ValueOrigin.Variable, FromEnvironment!, false),
            ByStdin => new ValueSource(ValueOrigin.StandardInput, "", TrimNewline),
            _ => null,
        };

    private protected static FlowSecretException Bad(string target, string cause, Remedy remedy) =>
        new(ErrorIds.BadArgument, target, cause, remedy);
}
