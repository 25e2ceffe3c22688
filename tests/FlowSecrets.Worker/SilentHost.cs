using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Worker;

/// <summary>Nobody listens, and nobody answers.</summary>
internal sealed class SilentHost : IOperationHost
{
    public bool IsWhatIf => false;

    public void Verbose(string message) { }

    public void Warning(string message) { }

    public void Say(string message) { }

    public void Fail(FlowSecretException error) => throw error;

    public void Progress(ProgressUpdate update) { }

    public ValueTask EndProgressAsync() => ValueTask.CompletedTask;

    public void Reveal(string label, SecretValue value) { }

    public ValueTask<bool> ShouldProcessAsync(
        string target,
        string action,
        CancellationToken cancellationToken,
        bool isHighImpact = false
    ) => ValueTask.FromResult(true);

    public ValueTask<bool> ConfirmAsync(Question question, CancellationToken cancellationToken) =>
        throw new InvalidOperationException(question.Text);

    public ValueTask<bool> ApproveAsync(ApprovalQuestion question, CancellationToken cancellationToken) => ValueTask.FromResult(true);

    public ValueTask<string> AskAsync(Question question, CancellationToken cancellationToken) =>
        throw new InvalidOperationException(question.Text);

    public ValueTask<SecretValue> AskSecretAsync(Question question, CancellationToken cancellationToken) =>
        throw new InvalidOperationException(question.Text);
}
