using FlowSecrets.Errors;
using FlowSecrets.Model;

namespace FlowSecrets;

/// <summary>
/// The one exception of this project. Its message reads "cause. Remedy."; it never holds a value of a secret.
/// </summary>
public sealed class FlowSecretException : Exception
{
    private readonly string _cause;
    private readonly IReadOnlyList<string>? _details;

    /// <param name="id">A constant of <see cref="ErrorIds"/>.</param>
    /// <param name="target">The name of the secret, file or store at fault; null where there is none.</param>
    /// <param name="cause">What is wrong, one sentence.</param>
    /// <param name="remedy">What to do about it, with the exact command where there is one.</param>
    /// <param name="inner">What was thrown below; its text is not shown.</param>
    /// <param name="details">What is wrong one by one, each on a line of its own after the cause; null: nothing.</param>
    internal FlowSecretException(
        string id,
        string? target,
        string cause,
        Remedy remedy,
        Exception? inner = null,
        IReadOnlyList<string>? details = null
    )
        : base(ErrorText.Message(cause, details, remedy), inner)
    {
        Id = id;
        Target = target;
        Cause = ErrorText.Cause(cause, details);
        Advice = remedy;
        _details = details;
        _cause = cause;
    }

    public string Id { get; }

    /// <summary>PowerShell's category for the error record; it belongs to the id.</summary>
    public string Category => ErrorIds.CategoryOf(Id).ToString();

    public string? Target { get; }

    /// <summary>What is wrong, without the remedy.</summary>
    public string Cause { get; }

    public string Remedy => ErrorText.Line(Advice.ToString());

    /// <summary>The remedy with its commands, which can still be told their secret and environment.</summary>
    internal Remedy Advice { get; }

    /// <summary>The cause for the middle of a sentence: without the full stop that ends <see cref="Cause"/>.</summary>
    internal string CauseClause => ErrorText.Line(_cause).TrimEnd().TrimEnd('.');

    /// <summary>Why an access was denied, one of <see cref="AccessCauses"/>; null for any other error.</summary>
    public string? AccessCause { get; init; }

    /// <summary>The same error with other words or another target; what is null stays.</summary>
    /// <param name="inner">What was thrown below; null: what this error has.</param>
    internal FlowSecretException With(
        string? target = null,
        string? cause = null,
        Remedy? remedy = null,
        string? id = null,
        Exception? inner = null
    ) =>
        new(id ?? Id, target ?? Target, cause ?? _cause, remedy ?? Advice, inner ?? InnerException, cause is null ? _details : null)
        {
            AccessCause = AccessCause,
        };

    /// <summary>The same error for a secret whose key and environment are known.</summary>
    internal FlowSecretException For(SecretArgument secret) => With(remedy: Advice.For(secret));
}
