using System.Management.Automation;
using System.Security;
using FlowSecrets.Errors;

namespace FlowSecrets.Commands.Base;

/// <summary>
/// Base of the cmdlets that take items by name, also from the pipeline: names as text, or objects that have them. What the user typed wins
/// over what comes down the pipeline.
/// </summary>
public abstract class ItemCmdlet : StoreCmdlet
{
    /// <summary>A name as text, or an object with a name.</summary>
    /// <remarks>It takes everything, so that PowerShell converts nothing to a name and no error of its own holds what was piped.</remarks>
    [Parameter(ValueFromPipeline = true, DontShow = true)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    /// <summary>Go on when some items fail: under 'Stop' their errors are warnings, and no error names them all.</summary>
    [Parameter]
    public SwitchParameter AllowPartial { get; set; }

    protected override bool AllowsPartial => AllowPartial;

    /// <summary>Whether nothing named means everything.</summary>
    private protected virtual bool TakesAll => false;

    /// <summary>Whether what is piped may be the value of a secret, so that text is never taken for a name.</summary>
    private protected virtual bool TakesValue => false;

    /// <summary>Whether the record that came down the pipeline says something beside names.</summary>
    private protected virtual bool IsMorePiped => IsLocationPiped;

    /// <summary>What the items are, for messages: 'secret', with the parameters that name one.</summary>
    private protected virtual (string Noun, string Parameters) Naming => ("secret", "-Name, or -StoreName for the store's own name");

    /// <summary>The SecureString that came down the pipeline; null: none.</summary>
    private protected SecureString? PipedValue => InputObject?.BaseObject as SecureString;

    private bool IsPiped => MyInvocation.ExpectingInput;

    protected override void ProcessRecord() => Guarded(Gather);

    protected override void EndProcessing()
    {
        RunGuarded();
        base.EndProcessing();
    }

    /// <summary>Takes note of a record; what to do is done when all are known.</summary>
    /// <exception cref="FlowSecretException">BadArgument.</exception>
    private protected abstract void Gather();

    /// <summary>The names of a record: typed, piped as text, or a property of what was piped.</summary>
    /// <exception cref="FlowSecretException">BadArgument: text came where it cannot be a name.</exception>
    private protected string[] NamesOf(string parameter, string[]? given, params string[] otherParameters)
    {
        if (InputObject?.BaseObject is SecureString && !TakesValue)
        {
            throw Refused("A SecureString came down the pipeline", $"Name the {Naming.Noun}: {Naming.Parameters}.");
        }

        if (InputObject?.BaseObject is not string text)
        {
            return Filled(given);
        }

        if (TakesValue)
        {
            throw Refused(
                "Text came down the pipeline",
                $"Name the {Naming.Noun}: {Naming.Parameters}. Give the value as a SecureString, or with -Path, -FromEnvironment or "
                    + $"-FromStdin, which reads the standard input of the process and not the pipeline."
            );
        }

        return otherParameters.Append(parameter).Any(IsTyped)
            ? throw Refused("Names came on the command line and as text down the pipeline", "Name them in one of the two ways.")
            : Filled([text]);
    }

    /// <summary>Whether a record names something, or may mean everything.</summary>
    /// <param name="parameters">The parameters that name items.</param>
    /// <exception cref="FlowSecretException">BadArgument: something must be named.</exception>
    private protected bool MeansSomething(bool namesAny, params string[] parameters)
    {
        if (namesAny)
        {
            return true;
        }

        if (TakesAll && parameters.Any(IsTyped))
        {
            WriteWarning($"The list of {Naming.Noun}s is empty, so nothing is done. Without {parameters[0]} it would be all of them.");
            return false;
        }

        if (IsPiped && !IsMorePiped)
        {
            throw Refused(
                $"What came down the pipeline names no {Naming.Noun}",
                $"Pipe names as text, or objects with the property {parameters[0]}."
            );
        }

        return TakesAll ? true : throw Refused($"No {Naming.Noun} is named", $"Name it: {Naming.Parameters}.");
    }

    private protected static string[] Filled(string[]? names) => [.. (names ?? []).Where(static n => !string.IsNullOrEmpty(n))];

    private FlowSecretException Refused(string cause, Remedy remedy) =>
        new(ErrorIds.BadArgument, MyInvocation.MyCommand.Name, cause, remedy);
}
