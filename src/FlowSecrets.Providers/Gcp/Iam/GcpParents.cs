using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using FlowSecrets.Providers.Gcp.Connection;

namespace FlowSecrets.Providers.Gcp.Iam;

/// <summary>One allow policy on a secret's way up, or why it could not be read.</summary>
/// <param name="Source">As a sentence names it.</param>
/// <param name="Missing">The permission that reading it needs; null: it was read.</param>
internal sealed record GcpLevel(string Source, IReadOnlyList<GcpBinding> Bindings, string? Missing = null)
{
    /// <summary>What the policy has that is not understood here; null: nothing.</summary>
    public string? Strange { get; init; }

    public static GcpLevel Of(string source, JsonObject? policy, string permission)
    {
        if (policy is null)
        {
            return new GcpLevel(source, [], permission);
        }

        try
        {
            return new GcpLevel(source, [.. GcpPolicy.Bindings(policy)]) { Strange = GcpPolicy.Strange(policy) };
        }
        catch (ArgumentException)
        {
            // Two members of one name, which JsonObject finds out when it is first asked for one.
            return new GcpLevel(source, []) { Strange = "two members of the same name" };
        }
    }
}

/// <summary>
/// What all secrets of a project inherit: allow policies and deny policies of project, folders and organisation, each read once.
/// </summary>
/// <param name="Number">The project's number; null: not known.</param>
/// <param name="Unread">Deny policies that could not be read, and the permission that it needs.</param>
internal sealed record GcpParents(
    string? Number,
    IReadOnlyList<GcpLevel> Levels,
    IReadOnlyList<(string Source, GcpDenyPolicy Policy)> Denials,
    IReadOnlyList<string> Unread
)
{
    private const int MostLevels = 12;

    /// <summary>A secret's full name, with the project's number where that is known.</summary>
    public string FullName(GcpPlace at, string secret) =>
        $"projects/{Number ?? at.Project}{(at.Location is null ? "" : "/locations/" + at.Location)}/secrets/{secret}";

    public static async Task<GcpParents> ReadAsync(
        GcpCaller caller,
        IIamServices cloud,
        string project,
        CancellationToken cancellationToken
    )
    {
        List<GcpLevel> levels = [];
        List<(string, GcpDenyPolicy)> denials = [];
        List<string> unread = [];
        string? number = null;
        string? resource = "projects/" + project;
        while (resource is not null && levels.Count < MostLevels)
        {
            string source = Source(resource);
            string kind = resource[..resource.IndexOf('/')];
            string at = resource;
            Task<(GcpResource? Reply, FlowSecretException?)> itself =
                kind == "organizations"
                    ? Task.FromResult<(GcpResource?, FlowSecretException?)>((new GcpResource { Name = at }, null))
                    : caller.TryAsync(new GcpCall($"resourcemanager.{kind}.get"), ct => cloud.GetResourceAsync(at, ct), cancellationToken);
            Task<(JsonObject? Reply, FlowSecretException?)> policy = caller.TryAsync(
                new GcpCall($"resourcemanager.{kind}.getIamPolicy"),
                ct => cloud.GetPolicyAsync(at, ct),
                cancellationToken
            );
            Task denied = ReadDenialsAsync(caller, cloud, at, source, denials, unread, cancellationToken);
            (GcpResource? found, _) = await itself;
            levels.Add(GcpLevel.Of(source, (await policy).Reply, $"resourcemanager.{kind}.getIamPolicy on {source}"));
            await denied;
            if (found is null)
            {
                levels.Add(new GcpLevel($"what {source} belongs to", [], $"resourcemanager.{kind}.get on {source}"));
                unread.Add($"what is above {source}");
                break;
            }

            number ??= GcpName.Last(found.Name);
            resource = found.Parent is { } parent && parent.IndexOf('/') > 0 ? parent : null;
        }

        return new GcpParents(number, levels, denials, unread);
    }

    private static async Task ReadDenialsAsync(
        GcpCaller caller,
        IIamServices cloud,
        string resource,
        string source,
        List<(string, GcpDenyPolicy)> denials,
        List<string> unread,
        CancellationToken cancellationToken
    )
    {
        GcpCall call = new("iam.denypolicies.get");
        await foreach (
            GcpDenyPage? found in caller.PagesAsync(
                call,
                async (token, ct) => (await caller.TryAsync(call, t => cloud.ListDenyPoliciesAsync(resource, token, t), ct)).Reply,
                static p => p?.NextPageToken,
                cancellationToken
            )
        )
        {
            if (found is null)
            {
                unread.Add($"deny policies of {source} (iam.denypolicies.list)");
                return;
            }

            foreach (GcpDenyPolicy named in found.Policies ?? [])
            {
                (GcpDenyPolicy? whole, _) = await caller.TryAsync(call, ct => cloud.GetDenyPolicyAsync(named.Name!, ct), cancellationToken);
                if (whole is null)
                {
                    unread.Add($"the deny policy '{GcpName.Last(named.Name)}' of {source} (iam.denypolicies.get)");
                }
                else
                {
                    denials.Add((source, whole));
                }
            }
        }
    }

    /// <summary>How the policy of a project is called in <see cref="GcpLevel.Source"/>.</summary>
    public static string SourceOfProject(string id) => $"project {id}";

    private static string Source(string resource) =>
        resource.Split('/') switch
        {
            ["projects", { } id] => SourceOfProject(id),
            ["folders", { } id] => $"folder {id}",
            [_, { } id] => $"organisation {id}",
            _ => resource,
        };
}

/// <summary>What roles hold: Google's that matter here are known, all others are asked for, once each.</summary>
internal sealed class GcpRoleBook(GcpCaller caller, IIamServices cloud)
{
    private readonly ConcurrentDictionary<string, Lazy<Task<IReadOnlySet<string>?>>> _asked = new(StringComparer.Ordinal);

    /// <returns>Null: it may not be known.</returns>
    public Task<IReadOnlySet<string>?> PermissionsAsync(string role, CancellationToken cancellationToken) =>
        GcpRoles.Find(role) is { } known
            ? Task.FromResult<IReadOnlySet<string>?>(known)
            // What one command breaks off, the next may still want to know.
            : _asked
                .GetOrAdd(role, r => new Lazy<Task<IReadOnlySet<string>?>>(() => AskAsync(r, CancellationToken.None)))
                .Value.WaitAsync(cancellationToken);

    private async Task<IReadOnlySet<string>?> AskAsync(string role, CancellationToken cancellationToken)
    {
        (GcpRole? found, _) = await caller.TryAsync(new GcpCall("iam.roles.get"), ct => cloud.GetRoleAsync(role, ct), cancellationToken);
        return found is null ? null
            : found is { Deleted: true } or { Stage: "DISABLED" } ? new HashSet<string>(StringComparer.Ordinal)
            : new HashSet<string>(found.IncludedPermissions ?? [], StringComparer.Ordinal);
    }
}
