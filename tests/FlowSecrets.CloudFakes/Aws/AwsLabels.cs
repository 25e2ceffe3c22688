using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.SecretsManager;

namespace FlowSecrets.CloudFakes.Aws;

/// <summary>Versions and the staging labels that move between them.</summary>
internal static class AwsLabels
{
    public const string Current = "AWSCURRENT";
    public const string Pending = "AWSPENDING";
    public const string Previous = "AWSPREVIOUS";
    private const int MostUnlabelled = 100;

    /// <param name="stages">Null: AWSCURRENT.</param>
    /// <returns>The version of that token; not new: the same value came with the same token.</returns>
    public static (AwsVersion Version, bool IsNew) AddVersion(
        AwsSecret secret,
        string token,
        string? text,
        string? binary,
        IReadOnlyList<string>? stages,
        DateTimeOffset now
    )
    {
        if (secret.WithId(token) is { IsEmpty: true } waiting)
        {
            // What a rotation has begun, its function fills.
            waiting.Fill(text, binary);
            foreach (string stage in stages ?? [Current])
            {
                Attach(secret, waiting, stage);
            }

            return (waiting, true);
        }

        if (secret.WithId(token) is { } existing)
        {
            return existing.HasSameValue(text, binary)
                ? (existing, false)
                : throw AwsError.Exists(
                    $"You can't use ClientRequestToken {token} because that value is already in use for a version of secret {secret.Arn}."
                );
        }

        // Nobody reaches the service twice in a millisecond, and lists are in the order of this time.
        DateTimeOffset after = secret.Versions.Count == 0 ? now : secret.Versions.Max(static v => v.Created).AddMilliseconds(1);
        AwsVersion version = new(token, text, binary, now > after ? now : after);
        bool isFirst = secret.Versions.Count == 0;
        secret.Versions.Add(version);
        foreach (string stage in stages ?? [Current])
        {
            Attach(secret, version, stage);
        }

        if (isFirst && !version.Stages.Contains(Current))
        {
            version.Stages.Add(Current);
        }

        secret.Changed = now;
        Prune(secret, now);
        return (version, true);
    }

    public static void AddEmpty(AwsSecret secret, string token, DateTimeOffset now)
    {
        AwsVersion version = new(token, null, null, now);
        secret.Versions.Add(version);
        Attach(secret, version, Pending);
    }

    /// <summary>A label sits on one version; AWSCURRENT leaves AWSPREVIOUS behind.</summary>
    public static void Attach(AwsSecret secret, AwsVersion version, string stage)
    {
        AwsVersion? holder = secret.WithStage(stage);
        if (holder == version)
        {
            return;
        }

        if (!version.Stages.Contains(stage) && version.Stages.Count >= AwsRules.MostLabels)
        {
            throw AwsError.Limit($"You can't attach more than {AwsRules.MostLabels} staging labels to a version.");
        }

        holder?.Stages.Remove(stage);
        version.Stages.Add(stage);
        if (stage == Current && holder is not null)
        {
            secret.WithStage(Previous)?.Stages.Remove(Previous);
            holder.Stages.Add(Previous);
        }
    }

    /// <summary>Labelled versions only: the others are deprecated and not shown.</summary>
    public static JsonObject Map(AwsSecret secret)
    {
        JsonObject map = [];
        foreach (AwsVersion version in secret.Versions.Where(static v => v.Stages.Count > 0))
        {
            map[version.Id] = AwsOutput.Texts(version.Stages);
        }

        return map;
    }

    /// <summary>Of the versions without a label about a hundred are kept, and all that are younger than a day.</summary>
    private static void Prune(AwsSecret secret, DateTimeOffset now)
    {
        AwsVersion[] bare = [.. secret.Versions.Where(static v => v.Stages.Count == 0)];
        foreach (AwsVersion version in bare.Take(Math.Max(0, bare.Length - MostUnlabelled)).Where(v => v.Created < now.AddDays(-1)))
        {
            secret.Versions.Remove(version);
        }
    }
}
