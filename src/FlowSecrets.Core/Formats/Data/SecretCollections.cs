using FlowSecrets.Model;

namespace FlowSecrets.Formats.Data;

/// <summary>
/// Terraform variables that hold many secrets: a map of secrets by name, or a list of secrets with a member <c>name</c>, in which each
/// secret is a map with its value and what else is known of it.
/// </summary>
internal static class SecretCollections
{
    /// <summary>What modules call the value of a secret.</summary>
    private static readonly string[] ValueMembers = ["value", "secretvalue", "secretstring", "secretdata", "secretkeyvalue"];

    public static ValueEntry Entry(string name, DocNode value) => new(name, value) { Parts = Parts(value) };

    private static IReadOnlyList<ValueEntry> Parts(DocNode value)
    {
        (string? Name, DocNode Secret)[] secrets = value.Kind switch
        {
            DocKind.Map => [.. value.Entries.Select(static e => ((string?)e.Key.Text, e.Value))],
            DocKind.List => [.. value.Items.Select(static i => (i.Get("name") is { Kind: DocKind.Text } name ? name.Text : null, i))],
            _ => [],
        };
        ValueEntry?[] parts = [.. secrets.Select(static s => Part(s.Name, s.Secret))];
        return parts.Contains(null) ? [] : [.. parts.OfType<ValueEntry>()];
    }

    /// <summary>A secret of a collection; null: it is no map with one value.</summary>
    public static ValueEntry? Part(string? name, DocNode secret)
    {
        string[] members = [.. secret.Entries.Select(static e => e.Key.Text).Where(IsValue)];
        return string.IsNullOrEmpty(name) || members.Length != 1
            ? null
            : new ValueEntry(name, secret.Get(members[0]) ?? DocNode.Scalar(DocKind.Null, ""))
            {
                Description = secret.Get("description") is { Kind: DocKind.Text, Text.Length: > 0 } description ? description.Text : null,
            };
    }

    private static bool IsValue(string member) =>
        ValueMembers.Contains(member.Replace("_", "", StringComparison.Ordinal), StringComparer.OrdinalIgnoreCase);
}
