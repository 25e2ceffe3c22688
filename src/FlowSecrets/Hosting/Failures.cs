using System.Management.Automation;

namespace FlowSecrets.Hosting;

/// <summary>Our errors as PowerShell's error records.</summary>
internal static class Failures
{
    /// <summary>An error record with our id, a real category, the name as target and what to do.</summary>
    public static ErrorRecord Record(FlowSecretException error) =>
        new(error, error.Id, Enum.Parse<ErrorCategory>(error.Category.ToString()), error.Target)
        {
            // The error view shows both; the exception's message is "cause. Remedy." by itself.
            ErrorDetails = new ErrorDetails(error.Cause) { RecommendedAction = error.Remedy },
        };

    /// <summary>The one error that ends a command of which several items failed.</summary>
    public static FlowSecretException Summary(IReadOnlyList<FlowSecretException> failures, int results) => new(
        ErrorIds.ItemsFailed,
        FlowErrorCategory.InvalidOperation,
        string.Join(", ", failures.Select(static f => f.Target)),
        $"{failures.Count} of {results} failed: {string.Join(", ", failures.Select(static f => $"{f.Target} ({f.Id})"))}",
        "Mend the causes above, then run the same command again: what is done already is not done twice. -AllowPartial goes on without this error.");
}
