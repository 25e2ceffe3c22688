using FlowSecrets.Catalogs;

namespace FlowSecrets.Providers.Gcp.Access;

/// <summary>A Cloud Run service. It runs as the service account of its template, else as the project's default one.</summary>
internal sealed class CloudRunWorkload(CatalogWorkload workload, GcpPlace at, GcpCaller caller, IGoogleCloud cloud) : IWorkload
{
    public async Task<WorkloadIdentity> IdentityAsync(CancellationToken cancellationToken)
    {
        string project = workload.Settings.GetValueOrDefault("project") ?? at.Project;
        string region = Setting("region");
        string service = Setting("service");
        GcpRunService found;
        try
        {
            found = await caller.CallAsync(new GcpCall("run.services.get"), ct => cloud.GetRunServiceAsync(project, region, service, ct), cancellationToken);
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.NoProject)
        {
            throw new FlowSecretException(ErrorIds.WorkloadNotFound, FlowErrorCategory.ObjectNotFound, workload.Name, $"There is no Cloud Run service '{service}' in {region} of project {project}", $"Correct 'service', 'region' and 'project' of the catalog's workload '{workload.Name}'. There are: gcloud run services list --project={project}");
        }

        if (found.Template?.ServiceAccount is { Length: > 0 } account)
        {
            return new WorkloadIdentity("serviceAccount:" + account, $"the Cloud Run service '{service}' runs as {account}");
        }

        GcpResource itself = await caller.CallAsync(new GcpCall("resourcemanager.projects.get"), ct => cloud.GetResourceAsync("projects/" + project, ct), cancellationToken);
        string byDefault = GcpName.Last(itself.Name) + "-compute@developer.gserviceaccount.com";
        return new WorkloadIdentity("serviceAccount:" + byDefault, $"the Cloud Run service '{service}' names no service account, so it runs as the project's default one");
    }

    private string Setting(string name) => workload.Settings.GetValueOrDefault(name) ?? throw new FlowSecretException(
        ErrorIds.BadArgument, FlowErrorCategory.InvalidArgument, workload.Name, $"The workload '{workload.Name}' has no '{name}'", $"Add it to the catalog's workload: {name}: …");
}
