using FlowSecrets.Providers.Transport;

namespace FlowSecrets.Providers.Aws.SecretsManager;

/// <summary>
/// Requires that a reply is about what was asked for. A cache between here and AWS that mixes up replies would else hand out another
/// secret's value.
/// </summary>
internal static class AwsReplies
{
    /// <summary>AWS ends an ARN with '-' and six characters, which may be left out in a call.</summary>
    private const int ArnSuffix = 7;

    /// <exception cref="BadReplyException">It names another secret.</exception>
    /// <param name="asked">A name or an ARN.</param>
    public static void RequireSecret(string asked, string? name, string? arn)
    {
        bool isArn = asked.StartsWith("arn:", StringComparison.Ordinal);
        Require(
            isArn && arn is not null ? IsSame(asked, arn)
            : name is not null ? (isArn ? IsSame(name, NameIn(asked)) : name == asked)
            : arn is not null && IsSame(asked, NameIn(arn))
        );
    }

    /// <summary>Whether the longer one is the shorter one with AWS's own ending, or the same.</summary>
    private static bool IsSame(string shorter, string longer) =>
        longer.StartsWith(shorter, StringComparison.Ordinal)
        && (longer.Length == shorter.Length || (longer.Length == shorter.Length + ArnSuffix && longer[shorter.Length] == '-'));

    private static string NameIn(string arn) => arn[(arn.LastIndexOf(':') + 1)..];

    /// <exception cref="BadReplyException">It names another secret or version.</exception>
    public static AwsValue Value(AwsGet request, AwsValue reply)
    {
        try
        {
            RequireSecret(request.SecretId, reply.Name, reply.Arn);
            Require(request.VersionId is null || reply.VersionId == request.VersionId);
            return reply;
        }
        catch (BadReplyException)
        {
            Erase(reply);
            throw;
        }
    }

    /// <exception cref="BadReplyException">It names a secret that was not asked for, or one twice.</exception>
    public static AwsBatch Batch(AwsBatchGet request, AwsBatch reply)
    {
        HashSet<string> open = new(request.SecretIdList, StringComparer.Ordinal);
        if ((reply.SecretValues ?? []).TrueForAll(v => v.Name is { } name && open.Remove(name)))
        {
            return reply;
        }

        reply.SecretValues?.ForEach(Erase);
        throw Another();
    }

    /// <exception cref="BadReplyException">It names another secret.</exception>
    public static AwsSecret Secret(AwsSecretId request, AwsSecret reply)
    {
        RequireSecret(request.SecretId, reply.Name, reply.Arn);
        return reply;
    }

    /// <exception cref="BadReplyException">It names another secret.</exception>
    public static AwsVersionPage Versions(AwsListVersions request, AwsVersionPage reply)
    {
        RequireSecret(request.SecretId, reply.Name, reply.Arn);
        return reply;
    }

    /// <exception cref="BadReplyException">It names another secret, or not the version that was to be added.</exception>
    public static AwsChanged Added(string asked, string? version, AwsChanged reply)
    {
        RequireSecret(asked, reply.Name, reply.Arn);
        Require(version is null || reply.VersionId == version);
        return reply;
    }

    private static void Erase(AwsValue value)
    {
        value.SecretString?.Dispose();
        AwsValueForms.Clear(value.SecretBinary);
    }

    private static void Require(bool isAsked)
    {
        if (!isAsked)
        {
            throw Another();
        }
    }

    private static BadReplyException Another() => new("names another secret or version than the one that was asked for");
}
