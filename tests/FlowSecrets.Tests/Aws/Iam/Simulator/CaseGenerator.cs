using System.Text.Json.Nodes;

namespace FlowSecrets.Tests.Aws.Iam.Simulator;

/// <summary>Cases out of a seed, the same for the same one.</summary>
internal sealed class CaseGenerator(int seed)
{
    private const string Home = SimulatedCase.Home;
    private const string Abroad = SimulatedCase.Abroad;

    /// <summary>Of the conditions: those over keys that nobody knows before a call.</summary>
    private const double OpenShare = 0.15;

    private readonly Random _random = new(seed);

    /// <summary>Conditions over keys that are known before a call is made.</summary>
    private static readonly string[] KnownConditions =
    [
        """{"StringEquals":{"aws:ResourceTag/env":"prod"}}""",
        """{"StringEquals":{"aws:ResourceTag/env":["prod","dev"]}}""",
        """{"StringNotEquals":{"aws:ResourceTag/env":"prod"}}""",
        """{"StringEqualsIfExists":{"aws:ResourceTag/env":"prod"}}""",
        """{"StringLike":{"aws:ResourceTag/env":"p*d"}}""",
        """{"StringEqualsIgnoreCase":{"aws:ResourceTag/env":"PROD"}}""",
        """{"Null":{"aws:ResourceTag/env":"true"}}""",
        """{"Null":{"aws:ResourceTag/empty":"false"}}""",
        """{"StringEquals":{"aws:ResourceTag/empty":""}}""",
        """{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}""",
        """{"StringNotEquals":{"aws:RequestedRegion":["eu-west-1","eu-west-2"]}}""",
        """{"StringEquals":{"aws:PrincipalAccount":"123456789012"}}""",
        """{"StringEquals":{"aws:ResourceAccount":"123456789012"}}""",
        """{"StringEquals":{"aws:ResourceAccount":"${aws:PrincipalAccount}"}}""",
        """{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/read*"}}""",
        """{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/*"}}""",
        """{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:user/dev"}}""",
        """{"StringEquals":{"aws:PrincipalType":"User"}}""",
        """{"StringEquals":{"aws:username":"dev"}}""",
        """{"Bool":{"aws:SecureTransport":"false"}}""",
        """{"Bool":{"aws:PrincipalIsAWSService":"false"}}""",
        """{"BoolIfExists":{"aws:PrincipalIsAWSService":"true"}}""",
        """{"DateLessThan":{"aws:CurrentTime":"2026-12-31T00:00:00Z"}}""",
        """{"DateGreaterThan":{"aws:CurrentTime":"2026-12-31T00:00:00Z"}}""",
        """{"DateEquals":{"aws:CurrentTime":["2026-06-15T12:00:00Z","2026-01-01T00:00:00Z"]}}""",
        """{"NumericGreaterThan":{"aws:EpochTime":"1600000000"}}""",
    ];

    private static readonly string[] SecretConditions =
    [
        """{"ForAnyValue:StringEquals":{"secretsmanager:VersionStage":"AWSCURRENT"}}""",
        """{"StringEquals":{"secretsmanager:VersionStage":"AWSPREVIOUS"}}""",
        """{"StringEquals":{"secretsmanager:ResourceTag/env":"prod"}}""",
        """{"Bool":{"aws:ViaAWSService":"false"}}""",
        """{"ForAllValues:StringEquals":{"aws:ResourceTag/env":["prod","test"]}}""",
    ];

    private static readonly string[] KeyConditions =
    [
        """{"StringEquals":{"kms:ViaService":"secretsmanager.eu-west-1.amazonaws.com"}}""",
        """{"StringLike":{"kms:ViaService":"s3.*.amazonaws.com"}}""",
        """{"StringEquals":{"kms:CallerAccount":"123456789012"}}""",
        """{"StringLike":{"kms:EncryptionContext:SecretARN":"arn:aws:secretsmanager:*:*:secret:app/*"}}""",
        """{"Null":{"kms:EncryptionContext:SecretVersionId":"false"}}""",
        """{"Null":{"kms:EncryptionContext:Other":"true"}}""",
        """{"ForAllValues:StringEquals":{"kms:EncryptionContextKeys":["SecretARN","SecretVersionId"]}}""",
        """{"ForAnyValue:StringEquals":{"kms:EncryptionContextKeys":"SecretARN"}}""",
    ];

    /// <summary>Conditions that the call alone decides.</summary>
    private static readonly string[] OpenConditions =
    [
        """{"StringEquals":{"aws:SourceVpce":"vpce-1"}}""",
        """{"StringNotEquals":{"aws:SourceVpce":"vpce-1"}}""",
        """{"StringNotEqualsIfExists":{"aws:SourceVpce":"vpce-1"}}""",
        """{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}""",
        """{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}""",
        """{"Bool":{"aws:MultiFactorAuthPresent":"true"}}""",
        """{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}""",
        """{"StringEquals":{"aws:PrincipalOrgID":"o-a1"}}""",
        """{"StringNotEquals":{"aws:PrincipalOrgID":"o-a1"}}""",
        """{"StringEquals":{"aws:PrincipalTag/team":"app"}}""",
        """{"StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/team}"}}""",
        """{"Null":{"aws:PrincipalTag/team":"true"}}""",
        """{"StringEquals":{"secretsmanager:SecretId":"app/db"}}""",
        """{"ArnLike":{"secretsmanager:SecretId":"arn:aws:secretsmanager:*:*:secret:app/db-*"}}""",
    ];

    private static readonly string[] Resources =
    [
        "*",
        "*",
        "*",
        SimulatedCase.Secret,
        SimulatedCase.Secret,
        SimulatedCase.Secret,
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/*",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/db-??????",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/*",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/db-??????",
        "arn:aws:secretsmanager:*:*:secret:app/db-*",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:app/db-*",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:other-*",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:${aws:PrincipalTag/team}/*",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:${aws:PrincipalAccount}/*",
    ];

    public SimulatedCase Next()
    {
        string account = Is(0.75) ? Home : Abroad;
        string principal = Pick(
            $"arn:aws:iam::{account}:user/dev",
            $"arn:aws:iam::{account}:role/reader",
            $"arn:aws:sts::{account}:assumed-role/reader/s1"
        );
        bool hasBoundary = Is(0.2);
        JsonObject? key = Is(0.35) ? KeyPolicy() : null;
        List<JsonObject>? organization = Is(0.2) ? Organization() : null;
        return new SimulatedCase
        {
            Principal = principal,
            Permission = Pick(
                SecretPermission.Read,
                SecretPermission.Read,
                SecretPermission.Read,
                SecretPermission.Write,
                SecretPermission.Manage
            ),
            Identity = [.. Enumerable.Range(0, _random.Next(3)).Select(_ => Document(Statements(2, 0.15, OwnStatement)))],
            Boundary = hasBoundary ? Document(Statements(2, 0.1, OwnStatement)) : null,
            Organization = organization,
            SecretPolicy = Is(0.7) ? Document(Statements(3, 0.2, ResourceStatement)) : null,
            KeyPolicy = key,
            HasKeyGrant = key is not null && account == Home && !hasBoundary && organization is null && Is(0.15),
            Tags = Tagged(),
            KeyTags = Tagged(),
        };
    }

    private JsonObject KeyPolicy()
    {
        List<JsonObject> statements = Statements(2, 0.15, KeyStatement);
        if (Is(0.6))
        {
            statements.Add(
                new JsonObject
                {
                    ["Effect"] = "Allow",
                    ["Principal"] = new JsonObject { ["AWS"] = $"arn:aws:iam::{Home}:root" },
                    ["Action"] = "kms:*",
                    ["Resource"] = "*",
                }
            );
        }

        return Document(statements);
    }

    private List<JsonObject> Organization()
    {
        JsonObject all = Document([
            new JsonObject
            {
                ["Effect"] = "Allow",
                ["Action"] = "*",
                ["Resource"] = "*",
            },
        ]);
        JsonObject other;
        do
        {
            other = Document([OwnStatement(Is(0.7))]);
        } while (other.ToJsonString().Contains("${", StringComparison.Ordinal));

        return Is(0.3) ? [all]
            : other.ToJsonString().Contains("Deny", StringComparison.Ordinal) ? [all, other]
            : [other];
    }

    private Dictionary<string, string> Tagged()
    {
        Dictionary<string, string> tags = new(StringComparer.Ordinal);
        if (Is(0.6))
        {
            tags["env"] = Pick("prod", "dev");
        }

        if (Is(0.3))
        {
            tags["empty"] = "";
        }

        if (Is(0.3))
        {
            tags["team"] = Pick("app", "ops");
        }

        return tags;
    }

    private List<JsonObject> Statements(int most, double denies, Func<bool, JsonObject> make) =>
        [.. Enumerable.Range(0, _random.Next(1, most + 1)).Select(_ => make(Is(denies)))];

    private JsonObject OwnStatement(bool denies)
    {
        JsonObject statement = Statement(denies, Actions(isKey: null));
        statement["Resource"] = Pick(Resources);
        if (((string)statement["Resource"]!).Contains("PrincipalTag", StringComparison.Ordinal) && Is(0.5) || Is(0.08))
        {
            statement["NotResource"] = statement["Resource"]!.DeepClone();
            statement.Remove("Resource");
            if ((string?)statement["NotResource"] == "*")
            {
                statement["NotResource"] = Pick([.. Resources.Skip(3)]);
            }
        }

        return WithCondition(statement, [.. KnownConditions, .. SecretConditions, .. KeyConditions], 0.3);
    }

    private JsonObject ResourceStatement(bool denies)
    {
        JsonObject statement = Statement(denies, Actions(isKey: false));
        AddPrincipal(statement, denies);
        statement[Is(0.9) ? "Resource" : "NotResource"] = Is(0.6) ? SimulatedCase.Secret : Pick([.. Resources.Skip(3)]);
        return WithCondition(statement, [.. KnownConditions, .. SecretConditions], 0.35);
    }

    private JsonObject KeyStatement(bool denies)
    {
        JsonObject statement = Statement(denies, Actions(isKey: true));
        AddPrincipal(statement, denies);
        statement["Resource"] = "*";
        return WithCondition(statement, [.. KnownConditions, .. KeyConditions], 0.35);
    }

    private static JsonObject Statement(bool denies, (string Element, JsonNode Value) actions) =>
        new() { ["Effect"] = denies ? "Deny" : "Allow", [actions.Element] = actions.Value };

    private (string Element, JsonNode Value) Actions(bool? isKey)
    {
        if (Is(0.08))
        {
            return ("NotAction", Pick("s3:*", "secretsmanager:DeleteSecret", "secretsmanager:Put*", "kms:Encrypt"));
        }

        return (
            "Action",
            isKey switch
            {
                true => Pick("kms:*", "kms:Decrypt", "kms:Dec*", "kms:GenerateDataKey*", "kms:Describe*"),
                false => Pick("secretsmanager:*", "secretsmanager:GetSecretValue", "SecretsManager:get*", "secretsmanager:Put*", "*"),
                null when Is(0.3) => new JsonArray("secretsmanager:*", "kms:*"),
                null => Pick("*", "*", "secretsmanager:*", "secretsmanager:GetSecretValue", "kms:Decrypt", "kms:*", "s3:*"),
            }
        );
    }

    private void AddPrincipal(JsonObject statement, bool denies)
    {
        string[] some =
        [
            $"arn:aws:iam::{Home}:root",
            Home,
            Abroad,
            $"arn:aws:iam::{Home}:user/dev",
            $"arn:aws:iam::{Home}:role/reader",
            $"arn:aws:sts::{Home}:assumed-role/reader/s1",
            $"arn:aws:iam::{Abroad}:user/dev",
            $"arn:aws:iam::{Abroad}:role/reader",
            $"arn:aws:sts::{Abroad}:assumed-role/reader/s2",
            $"arn:aws:iam::{Home}:user/other",
        ];
        JsonNode named =
            Is(0.12) ? "*"
            : Is(0.06) ? new JsonObject { ["Service"] = Pick("ecs.amazonaws.com", "*") }
            : new JsonObject { ["AWS"] = Is(0.5) ? Pick(some) : new JsonArray(Pick(some), Pick(some)) };
        statement[denies && named is JsonObject && Is(0.15) ? "NotPrincipal" : "Principal"] = named;
    }

    private JsonObject WithCondition(JsonObject statement, string[] known, double often)
    {
        if (Is(often))
        {
            statement["Condition"] = JsonNode.Parse(Pick(Is(OpenShare) ? OpenConditions : known));
            if (Is(0.15))
            {
                foreach ((string name, JsonNode? keys) in (JsonObject)JsonNode.Parse(Pick(known))!)
                {
                    ((JsonObject)statement["Condition"]!).TryAdd(name, keys?.DeepClone());
                }
            }
        }

        return statement;
    }

    private static JsonObject Document(List<JsonObject> statements) =>
        new() { ["Version"] = "2012-10-17", ["Statement"] = new JsonArray([.. statements]) };

    private bool Is(double often) => _random.NextDouble() < often;

    private T Pick<T>(params T[] from) => from[_random.Next(from.Length)];
}
