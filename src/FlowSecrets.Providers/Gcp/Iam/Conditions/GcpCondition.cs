using FlowSecrets.Providers.Gcp.Connection;

namespace FlowSecrets.Providers.Gcp.Iam.Conditions;

/// <param name="IsMet">Null: it cannot be known here.</param>
/// <param name="Open">The element that is not known or not understood; null: it is decided.</param>
internal readonly record struct ConditionVerdict(bool? IsMet, string? Open);

/// <summary>
/// Conditions of IAM as far as they can be decided here: times, names, types and services, with the operators and functions of CEL. What
/// only Google knows (tags, addresses, access levels) is not known, and neither is what hangs on it.
/// </summary>
internal sealed class GcpCondition
{
    private const string Service = "secretmanager.googleapis.com";
    private const string OfSecret = Service + "/Secret";
    private const string OfVersion = Service + "/SecretVersion";

    private readonly CelValue _now;
    private readonly CelValue _name;
    private readonly string[] _types;

    private GcpCondition(DateTimeOffset now, string secret, bool isVersion)
    {
        _now = CelTime.Now(now);

        // Conditions see the project's number; with its id alone nothing is known of the name. Nor is the version's number known.
        bool isNamed = secret.Split('/') is ["projects", { } number, ..] && number.All(char.IsAsciiDigit);
        _name =
            !isNamed ? CelValue.Unknown(CelType.Text, "'resource.name' (the project's number is not known)")
            : isVersion ? CelValue.Of(new CelText(secret + "/versions/", HasMore: true))
            : CelValue.Of(new CelText(secret));

        // Google documents the first for versions, and does not say that it is never the second.
        _types = isVersion ? [OfVersion, OfSecret] : [OfSecret];
    }

    /// <param name="secret">Full name of the secret, with the project's number: projects/N/secrets/ID.</param>
    /// <param name="permission">Some are asked for on a version, whose number is not known; all others on the secret itself.</param>
    public static ConditionVerdict Judge(string expression, DateTimeOffset now, string secret, string permission) =>
        Judge(expression, new GcpCondition(now, secret, IsOnVersion(permission)));

    /// <summary>As Google's own test of permissions sees it, which is asked of the secret whatever the permission.</summary>
    public static ConditionVerdict JudgeOnSecret(string expression, DateTimeOffset now, string secret) =>
        Judge(expression, new GcpCondition(now, secret, isVersion: false));

    /// <returns>Null: it cannot be known here.</returns>
    public static bool? IsMet(string expression, DateTimeOffset now, string secret, string permission) =>
        Judge(expression, now, secret, permission).IsMet;

    private static bool IsOnVersion(string permission) =>
        permission.StartsWith("secretmanager.versions.", StringComparison.Ordinal)
        && permission is not (GcpRoles.Add or "secretmanager.versions.list");

    /// <summary>What holds with the documented type holds; what holds with no type does not.</summary>
    private static ConditionVerdict Judge(string expression, GcpCondition condition)
    {
        ConditionVerdict[] all = [.. condition._types.Select(t => Judge(expression, condition, t))];
        return Array.Find(all, static v => v.IsMet is null) is { Open: not null } open ? open
            : all[0].IsMet == true || Array.TrueForAll(all, static v => v.IsMet == false) ? all[0]
            : new ConditionVerdict(null, "'resource.type'");
    }

    private static ConditionVerdict Judge(string expression, GcpCondition condition, string type)
    {
        try
        {
            CelValue value = CelExpression.Evaluate(expression, path => condition.Attribute(path, type));
            return value.Is(CelType.Bool)
                ? new ConditionVerdict(value.Known as bool?, value.Open)
                : new ConditionVerdict(null, "a value that is neither true nor false");
        }
        catch (CelException e)
        {
            return new ConditionVerdict(null, e.Element);
        }
    }

    private CelValue? Attribute(string path, string type) =>
        path switch
        {
            "request.time" => _now,
            "resource.name" => _name,
            "resource.type" => CelValue.Of(new CelText(type)),
            "resource.service" => CelValue.Of(new CelText(Service)),
            "request.path" or "request.host" => CelValue.Unknown(CelType.Text, $"'{path}'"),
            "destination.ip" => CelValue.Unknown(CelType.Text, $"'{path}'"),
            "destination.port" => CelValue.Unknown(CelType.Int, $"'{path}'"),
            "resource" or "api" => CelValue.Unknown(CelType.Any, $"'{path}'"),
            _ when path.StartsWith("request.auth", StringComparison.Ordinal) => CelValue.Unknown(CelType.Any, $"'{path}'"),
            _ => null,
        };
}
