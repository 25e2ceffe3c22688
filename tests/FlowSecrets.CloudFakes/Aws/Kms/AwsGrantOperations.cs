using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Services;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Aws.Kms;

/// <summary>CreateGrant, ListGrants, RevokeGrant.</summary>
internal sealed class AwsGrantOperations(AwsKmsOperations keys)
{
    public Reply Create(AwsVisit visit)
    {
        AwsKey key = keys.Key(visit);
        if (key.Trouble(visit.Now) is { } trouble)
        {
            throw new AwsError(trouble.Code, trouble.Text);
        }

        JsonObject body = visit.Call.Body();
        string grantee = body.RequiredText("GranteePrincipal");
        if (!grantee.StartsWith("arn:", StringComparison.Ordinal))
        {
            throw new AwsError("InvalidArnException", "ARN does not refer to a valid principal");
        }

        string? name = body.Text("Name");
        IReadOnlyList<string> operations = body.Texts("Operations", 20) ?? [];
        AwsGrant? same = key.Grants.Find(g =>
            name is not null && g.Name == name && g.Grantee == grantee && g.Operations.SequenceEqual(operations, StringComparer.Ordinal)
        );
        if (same is null)
        {
            same = new AwsGrant(
                AwsKms.NewGrantId(),
                grantee,
                operations,
                name,
                (JsonObject?)body["Constraints"]?.DeepClone(),
                body.Text("RetiringPrincipal"),
                visit.Now
            );
            key.Grants.Add(same);
        }

        return visit.Json(new JsonObject { ["GrantToken"] = Convert.ToBase64String(Guid.NewGuid().ToByteArray()), ["GrantId"] = same.Id });
    }

    public Reply List(AwsVisit visit)
    {
        AwsKey key = keys.Key(visit);
        JsonObject body = visit.Call.Body();
        (string? id, string? grantee) = (body.Text("GrantId"), body.Text("GranteePrincipal"));
        JsonArray grants =
        [
            .. key.Grants.Where(g => (id ?? g.Id) == g.Id && (grantee ?? g.Grantee) == g.Grantee).Select(g => Shown(key, g)),
        ];
        return visit.Json(new JsonObject { ["Grants"] = grants, ["Truncated"] = false });
    }

    public Reply Revoke(AwsVisit visit)
    {
        AwsKey key = keys.Key(visit);
        string id = visit.Call.Body().RequiredText("GrantId");
        return key.Grants.RemoveAll(g => g.Id == id) > 0
            ? visit.Json(null)
            : throw new AwsError("NotFoundException", $"Grant ID {id} not found");
    }

    private static JsonObject Shown(AwsKey key, AwsGrant grant) =>
        AwsOutput.Of(
            ("KeyId", key.Arn),
            ("GrantId", grant.Id),
            ("Name", grant.Name ?? ""),
            ("CreationDate", AwsOutput.Time(grant.Created)),
            ("GranteePrincipal", grant.Grantee),
            ("RetiringPrincipal", grant.Retiring),
            ("IssuingAccount", $"arn:aws:iam::{key.Account}:root"),
            ("Operations", AwsOutput.Texts(grant.Operations.ToArray()) ?? []),
            ("Constraints", grant.Constraints?.DeepClone())
        );
}
