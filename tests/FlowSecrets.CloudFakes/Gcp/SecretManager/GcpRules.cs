using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FlowSecrets.CloudFakes.Gcp.SecretManager;

/// <summary>What Google refuses to store.</summary>
internal static partial class GcpRules
{
    private const int MostLabels = 64;
    private const int MostAliases = 50;
    private const int MostTopics = 10;
    private const int MostAnnotationBytes = 16 * 1024;

    public static bool IsId(string id) => Id().IsMatch(id);

    /// <returns>The secret that the path names; its format is refused before anything is looked up.</returns>
    public static GcpKey Key(GcpStore store, GcpCall call)
    {
        bool isVersion = call.Path.Collection == GcpPath.Versions;
        if (!IsId(call.Path.Secret ?? ""))
        {
            string place = call.Path.Location is null ? "projects/*/secrets/*" : "projects/*/locations/*/secrets/*";
            throw GcpError.Format(
                $"The provided Secret ID [{call.Path.Resource}] does not match the expected format "
                    + $"[{place}{(isVersion ? "/versions/*" : "")}]"
            );
        }

        return store.KeyOf(call.Path);
    }

    public static void CheckEtag(string? sent, string current, string kind, string name)
    {
        if (!string.IsNullOrEmpty(sent) && sent != current)
        {
            throw GcpError.EtagMismatch(kind, name);
        }
    }

    public static ImmutableSortedDictionary<string, string> Labels(ImmutableSortedDictionary<string, string> labels)
    {
        if (labels.Count > MostLabels)
        {
            throw GcpError.Field("secret.labels", $"No more than {MostLabels} labels can be assigned to a given resource.");
        }

        foreach ((string key, string value) in labels)
        {
            if (!LabelKey().IsMatch(key) || Encoding.UTF8.GetByteCount(key) > 128)
            {
                throw GcpError.Field(
                    "secret.labels",
                    $"Label key [{key}] is invalid. Label keys must be between 1 and 63 characters long, begin with a lower case letter "
                        + $"and hold lower case letters, digits, underscores and dashes only."
                );
            }

            if (!LabelValue().IsMatch(value) || Encoding.UTF8.GetByteCount(value) > 128)
            {
                throw GcpError.Field(
                    "secret.labels",
                    $"Label value [{value}] is invalid. Label values must be between 0 and 63 characters long and hold lower case "
                        + $"letters, digits, underscores and dashes only."
                );
            }
        }

        return labels;
    }

    public static ImmutableSortedDictionary<string, string> Annotations(ImmutableSortedDictionary<string, string> annotations)
    {
        string? wrong = annotations.Keys.FirstOrDefault(static k => !AnnotationKey().IsMatch(k));
        return wrong is not null ? throw GcpError.Field("secret.annotations", $"Annotation key [{wrong}] is invalid.")
            : annotations.Sum(static a => Encoding.UTF8.GetByteCount(a.Key) + Encoding.UTF8.GetByteCount(a.Value)) >= MostAnnotationBytes
                ? throw GcpError.Field("secret.annotations", "The total size of annotation keys and values must be less than 16KiB.")
            : annotations;
    }

    public static ImmutableSortedDictionary<string, long> Aliases(JsonObject? aliases, GcpSecret secret)
    {
        ImmutableSortedDictionary<string, long>.Builder result = ImmutableSortedDictionary.CreateBuilder<string, long>(
            StringComparer.Ordinal
        );
        foreach ((string alias, JsonNode? node) in aliases ?? [])
        {
            long number = node is null ? 0 : GcpInput.Long(node, "versionAliases");
            if (!Alias().IsMatch(alias) || alias is "latest" or "NEW")
            {
                throw GcpError.Field("secret.version_aliases", $"Version alias [{alias}] is invalid.");
            }

            result[alias] = secret.Version(number) is not null
                ? number
                : throw GcpError.Precondition(
                    $"Version alias [{alias}] refers to Secret Version [{secret.Key.VersionName(number)}], which does not exist."
                );
        }

        return result.Count > MostAliases
            ? throw GcpError.Field("secret.version_aliases", $"No more than {MostAliases} aliases can be assigned to a given secret.")
            : result.ToImmutable();
    }

    public static ImmutableList<string> Topics(JsonArray? topics)
    {
        ImmutableList<string> names =
        [
            .. (topics ?? []).Select(static t =>
                (t as JsonObject)?.Text("name") is { } name && TopicName().IsMatch(name)
                    ? name
                    : throw GcpError.Field("secret.topics", "Topic names must have the format projects/*/topics/*.")
            ),
        ];
        return names.Count > MostTopics ? throw GcpError.Field("secret.topics", $"No more than {MostTopics} topics can be set.") : names;
    }

    public static DateTimeOffset? Expiry(DateTimeOffset? time, DateTimeOffset now) =>
        time <= now ? throw GcpError.Field("secret.expire_time", "Field [secret.expire_time] must be in the future.") : time;

    /// <summary>A day at the least.</summary>
    public static TimeSpan? DestroyTtl(TimeSpan? ttl) =>
        ttl == TimeSpan.Zero ? null
        : ttl < TimeSpan.FromDays(1)
            ? throw GcpError.Field("secret.version_destroy_ttl", "Field [secret.version_destroy_ttl] must be at least 86400s.")
        : ttl;

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,255}\z")]
    private static partial Regex Id();

    [GeneratedRegex(@"^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}\z")]
    private static partial Regex LabelKey();

    [GeneratedRegex(@"^[\p{Ll}\p{Lo}\p{N}_-]{0,63}\z")]
    private static partial Regex LabelValue();

    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?\z")]
    private static partial Regex AnnotationKey();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_-]{0,62}\z")]
    private static partial Regex Alias();

    [GeneratedRegex(@"^projects/[^/]+/topics/[^/]+\z")]
    private static partial Regex TopicName();
}
