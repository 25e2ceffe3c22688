using System.Collections.Concurrent;
using FlowSecrets.CloudFakes.Gcp.Iam;
using FlowSecrets.CloudFakes.Gcp.Services;

namespace FlowSecrets.CloudFakes.Gcp;

/// <summary>What stands before the service: who asks, whether the project exists and has the API.</summary>
internal sealed class GcpDoor(GcpFakeOptions options, GcpProjects projects, GcpApis apis)
{
    public void Check(GcpCall call)
    {
        GcpService service = call.Route?.Service ?? GcpService.SecretManager;
        if (
            service != GcpService.Accounts
            && options.RequiredToken is { } required
            && GcpCaller.TokenOf(call.Request) is var token
            && token != required
        )
        {
            throw GcpError.Unauthenticated(token is not null);
        }

        if (call.Path == GcpPath.None && call.Route is null)
        {
            return;
        }

        string project =
            call.Route is null ? call.Path.Project
            : call.Ids.GetValueOrDefault("project") is { } given and not "-" ? given
            : options.Project;
        if (
            options.KnownProjects is { } known
            && !known.Contains(project, StringComparer.Ordinal)
            && !known.Select(projects.NumberOf).Contains(project, StringComparer.Ordinal)
        )
        {
            throw service == GcpService.ResourceManager ? GcpGate.Refusal(call, null) : GcpError.UnknownProject(project);
        }

        if (!apis.Contains(service))
        {
            throw GcpError.Disabled(projects.NumberOf(project), service);
        }

        if (call.Path.Location is { } location && !options.Locations.Contains(location, StringComparer.Ordinal))
        {
            throw GcpError.Format($"Location [{location}] is not supported.");
        }
    }
}

/// <summary>Projects have an id, which people use, and a number, which replies have.</summary>
internal sealed class GcpProjects(string first)
{
    private const string FirstNumber = "123456789";

    private readonly ConcurrentDictionary<string, string> _ids = new(StringComparer.Ordinal);

    /// <returns>The id that this number was given for; the number itself if there was none.</returns>
    public string IdOf(string project) => project is FirstNumber ? first : _ids.GetValueOrDefault(project, project);

    /// <returns>The same number for the same id, always.</returns>
    public string NumberOf(string project)
    {
        if (project == first)
        {
            return FirstNumber;
        }

        if (project.Length > 0 && project.All(char.IsAsciiDigit))
        {
            return project;
        }

        string number = Hashed(project);
        _ids[number] = project;
        return number;
    }

    private static string Hashed(string project)
    {
        ulong hash = 14695981039346656037;
        foreach (char c in project)
        {
            hash = (hash ^ c) * 1099511628211;
        }

        return (100_000_000_000 + (hash % 900_000_000_000)).ToString();
    }
}
