using FlowSecrets.Errors;
using FlowSecrets.Values;

namespace FlowSecrets.Ports;

/// <param name="Activity">What is done.</param>
/// <param name="Status">Which item is at work.</param>
/// <param name="Done">Items done.</param>
/// <param name="Total">Items in all.</param>
internal sealed record ProgressUpdate(string Activity, string Status, int Done, int Total);

/// <param name="Text">What the person reads, without the hint.</param>
/// <param name="Hint">What an empty answer means, shown in brackets; never a value that input would hide. Null: nothing is said.</param>
/// <param name="Remedy">Which parameter or variable answers it where nobody can.</param>
internal sealed record Question(string Text, string? Hint, Remedy Remedy);

/// <summary>What an operation may say or ask. Tests run operations with a recording host and no PowerShell.</summary>
internal interface IOperationHost
{
    void Verbose(string message);

    void Warning(string message);

    /// <summary>A line for the person at the prompt; not part of the output.</summary>
    void Say(string message);

    void Progress(ProgressUpdate update);

    /// <summary>Takes the progress bar away, before something else writes to the terminal.</summary>
    ValueTask EndProgressAsync();

    /// <summary>Takes note of an item that failed and of which there is no result; the others go on.</summary>
    void Fail(FlowSecretException error);

    /// <summary>Whether to go on with one effect; false under -WhatIf, which shows the text.</summary>
    /// <param name="isHighImpact">Whether it is asked about even where the command's other effects are not.</param>
    ValueTask<bool> ShouldProcessAsync(string target, string action, CancellationToken cancellationToken, bool isHighImpact = false);

    /// <summary>A yes-or-no question that no -Confirm preference answers.</summary>
    /// <exception cref="FlowSecretException">CannotPrompt, with the remedy.</exception>
    ValueTask<bool> ConfirmAsync(Question question, CancellationToken cancellationToken);

    /// <summary>Shows what a catalog reaches, and asks whether it may. No -Confirm preference and no -Force answers it.</summary>
    /// <exception cref="FlowSecretException">CannotPrompt.</exception>
    ValueTask<bool> ApproveAsync(ApprovalQuestion question, CancellationToken cancellationToken);

    /// <summary>Asks with echo. What an empty answer means is the operation's to say.</summary>
    /// <exception cref="FlowSecretException">CannotPrompt, with the remedy.</exception>
    ValueTask<string> AskAsync(Question question, CancellationToken cancellationToken);

    /// <summary>Asks without echo. An empty answer is an empty value. The caller disposes of it.</summary>
    /// <exception cref="FlowSecretException">CannotPrompt, with the remedy.</exception>
    ValueTask<SecretValue> AskSecretAsync(Question question, CancellationToken cancellationToken);

    /// <summary>Shows a value once, on the host only: in no stream, no log.</summary>
    void Reveal(string label, SecretValue value);

    /// <summary>Whether this is a dry run.</summary>
    bool IsWhatIf { get; }
}
