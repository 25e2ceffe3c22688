using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.Iam;

namespace FlowSecrets.CloudFakes.Gcp.Services;

/// <summary>Cloud Resource Manager: projects, folders, organisations and how they hang together.</summary>
internal sealed class GcpResourceOperations(GcpWorld world)
{
    private const string Created = "2024-01-01T00:00:00Z";

    public IEnumerable<GcpRoute> Routes() =>
        [
            new("Projects.Get", GcpService.ResourceManager, "GET", "v3/projects/{project}", "resourcemanager.projects.get", Project),
            new("Projects.Get", GcpService.ResourceManager, "GET", "v1/projects/{project}", "resourcemanager.projects.get", OldProject),
            new(
                "Projects.GetAncestry",
                GcpService.ResourceManager,
                "POST",
                "v1/projects/{project}:getAncestry",
                "resourcemanager.projects.get",
                Ancestry
            ),
            new("Folders.Get", GcpService.ResourceManager, "GET", "v3/folders/{folder}", "resourcemanager.folders.get", Folder),
            new(
                "Organizations.Get",
                GcpService.ResourceManager,
                "GET",
                "v3/organizations/{organization}",
                "resourcemanager.organizations.get",
                static call => new GcpResult(
                    new JsonObject
                    {
                        ["name"] = call.Between(),
                        ["displayName"] = "example.com",
                        ["state"] = "ACTIVE",
                    }
                )
            ),
        ];

    private GcpResult Project(GcpCall call)
    {
        string name = world.Names.Canonical(call.Between());
        JsonObject project = new()
        {
            ["name"] = name,
            ["projectId"] = IdOf(name),
            ["state"] = "ACTIVE",
            ["displayName"] = IdOf(name),
            ["createTime"] = Created,
        };
        if (world.Hierarchy.ParentOf(name) is { } parent)
        {
            project["parent"] = parent;
        }

        return new GcpResult(project);
    }

    private GcpResult OldProject(GcpCall call)
    {
        string name = world.Names.Canonical(call.Between());
        JsonObject project = new()
        {
            ["projectNumber"] = Last(name),
            ["projectId"] = IdOf(name),
            ["lifecycleState"] = "ACTIVE",
            ["name"] = IdOf(name),
            ["createTime"] = Created,
        };
        if (world.Hierarchy.ParentOf(name) is { } parent)
        {
            project["parent"] = Reference(parent);
        }

        return new GcpResult(project);
    }

    private GcpResult Ancestry(GcpCall call) =>
        new(
            new JsonObject
            {
                ["ancestor"] = new JsonArray([
                    .. world
                        .Hierarchy.Chain(world.Names.Canonical(call.Between()))
                        .Select(n => new JsonObject { ["resourceId"] = Reference(n) }),
                ]),
            }
        );

    private GcpResult Folder(GcpCall call)
    {
        string name = call.Between();
        JsonObject folder = new()
        {
            ["name"] = name,
            ["displayName"] = "folder " + Last(name),
            ["state"] = "ACTIVE",
            ["createTime"] = Created,
        };
        if (world.Hierarchy.ParentOf(name) is { } parent)
        {
            folder["parent"] = parent;
        }

        return new GcpResult(folder);
    }

    /// <summary>As version 1 names resources: kind and id apart.</summary>
    private JsonObject Reference(string name) =>
        new()
        {
            ["type"] = name[..name.IndexOf('/')].TrimEnd('s'),
            ["id"] = name.StartsWith("projects/", StringComparison.Ordinal) ? IdOf(name) : Last(name),
        };

    private string IdOf(string project) => world.Projects.IdOf(Last(project));

    private static string Last(string name) => name[(name.LastIndexOf('/') + 1)..];
}
