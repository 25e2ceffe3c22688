using System.Collections;
using System.Management.Automation;
using FlowSecrets.Redaction;

namespace FlowSecrets.Hosting;

/// <summary>Not exported. Takes all streams of a script block and writes each record to its own stream again, without the values.</summary>
[Cmdlet(VerbsCommunications.Write, "RedactedStream")]
internal sealed class RedactedSinkCommand : PSCmdlet
{
    private const string ProgramErrorId = "NativeCommandError";

    [Parameter(Mandatory = true)]
    [AllowNull]
    public object? Patterns { get; set; }

    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    private RedactionPatterns? Hidden => (Patterns is PSObject wrapped ? wrapped.BaseObject : Patterns) as RedactionPatterns;

    /// <summary>Whether an error shows a value.</summary>
    public static bool Holds(RedactionPatterns patterns, Exception error)
    {
        for (Exception? e = error; e is not null; e = e.InnerException)
        {
            if (Differs(patterns, e.Message))
            {
                return true;
            }
        }

        return error is IContainsErrorRecord { ErrorRecord: { } record } && HoldsText(patterns, record);
    }

    public static bool Holds(RedactionPatterns patterns, ErrorRecord record) =>
        HoldsText(patterns, record) || (record.Exception is { } error && Differs(patterns, error.Message));

    /// <summary>An error with the same id that shows no value.</summary>
    public static ErrorRecord Redacted(RedactionPatterns patterns, ErrorRecord record)
    {
        ErrorRecord shown = new(
            new RuntimeException(patterns.Redact(record.ErrorDetails?.Message ?? record.Exception.Message)),
            // 'throw' with a text makes the text the id.
            patterns.Redact(record.FullyQualifiedErrorId.Split(',')[0]),
            record.CategoryInfo.Category,
            record.TargetObject is string target ? patterns.Redact(target) : null
        );
        shown.CategoryInfo.Activity = record.CategoryInfo.Activity;
        return shown;
    }

    protected override void ProcessRecord()
    {
        object? record = InputObject is PSObject wrapped ? wrapped.BaseObject : InputObject;
        if (Hidden is not { } patterns)
        {
            Write(record, InputObject, static t => t, static e => e);
            return;
        }

        Write(record, InputObject, patterns.Redact, e => Holds(patterns, e) ? Redacted(patterns, e) : e);
    }

    private void Write(object? record, object? original, Func<string, string> redact, Func<ErrorRecord, ErrorRecord> redactError)
    {
        switch (record)
        {
            case ErrorRecord error when error.FullyQualifiedErrorId.StartsWith(ProgramErrorId, StringComparison.Ordinal):
                Engine.WriteProgramError(this, redact(error.Exception.Message));
                break;
            case ErrorRecord error:
                WriteError(redactError(error));
                break;
            case WarningRecord warning:
                WriteWarning(redact(warning.Message));
                break;
            case VerboseRecord verbose:
                WriteVerbose(redact(verbose.Message));
                break;
            case DebugRecord debug:
                WriteDebug(redact(debug.Message));
                break;
            case InformationRecord information:
                WriteInformation(Redacted(information, redact));
                break;
            case string text:
                string shown = redact(text);
                WriteObject(ReferenceEquals(shown, text) || shown == text ? original : shown);
                break;
            default:
                WriteObject(original, enumerateCollection: false);
                break;
        }
    }

    private static InformationRecord Redacted(InformationRecord record, Func<string, string> redact)
    {
        object data = record.MessageData switch
        {
            HostInformationMessage message => new HostInformationMessage
            {
                Message = redact(message.Message),
                NoNewLine = message.NoNewLine,
                ForegroundColor = message.ForegroundColor,
                BackgroundColor = message.BackgroundColor,
            },
            string text => redact(text),
            PSObject { BaseObject: string text } => redact(text),
            var other => other,
        };
        InformationRecord shown = new(data, record.Source);
        shown.Tags.AddRange(record.Tags);
        return shown;
    }

    private static bool HoldsText(RedactionPatterns patterns, ErrorRecord record) =>
        Differs(patterns, record.ErrorDetails?.Message)
        || Differs(patterns, record.FullyQualifiedErrorId)
        || Differs(patterns, record.ToString())
        || (record.TargetObject is string target && Differs(patterns, target))
        || (record.TargetObject is IEnumerable many and not string && many.OfType<string>().Any(t => Differs(patterns, t)));

    private static bool Differs(RedactionPatterns patterns, string? text) => text is not null && patterns.Redact(text) != text;
}
