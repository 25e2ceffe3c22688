using FlowSecrets.Errors;
using FlowSecrets.Model;

namespace FlowSecrets;

/// <summary>
/// The one exception of this project. Its message reads "cause. Remedy."; it never holds a value of a secret.
/// </summary>
public sealed class FlowSecretException : Exception
{
    /// <param name="id">A constant of <see cref="ErrorIds"/>.</param>
    /// <param name="target">The name of the secret, file or store at fault; null where there is none.</param>
    /// <param name="cause">What is wrong, one sentence.</param>
    /// <param name="remedy">What to do about it, with the exact command where there is one.</param>
    /// <param name="inner">What was thrown below; its text is not shown.</param>
    public FlowSecretException(string id, string? target, string cause, string remedy, Exception? inner = null)
        : base(Join(cause, remedy), inner)
    {
        Id = id;
        Target = target;
        Cause = Join(cause, "");
        Remedy = remedy;
    }

    public string Id { get; }

    /// <summary>PowerShell's category for the error record; it belongs to the id.</summary>
    public string Category => ErrorIds.CategoryOf(Id).ToString();

    public string? Target { get; }

    /// <summary>What is wrong, without the remedy.</summary>
    public string Cause { get; }

    public string Remedy { get; }

    /// <summary>Why an access was denied, one of <see cref="AccessCauses"/>; null for any other error.</summary>
    public string? AccessCause { get; init; }

    /// <summary>The same error with other words or another target; what is null stays.</summary>
    /// <param name="inner">What was thrown below; null: what this error has.</param>
    internal FlowSecretException With(
        string? target = null,
        string? cause = null,
        string? remedy = null,
        string? id = null,
        Exception? inner = null
    ) => new(id ?? Id, target ?? Target, cause ?? Cause, remedy ?? Remedy, inner ?? InnerException) { AccessCause = AccessCause };

    private static string Join(string cause, string remedy)
    {
        cause = cause.TrimEnd();
        if (cause.Length > 0 && cause[^1] is not ('.' or '!' or '?' or ':'))
        {
            cause += ".";
        }

        return remedy.Length == 0 ? cause : cause + " " + remedy;
    }
}
