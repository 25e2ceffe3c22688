using FlowSecrets.Errors;
using FlowSecrets.Operations;
using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Support;

/// <summary>A host that records what an operation says and answers what it asks.</summary>
internal sealed class TestHost : IOperationHost
{
    private readonly Queue<string> _answers = [];

    public List<string> Said { get; } = [];

    public List<string> Warnings { get; } = [];

    public List<string> Verboses { get; } = [];

    public List<string> Actions { get; } = [];

    public List<Question> Questions { get; } = [];

    public List<string> Revealed { get; } = [];

    public List<ProgressUpdate> ProgressUpdates { get; } = [];

    public bool IsWhatIf { get; init; }

    /// <summary>What somebody else does just before an effect.</summary>
    public Action? BeforeEffect { get; set; }

    /// <summary>What ShouldProcess answers.</summary>
    public bool Agrees { get; init; } = true;

    /// <summary>Answers in order; when they are used up, nobody can answer.</summary>
    public TestHost Answering(params string[] answers)
    {
        foreach (string answer in answers)
        {
            _answers.Enqueue(answer);
        }

        return this;
    }

    public int AnswersLeft => _answers.Count;

    public void Verbose(string message) => Verboses.Add(message);

    public void Warning(string message) => Warnings.Add(message);

    public void Say(string message) => Said.Add(message);

    public List<FlowSecretException> Failures { get; } = [];

    public void Fail(FlowSecretException error) => Failures.Add(error);

    public void Progress(ProgressUpdate update) => ProgressUpdates.Add(update);

    public ValueTask EndProgressAsync() => ValueTask.CompletedTask;

    public ValueTask<bool> ShouldProcessAsync(string target, string action, CancellationToken cancellationToken, bool isHighImpact = false)
    {
        Actions.Add($"{(isHighImpact ? "!" : "")}{action} | {target}");
        BeforeEffect?.Invoke();
        return ValueTask.FromResult(Agrees && !IsWhatIf);
    }

    public ValueTask<bool> ConfirmAsync(Question question, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Next(question) is "y");

    /// <summary>What is answered about the reach of a catalog; null: nobody can answer.</summary>
    public bool? Approves { get; set; } = true;

    public List<ApprovalQuestion> Approvals { get; } = [];

    public ValueTask<bool> ApproveAsync(ApprovalQuestion question, CancellationToken cancellationToken)
    {
        Approvals.Add(question);
        return ValueTask.FromResult(
            Approves ?? throw new FlowSecretException(ErrorIds.CannotPrompt, question.Catalog, "Nobody can answer", question.Remedy)
        );
    }

    public ValueTask<string> AskAsync(Question question, CancellationToken cancellationToken) => ValueTask.FromResult(Next(question));

    public ValueTask<SecretValue> AskSecretAsync(Question question, CancellationToken cancellationToken) =>
        ValueTask.FromResult(SecretValue.FromText(Next(question)));

    public void Reveal(string label, SecretValue value) => Revealed.Add($"{label}={value.RevealText(label)}");

    /// <summary>Everything that was said, for tests that look for what must not be there.</summary>
    public string Everything =>
        string.Join(
            '\n',
            [
                .. Said,
                .. Warnings,
                .. Verboses,
                .. Actions,
                .. Questions.Select(static q => q.ToString()),
                .. ProgressUpdates.Select(static p => p.ToString()),
            ]
        );

    private string Next(Question question)
    {
        Questions.Add(question);
        return _answers.TryDequeue(out string? answer)
            ? answer
            : throw new FlowSecretException(ErrorIds.CannotPrompt, question.Text, question.Text, question.Remedy);
    }
}

internal static class OperationRunner
{
    public static async Task<List<TResult>> RunAsync<TOptions, TResult>(
        this IOperation<TOptions, TResult> operation,
        TOptions options,
        IOperationHost host,
        CancellationToken cancellationToken = default
    )
    {
        List<TResult> results = [];
        await foreach (TResult result in operation.RunAsync(options, host, cancellationToken))
        {
            results.Add(result);
        }

        return results;
    }
}
