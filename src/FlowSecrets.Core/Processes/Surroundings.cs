using FlowSecrets.Errors;

namespace FlowSecrets.Processes;

/// <summary>Who runs this process and keeps what it prints: a CI system, or a coding agent.</summary>
internal static class Surroundings
{
    private static readonly string[] CiVariables = ["GITHUB_ACTIONS", "TF_BUILD", "GITLAB_CI", "CI"];

    private static readonly string[] AgentVariables = ["CLAUDECODE", "CURSOR_AGENT", "CODEX", "OPENCODE"];

    /// <summary>Other programs use the variable AGENT too, so only these values count.</summary>
    private static readonly string[] AgentNames = ["amp", "claude", "codex", "cursor", "gemini", "goose", "opencode"];

    public static bool IsCi(Func<string, string?> variable) => CiVariables.Any(v => IsSet(variable(v)));

    /// <returns>The variable that tells of an agent; null: none does.</returns>
    public static string? Agent(Func<string, string?> variable) =>
        Array.Find(AgentVariables, v => IsSet(variable(v)))
        ?? (variable("AGENT") is { } name && AgentNames.Contains(name, StringComparer.OrdinalIgnoreCase) ? "AGENT" : null);

    /// <summary>A coding agent keeps all that a command shows. It gets values only if the user says so.</summary>
    /// <param name="parameter">The parameter that would show values.</param>
    /// <exception cref="FlowSecretException">BadArgument.</exception>
    public static void RequireForce(Func<string, string?> variable, string parameter, bool force)
    {
        if (!force && Agent(variable) is { } agent)
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                parameter,
                $"A coding agent runs this session ({agent} is set), and keeps what {parameter} shows",
                "If it may see the values, add -Force."
            );
        }
    }

    private static bool IsSet(string? value) =>
        value is not (null or "" or "0") && !value.Equals("false", StringComparison.OrdinalIgnoreCase);
}
