using System.Globalization;
using System.Text;
using FlowSecrets.CloudFakes.Hosting;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace FlowSecrets.CloudFakes.Aws.Services;

/// <summary>The fields of a request to a service with forms.</summary>
internal sealed class AwsForm
{
    private readonly Dictionary<string, StringValues> _fields;

    private AwsForm(Dictionary<string, StringValues> fields) => _fields = fields;

    /// <returns>Null: the request is no form.</returns>
    public static AwsForm? Of(ApiRequest request) =>
        request.Headers.TryGetValue("Content-Type", out string? type)
        && type.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
            ? new AwsForm(QueryHelpers.ParseQuery(Encoding.UTF8.GetString(request.Body)))
            : null;

    public string? Text(string name) => _fields.TryGetValue(name, out StringValues value) ? value.ToString() : null;

    public string Required(string name) =>
        Text(name) is { Length: > 0 } text
            ? text
            : throw new AwsError(
                "ValidationError",
                $"1 validation error detected: Value null at '{AwsInput.Camel(name)}' failed to satisfy constraint: Member must not be null"
            );

    public int Number(string name, int otherwise) =>
        int.TryParse(Text(name), CultureInfo.InvariantCulture, out int number) ? number : otherwise;

    /// <summary>NAME.member.1, NAME.member.2 …</summary>
    public IReadOnlyList<string> List(string name) => [.. Members(name).Select(m => Text(m)!)];

    /// <summary>NAME.member.1.FIELD …</summary>
    public IEnumerable<string> Structures(string name, string field) => Members(name, "." + field);

    private IEnumerable<string> Members(string name, string field = "")
    {
        for (int i = 1; _fields.ContainsKey($"{name}.member.{i}{field}"); i++)
        {
            yield return $"{name}.member.{i}";
        }
    }
}
