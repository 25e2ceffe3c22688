using FlowSecrets.Model;

namespace FlowSecrets.Providers.Gcp.CloudRun;

/// <summary>A revision that requests reach.</summary>
/// <param name="Created">Null: not asked for, or not known.</param>
/// <param name="IsNewest">It is as the service's template says.</param>
internal sealed record RunningRevision(string Name, RunTemplate Template, DateTimeOffset? Created, bool IsNewest);

/// <summary>Which versions of secrets revisions run with.</summary>
internal static class RunVersions
{
    /// <summary>Where uses differ, the worst of them: an older version, then one that cannot be told.</summary>
    public static WorkloadVersion Of(WorkloadSecret secret, IReadOnlyList<RunningRevision> revisions)
    {
        WorkloadVersion[] found = [.. revisions.SelectMany(r => r.Template.Uses(secret).Select(u => Of(secret, u, r)))];
        return found.FirstOrDefault(static v => v.IsStale == true)
            ?? found.FirstOrDefault(static v => v.IsStale is null)
            ?? found.FirstOrDefault()
            ?? new WorkloadVersion(
                secret.StoreName,
                null,
                null,
                revisions.Count == 0 ? "no revision is ready" : "not injected by Cloud Run"
            );
    }

    /// <summary>
    /// A file follows 'latest' whenever it is read, but most programs read it once, so it is taken for no newer than a variable.
    /// </summary>
    private static WorkloadVersion Of(WorkloadSecret secret, RunUse use, RunningRevision revision)
    {
        string where = revision.IsNewest ? "" : $" in revision {revision.Name}";
        if (use.IsPinned)
        {
            return new WorkloadVersion(secret.StoreName, use.Version, use.Version != secret.Version, "pinned" + where);
        }

        if (use.Version != RunTemplate.Latest)
        {
            return new WorkloadVersion(secret.StoreName, null, null, $"alias '{use.Version}'{where}");
        }

        return (revision.Created, secret.Since) switch
        {
            ({ } created, { } since) when created < since => new WorkloadVersion(
                secret.StoreName,
                null,
                true,
                "'latest', started before the version was current" + where
            ),
            ({ }, { }) => new WorkloadVersion(
                secret.StoreName,
                secret.Version,
                false,
                "'latest', started since the version is current" + where
            ),
            _ => new WorkloadVersion(secret.StoreName, null, null, "'latest', whichever that was when an instance started" + where),
        };
    }

    /// <summary>
    /// Whether a value stays in what runs until it is deployed anew. A service that fetches a secret itself is taken to keep it.
    /// </summary>
    public static bool AreHeld(IReadOnlyList<WorkloadSecret> secrets, IReadOnlyList<RunningRevision> revisions) =>
        secrets.Any(s =>
            revisions.SelectMany(r => r.Template.Uses(s)).ToArray() is var uses
            && (uses.Length == 0 || uses.Any(static u => u.IsVariable || u.IsPinned))
        );
}
