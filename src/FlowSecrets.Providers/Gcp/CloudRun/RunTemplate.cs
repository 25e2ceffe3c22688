using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Gcp.CloudRun;

/// <summary>Where a template or a revision has a secret in use.</summary>
/// <param name="Version">A number, 'latest' or an alias.</param>
/// <param name="IsVariable">An environment variable, which keeps what its instance started with; else a file.</param>
internal sealed record RunUse(string Version, bool IsVariable)
{
    public bool IsPinned => Version.All(char.IsAsciiDigit);
}

/// <summary>Secrets in the template of a service, or in a revision, which has the same members.</summary>
internal sealed class RunTemplate(JsonObject template, RunSecretNames names)
{
    public const string Latest = "latest";

    private const string Mark = "flowsecrets.io/restarted-at";

    public IReadOnlyList<JsonObject> Containers => [.. template.Objects("containers")];

    /// <summary>The time that <see cref="Restart"/> left; it makes a template another one.</summary>
    public string? Restarted => template.Text("annotations", Mark);

    public string? ServiceAccount => template.Text("serviceAccount") is { Length: > 0 } account ? account : null;

    /// <summary>All but the variable that carries the version before.</summary>
    public IEnumerable<RunUse> Uses(WorkloadSecret secret)
    {
        foreach (
            JsonObject entry in Containers
                .SelectMany(static c => c.Objects("env"))
                .Where(e => Carries(e, secret.StoreName) && e.Text("name") != secret.PreviousVariable)
        )
        {
            yield return new RunUse(VersionOf(Reference(entry)!), IsVariable: true);
        }

        foreach (JsonObject source in Mounted(secret.StoreName))
        {
            JsonObject[] items = [.. source.Objects("items")];
            foreach (string version in items.Length == 0 ? [Latest] : items.Select(VersionOf))
            {
                yield return new RunUse(version, IsVariable: false);
            }
        }
    }

    /// <summary>Whether the store's number must be known to tell which references are to this secret.</summary>
    public bool IsOpen(string id) =>
        Containers
            .SelectMany(static c => c.Objects("env"))
            .Select(static e => Reference(e).Text("secret"))
            .Concat(template.Objects("volumes").Select(static v => v.Text("secret", "secret")))
            .Any(r => names.IsOpen(r, id));

    /// <summary>Moves everything that uses the secret to its version, and the variable that carries the one before.</summary>
    /// <returns>Whether that changed anything.</returns>
    /// <exception cref="FlowSecretException">Conflict: that variable carries something else.</exception>
    public bool Move(WorkloadSecret secret)
    {
        bool changed = false;
        foreach (JsonObject container in Containers)
        {
            JsonObject[] uses =
            [
                .. container.Objects("env").Where(e => Carries(e, secret.StoreName) && e.Text("name") != secret.PreviousVariable),
            ];
            foreach (JsonObject entry in uses)
            {
                changed |= SetVersion(Reference(entry)!, secret.Version);
            }

            changed |= secret.PreviousVariable is { } variable && MovePrevious(container, variable, secret, uses.Length > 0);
        }

        foreach (JsonObject source in Mounted(secret.StoreName))
        {
            changed |= MoveFiles(source, secret);
        }

        return changed;
    }

    /// <summary>Makes it another template without changing what it means.</summary>
    public void Restart(string time)
    {
        if (template.Object("annotations") is not { } annotations)
        {
            template["annotations"] = annotations = [];
        }

        annotations[Mark] = time;
    }

    /// <summary>Puts a variable where it is, or at the end; whatever else has its name is gone.</summary>
    /// <returns>Whether that changed anything.</returns>
    public bool Bind(JsonObject container, string variable, string id, string version)
    {
        JsonObject[] entries = Named(container, variable);
        if (entries is [{ } only] && Carries(only, id) && VersionOf(Reference(only)!) == version)
        {
            return false;
        }

        JsonObject wanted = Entry(variable, id, version);
        JsonArray all = Environment(container);
        if (entries is [{ } first, .. { } others])
        {
            all[all.IndexOf(first)] = wanted;
            foreach (JsonObject other in others)
            {
                all.Remove(other);
            }
        }
        else
        {
            all.Add(wanted);
        }

        return true;
    }

    /// <returns>Whether there was one.</returns>
    /// <exception cref="FlowSecretException">Conflict: it carries something else.</exception>
    public bool Unbind(JsonObject container, string variable, string id)
    {
        JsonObject[] entries = Named(container, variable);
        if (entries.Any(e => !Carries(e, id)))
        {
            throw Foreign(variable, id, "Take it out by hand if it is not needed, or name the secret that it carries.");
        }

        foreach (JsonObject entry in entries)
        {
            Environment(container).Remove(entry);
        }

        return entries.Length > 0;
    }

    private bool MovePrevious(JsonObject container, string variable, WorkloadSecret secret, bool isUser)
    {
        JsonObject[] entries = Named(container, variable);
        JsonObject[] own = [.. entries.Where(e => Carries(e, secret.StoreName))];
        if (secret.PreviousVersion is not { } version)
        {
            Array.ForEach(own, e => Environment(container).Remove(e));
            return own.Length > 0;
        }

        if (entries.Length > own.Length && isUser)
        {
            throw Foreign(variable, secret.StoreName, "Choose another name for 'previousEnv' in the catalog, or take that variable out.");
        }

        if (entries.Length == 0 && isUser)
        {
            Environment(container).Add(Entry(variable, secret.StoreName, version));
            return true;
        }

        return own.Aggregate(false, (changed, e) => SetVersion(Reference(e)!, version) || changed);
    }

    /// <summary>Without a list of files there is one, with the newest version, under the secret's own name.</summary>
    private static bool MoveFiles(JsonObject source, WorkloadSecret secret)
    {
        JsonObject[] items = [.. source.Objects("items")];
        if (items.Length == 0)
        {
            source["items"] = new JsonArray(new JsonObject { ["path"] = secret.StoreName, ["version"] = secret.Version });
            return true;
        }

        return items.Aggregate(false, (changed, i) => SetVersion(i, secret.Version) || changed);
    }

    private JsonObject Entry(string variable, string id, string version) =>
        new()
        {
            ["name"] = variable,
            ["valueSource"] = new JsonObject
            {
                ["secretKeyRef"] = new JsonObject { ["secret"] = names.NameOf(id), ["version"] = version },
            },
        };

    private bool Carries(JsonObject entry, string id) => names.Means(Reference(entry).Text("secret"), id);

    private IEnumerable<JsonObject> Mounted(string id) =>
        template
            .Objects("volumes")
            .Select(static v => v.Object("secret"))
            .OfType<JsonObject>()
            .Where(s => names.Means(s.Text("secret"), id));

    private static JsonObject[] Named(JsonObject container, string variable) =>
        [.. container.Objects("env").Where(e => e.Text("name") == variable)];

    private static JsonArray Environment(JsonObject container)
    {
        if (container["env"] is not JsonArray environment)
        {
            container["env"] = environment = [];
        }

        return environment;
    }

    private static JsonObject? Reference(JsonObject entry) => entry.Object("valueSource", "secretKeyRef");

    private static string VersionOf(JsonObject reference) => reference.Text("version") is { Length: > 0 } version ? version : Latest;

    /// <returns>Whether that changed anything.</returns>
    private static bool SetVersion(JsonObject reference, string version)
    {
        if (reference.Text("version") == version)
        {
            return false;
        }

        reference["version"] = version;
        return true;
    }

    private static FlowSecretException Foreign(string variable, string id, Remedy remedy) =>
        new(ErrorIds.Conflict, variable, $"The environment variable '{variable}' is there, but does not carry the secret '{id}'", remedy);
}
