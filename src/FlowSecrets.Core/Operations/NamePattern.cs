using FlowSecrets.Errors;
using FlowSecrets.Text;

namespace FlowSecrets.Operations;

/// <summary>Names with wildcards, as the user typed them.</summary>
internal static class NamePattern
{
    /// <exception cref="FlowSecretException">BadArgument: the pattern cannot be read.</exception>
    public static WildcardPattern Parse(string text) =>
        WildcardPattern.TryParse(text, out WildcardPattern? pattern, out string? problem)
            ? pattern
            : throw new FlowSecretException(ErrorIds.BadArgument, text, problem, "Correct the pattern, for example: db-*, db-[a-c]?");
}
