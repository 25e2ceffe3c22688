using System.Text.Json;
using System.Text.Json.Nodes;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.Iam.Policies;
using FlowSecrets.Text;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Aws.Iam;

/// <summary>What a federated token says of itself, beside what a role's trust lets in.</summary>
internal static class AwsFederation
{
    /// <returns>Null: the trust lets the subject in, as far as can be seen.</returns>
    public static AccessAnswer? Compare(string name, AwsRole role, string subject)
    {
        JsonObject trust;
        try
        {
            trust = AwsPolicy.Parse(role.Trust);
        }
        catch (JsonException)
        {
            return null;
        }

        List<(JsonObject Values, string Key, bool IsPattern)> subjects = [.. AwsPolicy.Statements(trust).SelectMany(Subjects)];
        if (subjects.Exists(s => AwsPolicy.Texts(s.Values[s.Key]).Any(w => s.IsPattern ? AwsPolicy.IsLike(w, subject) : w == subject)))
        {
            return null;
        }

        string[] letIn = [.. subjects.SelectMany(static s => AwsPolicy.Texts(s.Values[s.Key]))];
        if (letIn.Length == 0)
        {
            bool hasProvider = AwsPolicy.Statements(trust).Any(static s => s["Principal"] is JsonObject p && p.ContainsKey("Federated"));
            return hasProvider
                ? null
                : AccessAnswer.Denied(
                    name,
                    AccessCauses.FederationMismatch,
                    $"The token's subject is '{subject}', and the trust of {role.Arn} lets no identity provider in",
                    $"Let its administrator add the provider: "
                        + $"{Shell($"aws iam get-role --role-name {role.Arn[(role.Arn.LastIndexOf('/') + 1)..]:bare} --query "
                        + $"Role.AssumeRolePolicyDocument")}"
                );
        }

        if (subjects.Count > 1)
        {
            // Which of them is this token's provider, the subject alone does not say.
            return AccessAnswer.Denied(
                name,
                AccessCauses.FederationMismatch,
                $"The token's subject is '{subject}', and the trust of {role.Arn} lets in '{string.Join("', '", letIn)}'",
                $"Let its administrator add it to the right statement: "
                    + $"{Shell($"aws iam get-role --role-name {role.Arn[(role.Arn.LastIndexOf('/') + 1)..]:bare} --query "
                    + $"Role.AssumeRolePolicyDocument")}"
            );
        }

        // The least change: this subject beside those that are there.
        (JsonObject values, string key, _) = subjects[0];
        values[key] = new JsonArray([.. AwsPolicy.Texts(values[key]).Append(subject).Select(static t => (JsonNode)t)]);
        return AccessAnswer.Denied(
            name,
            AccessCauses.FederationMismatch,
            $"The token's subject is '{subject}', and the trust of {role.Arn} lets in '{string.Join("', '", letIn)}'",
            $"Let its administrator let it in: "
                + $"{Shell($"aws iam update-assume-role-policy --role-name {role.Arn[(role.Arn.LastIndexOf('/') + 1)..]:bare} "
                + $"--policy-document {AwsRemedies.Quoted(trust)}")}"
        );
    }

    /// <summary>The conditions on …:sub of the statements that let a web identity in.</summary>
    private static IEnumerable<(JsonObject Values, string Key, bool IsPattern)> Subjects(JsonObject statement) =>
        from one in new[] { statement }
        where
            (string?)statement["Effect"] == "Allow"
            && AwsPolicy.Texts(statement["Action"]).Any(static a => AwsPolicy.IsLike(a, "sts:AssumeRoleWithWebIdentity", ignoreCase: true))
        from test in statement.Object("Condition") ?? []
        where test.Key is "StringEquals" or "StringLike" or "ForAnyValue:StringEquals" or "ForAnyValue:StringLike"
        from value in test.Value.Object()?.ToArray() ?? []
        where value.Key.EndsWith(":sub", StringComparison.OrdinalIgnoreCase)
        select ((JsonObject)test.Value!, value.Key, test.Key.EndsWith("Like", StringComparison.Ordinal));
}
