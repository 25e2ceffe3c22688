using System.Text;
using System.Text.RegularExpressions;
using FlowSecrets.Formats.Writing;

namespace FlowSecrets.Formats.Data;

/// <summary>The manifest of a Kubernetes Secret.</summary>
internal static partial class KubernetesSecretText
{
    /// <summary>The most bytes of all values together.</summary>
    private const int Limit = 1024 * 1024;

    private const int LongestKey = 253;

    public static string? Problem(FormatVariable variable) =>
        variable.Name.Length <= LongestKey && Key().IsMatch(variable.Name)
            ? null
            : $"a key of a Kubernetes Secret has letters, digits, '-', '_' and '.', and at most {LongestKey} characters";

    public static string? WholeProblem(IReadOnlyList<FormatVariable> variables) =>
        variables.Sum(static v => (long)v.Value.AsSpan().Length + v.Name.Length) > Limit
            ? $"a Kubernetes Secret holds at most {Limit / 1024} KiB"
            : null;

    public static string Write(IReadOnlyList<FormatVariable> variables, FormatSettings settings)
    {
        StringBuilder text = new($"apiVersion: v1\nkind: Secret\nmetadata:\n  name: {FlatText.Quote(settings.ManifestName)}\n");
        if (settings.Namespace is { } name)
        {
            text.Append($"  namespace: {FlatText.Quote(name)}\n");
        }

        text.Append(variables.Count == 0 ? "type: Opaque\ndata: {}\n" : "type: Opaque\ndata:\n");
        foreach (FormatVariable variable in variables)
        {
            text.Append($"  {FlatText.Quote(variable.Name)}: \"{Convert.ToBase64String(variable.Value.AsSpan())}\"\n");
        }

        return text.ToString();
    }

    [GeneratedRegex(@"\A[-._a-zA-Z0-9]+\z")]
    private static partial Regex Key();
}
