using FlowSecrets.Formats.Dotenv;
using FlowSecrets.Formats.Writing;

namespace FlowSecrets.Formats.Scripts;

/// <summary>A script for POSIX shells. It exports, so that the programs that the shell starts have the variables too.</summary>
internal static class BashScript
{
    public static string Write(IReadOnlyList<FormatVariable> variables) =>
        string.Concat(variables.Select(static v => $"export {EnvWriter.Format(EnvDialect.Bash, v.Name, v.Text)}\n"));
}
