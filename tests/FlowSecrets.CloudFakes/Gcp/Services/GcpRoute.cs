using System.Text.RegularExpressions;

namespace FlowSecrets.CloudFakes.Gcp.Services;

/// <summary>
/// One operation of a service. Pattern: the path with its variables in braces. Permission: what a known identity needs on the target, which
/// is what stands between the API's version and the verb, unless told otherwise.
/// </summary>
internal sealed record GcpRoute(
    string Operation,
    GcpService Service,
    string Method,
    string Pattern,
    string? Permission,
    Func<GcpCall, GcpResult> Run
)
{
    private readonly Regex _expression = Expression(Pattern);

    public bool Writes { get; init; }

    public Func<GcpCall, string> Target { get; init; } = static call => call.Between();

    /// <returns>The variables; null: it is another's path.</returns>
    public IReadOnlyDictionary<string, string>? Match(string method, string path)
    {
        if (method != Method || _expression.Match(path) is not { Success: true } match)
        {
            return null;
        }

        return match
            .Groups.Cast<Group>()
            .Where(static g => !char.IsAsciiDigit(g.Name[0]))
            .ToDictionary(static g => g.Name, static g => Uri.UnescapeDataString(Uri.UnescapeDataString(g.Value)), StringComparer.Ordinal);
    }

    private static Regex Expression(string pattern)
    {
        string escaped = Regex.Escape(pattern).Replace("\\{", "{", StringComparison.Ordinal);
        string expression = Regex.Replace(
            escaped,
            @"\{(?<name>\w+)}",
            "(?<${name}>[^/:]+)",
            RegexOptions.ExplicitCapture,
            TimeSpan.FromSeconds(1)
        );
        return new Regex($"^/{expression}$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
    }
}
