using System.Management.Automation;
using FlowSecrets.Errors;
using FlowSecrets.Text;

namespace FlowSecrets.Hosting;

/// <summary>Our errors as PowerShell's error records.</summary>
internal static class Failures
{
    /// <summary>An error record with our id, a real category, the name as target and what to do.</summary>
    public static ErrorRecord Record(FlowSecretException error)
    {
        ErrorRecord record = new(error, error.Id, Enum.Parse<ErrorCategory>(error.Category), error.Target)
        {
            // The error view shows both; the exception's message is "cause. Remedy." by itself.
            ErrorDetails = new ErrorDetails(error.Cause) { RecommendedAction = error.Remedy },
        };
        if (error.Target is not null)
        {
            // The target itself stays as it is, for scripts; views show this name of it.
            record.CategoryInfo.TargetName = PlainText.Line(error.Target);
        }

        return record;
    }

    /// <summary>Whether it is neither ours nor PowerShell's own.</summary>
    public static bool IsUnexpected(Exception error) =>
        error is not (FlowSecretException or RuntimeException)
        && error.GetType().Namespace?.StartsWith("System.Management.Automation", StringComparison.Ordinal) != true;

    /// <summary>An error that says what kind of fault it is, and nothing of its text.</summary>
    public static FlowSecretException Unexpected(Exception error, string command) =>
        new(
            ErrorIds.UnexpectedError,
            command,
            $"An unexpected error ({error.GetType().Name}) stopped the command",
            "Run it again with -Verbose, and report what it says."
        );

    /// <summary>Failures that say the same, as one that counts them.</summary>
    public static IReadOnlyList<FlowSecretException> Grouped(IReadOnlyList<FlowSecretException> failures) =>
        [
            .. failures
                .GroupBy(static f => (f.Id, f.Message))
                .Select(static g => g.Count() == 1 ? g.First() : g.First().With(cause: $"{g.First().CauseClause} ({g.Count()} times)")),
        ];

    /// <summary>The error that follows those of several items, and the one that ends a script under 'Stop'.</summary>
    /// <param name="results">How many items there were.</param>
    /// <param name="remedy">What to do about it.</param>
    public static FlowSecretException Summary(IReadOnlyList<FlowSecretException> failures, int results, Remedy remedy) =>
        new(
            ErrorIds.ItemsFailed,
            string.Join(", ", failures.Select(static f => f.Target)),
            $"{failures.Count} of {results} failed: {string.Join(", ", failures.Select(static f => $"{f.Target} ({f.Id})"))}",
            remedy
        );
}
