using System.Text.Json.Nodes;

namespace FlowSecrets.Tests.Aws.Iam.Simulator;

/// <summary>What the witness says of a case, under every assignment of the keys that nobody knows before a call is made.</summary>
internal static class CaseTruth
{
    /// <summary>Null: the key is absent.</summary>
    private static readonly (string Key, string?[] Values)[] Open =
    [
        ("aws:SourceVpce", [null, "vpce-1", "vpce-2"]),
        ("aws:SourceIp", [null, "10.1.2.3", "203.0.113.9"]),
        ("aws:MultiFactorAuthPresent", [null, "true", "false"]),
        ("aws:PrincipalOrgID", [null, "o-a1", "o-b2"]),
        ("aws:PrincipalTag/team", [null, "app", "ops"]),
        ("secretsmanager:SecretId", [SimulatedCase.Name, SimulatedCase.Secret]),
    ];

    /// <summary>Null: it hangs on an assignment.</summary>
    public static bool? Of(SimulatedCase one, SimulatorProcess simulator)
    {
        (string Session, Dictionary<string, string> Open)[] requests = Requests(one);
        string[] secretActions = one.Permission switch
        {
            SecretPermission.Read => ["GetSecretValue"],
            SecretPermission.Write => ["PutSecretValue"],
            _ => ["UpdateSecret", "DeleteSecret", "PutResourcePolicy"],
        };
        string[] keyActions =
            one.KeyPolicy is null || one.Permission == SecretPermission.Manage ? []
            : one.Permission == SecretPermission.Write ? ["GenerateDataKey", "Decrypt"]
            : ["Decrypt"];
        bool[] allowed = [.. requests.Select(static _ => true)];
        foreach (string action in secretActions)
        {
            string[] said = simulator.Decide(
                one.Policies,
                requests.Select(r =>
                    Ask(
                        r.Session,
                        "secretsmanager:" + action,
                        SimulatedCase.Secret,
                        SimulatedCase.Home,
                        "secret",
                        OfSecret(one, action, r.Open)
                    )
                )
            );
            allowed = [.. allowed.Zip(said, static (a, s) => a && s == "Allowed")];
        }

        foreach (string action in keyActions)
        {
            string[] said = simulator.Decide(
                one.Policies,
                requests.Select(r => Ask(r.Session, "kms:" + action, SimulatedCase.Key, SimulatedCase.Home, "key", OfKey(one, r.Open)))
            );
            allowed = [.. allowed.Zip(said, (a, s) => a && (s == "Allowed" || (one.HasKeyGrant && s == "ImplicitlyDenied")))];
        }

        // The account's own default key serves nobody else.
        bool isAbroad = one.KeyPolicy is null && one.Account != SimulatedCase.Home && one.Permission != SecretPermission.Manage;
        return isAbroad || allowed.All(static a => !a) ? false
            : allowed.All(static a => a) ? true
            : null;
    }

    /// <summary>Every session that it may be, under every assignment of the keys that its policies mention.</summary>
    private static (string Session, Dictionary<string, string> Open)[] Requests(SimulatedCase one)
    {
        string[] sessions =
            one.IsUser ? [one.Principal]
            : one.IsSession ? [one.Principal]
            : [.. new[] { "s1", "s2", "s3" }.Select(s => $"arn:aws:sts::{one.Account}:assumed-role/{one.RoleName}/{s}")];
        IEnumerable<Dictionary<string, string>> assignments = Open.Where(o => one.Mentions(o.Key))
            .Aggregate(
                (IEnumerable<Dictionary<string, string>>)[new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)],
                static (all, open) =>
                    all.SelectMany(a =>
                        open.Values.Select(v =>
                        {
                            Dictionary<string, string> more = new(a, StringComparer.OrdinalIgnoreCase);
                            if (v is not null)
                            {
                                more[open.Key] = v;
                            }

                            return more;
                        })
                    )
            );
        return [.. from session in sessions from assignment in assignments select (session, assignment)];
    }

    public static JsonObject Ask(string principal, string action, string resource, string account, string policy, JsonObject context) =>
        new()
        {
            ["principal"] = principal,
            ["action"] = action,
            ["resource"] = resource,
            ["account"] = account,
            ["policy"] = policy,
            ["context"] = context,
        };

    /// <summary>A policy of a resource that leaves all to the account's own.</summary>
    public static JsonNode LetsTheAccountDecide(string account) =>
        JsonNode.Parse(
            $$$"""
            {"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::{{{account}}}:root"},"Action":"*",
            "Resource":"*"}}
            """
        )!;

    private static JsonObject OfSecret(SimulatedCase one, string action, Dictionary<string, string> open)
    {
        JsonObject context = Common(one, one.Tags, open);
        context["aws:ViaAWSService"] = "false";
        if (action == "GetSecretValue")
        {
            context["secretsmanager:VersionStage"] = "AWSCURRENT";
        }

        foreach ((string key, string value) in one.Tags)
        {
            context["secretsmanager:ResourceTag/" + key] = value;
        }

        return context;
    }

    private static JsonObject OfKey(SimulatedCase one, Dictionary<string, string> open)
    {
        JsonObject context = Common(one, one.KeyTags, open);
        context.Remove("secretsmanager:SecretId");
        context["aws:ViaAWSService"] = "true";
        context["kms:ViaService"] = "secretsmanager.eu-west-1.amazonaws.com";
        context["kms:CallerAccount"] = one.Account;
        context["kms:EncryptionContext:SecretARN"] = SimulatedCase.Secret;
        context["kms:EncryptionContext:SecretVersionId"] = "v1";
        context["kms:EncryptionContextKeys"] = new JsonArray("SecretARN", "SecretVersionId");
        return context;
    }

    private static JsonObject Common(SimulatedCase one, Dictionary<string, string> tags, Dictionary<string, string> open)
    {
        JsonObject context = new()
        {
            ["aws:PrincipalArn"] = one.IsUser ? one.Principal : one.RoleArn,
            ["aws:PrincipalAccount"] = one.Account,
            ["aws:PrincipalType"] = one.IsUser ? "User" : "AssumedRole",
            ["aws:PrincipalIsAWSService"] = "false",
            ["aws:CurrentTime"] = SimulatedCase.Now,
            ["aws:EpochTime"] = SimulatedCase.EpochNow,
            ["aws:RequestedRegion"] = "eu-west-1",
            ["aws:ResourceAccount"] = SimulatedCase.Home,
            ["aws:SecureTransport"] = "true",
        };
        if (one.IsUser)
        {
            context["aws:username"] = "dev";
        }

        foreach ((string key, string value) in tags)
        {
            context["aws:ResourceTag/" + key] = value;
        }

        foreach ((string key, string value) in open)
        {
            context[key] = value;
        }

        return context;
    }
}
