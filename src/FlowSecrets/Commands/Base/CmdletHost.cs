using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using FlowSecrets.Errors;
using FlowSecrets.Hosting;
using FlowSecrets.Ports;
using FlowSecrets.Text;
using FlowSecrets.Values;

namespace FlowSecrets.Commands.Base;

/// <summary>What an operation says and asks, in PowerShell's own streams and prompts.</summary>
internal sealed class CmdletHost(FlowCmdlet cmdlet, OperationPump pump) : IOperationHost
{
    private const int ProgressInterval = 100;

    private readonly List<(string Label, SecretValue Value)> _reveals = [];
    private long _lastProgress;
    private string? _activity;

    public bool IsWhatIf { get; } = cmdlet.Session.IsWhatIf;

    public void Verbose(string message) => pump.Post(() => cmdlet.WriteVerbose(PlainText.Line(message)));

    public void Warning(string message) => pump.Post(() => cmdlet.WriteWarning(PlainText.Line(message)));

    public void Fail(FlowSecretException error) => pump.Post(() => cmdlet.Fail(error));

    public void Say(string message) =>
        pump.Post(() => cmdlet.WriteInformation(new HostInformationMessage { Message = PlainText.Line(message) }, ["PSHOST"]));

    public void Progress(ProgressUpdate update)
    {
        long now = Environment.TickCount64;
        if (now - _lastProgress < ProgressInterval)
        {
            return;
        }

        _lastProgress = now;
        pump.Post(() =>
        {
            _activity = PlainText.Line(update.Activity);
            cmdlet.WriteProgress(
                new ProgressRecord(0, _activity, PlainText.Line(update.Status))
                {
                    PercentComplete = update.Total == 0 ? -1 : Math.Min(100, update.Done * 100 / update.Total),
                }
            );
        });
    }

    public async ValueTask EndProgressAsync() =>
        await pump.CallAsync(() =>
        {
            CompleteProgress();
            return true;
        });

    private void CompleteProgress()
    {
        if (_activity is null)
        {
            return;
        }

        try
        {
            cmdlet.WriteProgress(new ProgressRecord(0, _activity, "Done") { RecordType = ProgressRecordType.Completed });
        }
        catch (PipelineStoppedException)
        {
            // A stopped pipeline takes its bars away by itself.
        }

        _activity = null;
    }

    public async ValueTask<bool> ShouldProcessAsync(
        string target,
        string action,
        CancellationToken cancellationToken,
        bool isHighImpact = false
    )
    {
        (string what, string how) = (PlainText.Line(target), PlainText.Lines(action));
        return await pump.CallAsync(() =>
            (cmdlet.IsForced && !IsWhatIf)
            || Asked(
                new Question($"{how}: {what}", null, "If you are sure, add -Confirm:$false."),
                () =>
                    (bool?)(
                        cmdlet.ShouldProcess(what, how)
                        && (!isHighImpact || !cmdlet.Session.AsksForHighImpact || cmdlet.ShouldContinue(how, what))
                    )
            )!.Value
        );
    }

    public async ValueTask<bool> ConfirmAsync(Question question, CancellationToken cancellationToken) =>
        await pump.CallAsync(() =>
        {
            RequirePerson(question);
            System.Collections.ObjectModel.Collection<ChoiceDescription> choices =
            [
                new ChoiceDescription("&Yes", "Go on."),
                new ChoiceDescription("&No", "Stop; nothing is changed."),
            ];
            return Asked(question, () => cmdlet.Host.UI.PromptForChoice("", PlainText.Line(question.Text), choices, 1)) == 0;
        });

    public async ValueTask<bool> ApproveAsync(ApprovalQuestion question, CancellationToken cancellationToken) =>
        await pump.CallAsync(() =>
        {
            Question asked = new("Approve this, now and later?", null, question.Remedy);
            RequirePerson(asked);
            string list = string.Join('\n', question.Reaches.Select(static r => "  " + PlainText.Line(r)));
            System.Collections.ObjectModel.Collection<ChoiceDescription> choices =
            [
                new ChoiceDescription("&Yes", "Approve all of it for this catalog. Approve-FlowSecretCatalog shows it again."),
                new ChoiceDescription("&No", "Approve nothing. What needs it is not done."),
            ];
            string text =
                $"The catalog '{PlainText.Line(question.Catalog)}' would do this:\n{list}\n"
                + "What a script itself loads is not checked. "
                + asked.Text;
            return Asked(asked, () => cmdlet.Host.UI.PromptForChoice("", text, choices, 1)) == 0;
        });

    public async ValueTask<string> AskAsync(Question question, CancellationToken cancellationToken) =>
        await pump.CallAsync(() =>
        {
            RequirePerson(question);
            return Asked(
                question,
                () =>
                {
                    cmdlet.Host.UI.Write(Prompt(question));
                    return cmdlet.Host.UI.ReadLine();
                }
            );
        });

    public async ValueTask<SecretValue> AskSecretAsync(Question question, CancellationToken cancellationToken) =>
        await pump.CallAsync(() =>
        {
            RequirePerson(question);
            using SecureString answer = Asked(
                question,
                () =>
                {
                    cmdlet.Host.UI.Write(Prompt(question));
                    return cmdlet.Host.UI.ReadLineAsSecureString();
                }
            );
            return SecureStrings.ToValue(answer);
        });

    public void Reveal(string label, SecretValue value)
    {
        SecretValue shown = value.Clone();
        pump.Post(() => _reveals.Add((label, shown)));
    }

    /// <summary>
    /// Takes the progress bar away and shows what is to be shown once, on the pipeline's thread; also when the command failed.
    /// </summary>
    public void Complete()
    {
        CompleteProgress();
        foreach ((string label, SecretValue value) in _reveals)
        {
            using (value)
            {
                Show(label, value);
            }
        }
    }

    /// <summary>
    /// Not by the host's own writer: a transcript would keep it, and another host's output may go anywhere. After the progress bar,
    /// which would draw over it.
    /// </summary>
    private void Show(string label, SecretValue value)
    {
        if (cmdlet.Session.IsConsole && !Console.IsOutputRedirected)
        {
            Console.Out.WriteLine($"  {PlainText.Line(label)}: {value.RevealText(label)}");
        }
        else
        {
            cmdlet.WriteWarning($"{PlainText.Line(label)} is not shown: this is no terminal of its own. Read it with Get-FlowSecretValue.");
        }
    }

    private static string Prompt(Question question) =>
        PlainText.Line(question.Hint is { Length: > 0 } hint ? $"{question.Text} [{hint}]" : question.Text) + ": ";

    private void RequirePerson(Question question)
    {
        if (!cmdlet.Session.CanPrompt)
        {
            throw Nobody(question);
        }
    }

    private static T Asked<T>(Question question, Func<T?> ask)
    {
        try
        {
            return ask() ?? throw Nobody(question);
        }
        catch (Exception e)
            when (e is InvalidOperationException or HostException or NotImplementedException or IOException or NullReferenceException)
        {
            // PowerShell was started with -NonInteractive, has no console, or a host that implements no prompts; or its input is at its
            // end, where its own choice prompt fails with a NullReferenceException.
            throw Nobody(question);
        }
    }

    private static FlowSecretException Nobody(Question question) =>
        new(ErrorIds.CannotPrompt, question.Text, $"Nobody can answer here: \"{question.Text}\"", question.Remedy);
}
