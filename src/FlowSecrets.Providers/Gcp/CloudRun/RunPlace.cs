using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Text;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Gcp.CloudRun;

/// <summary>Where a service of Cloud Run is: in the store's project, unless the catalog names another.</summary>
internal sealed record RunPlace(string Workload, string Project, string Region, string Service)
{
    public string Name =>
        $"projects/{Uri.EscapeDataString(Project)}/locations/{Uri.EscapeDataString(Region)}/services/{Uri.EscapeDataString(Service)}";

    public ShellCommand ProjectArgument => Shell($"--project={Project}");

    /// <summary>As arguments of gcloud run services.</summary>
    public ShellCommand Arguments => Shell($"{Service} --region={Region} {ProjectArgument}");

    public string RevisionOf(string revision) => $"{Name}/revisions/{Uri.EscapeDataString(revision)}";

    public override string ToString() => $"Cloud Run service '{Service}' in {Region} of project {Project}";

    /// <exception cref="FlowSecretException">BadArgument: the catalog does not say where.</exception>
    public static RunPlace Of(CatalogWorkload workload, GcpPlace at) =>
        new(
            workload.Name,
            workload.Settings.GetValueOrDefault("project") ?? at.Project,
            Setting(workload, "region"),
            Setting(workload, "service")
        );

    private static string Setting(CatalogWorkload workload, string name) =>
        workload.Settings.GetValueOrDefault(name)
        ?? throw new FlowSecretException(
            ErrorIds.BadArgument,
            workload.Name,
            $"The workload '{workload.Name}' has no '{name}'",
            $"Add it to the catalog's workload: {name}: …"
        );
}
