using FlowSecrets.Catalogs;
using FlowSecrets.Transport;

namespace FlowSecrets.Providers.Gcp.Access;

/// <summary>A Cloud Run service. It runs as the service account of its template, else as the project's default one.</summary>
/// <param name="member">Who asks, as a policy names him.</param>
internal sealed class CloudRunWorkload(CatalogWorkload workload, GcpPlace at, GcpCaller caller, IGoogleCloud cloud, string member) : IWorkload
{
    public string Description => throw new NotSupportedException();

    public Task<WorkloadState> StateAsync(IReadOnlyList<WorkloadSecret> secrets, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<string> RedeployAsync(IReadOnlyList<WorkloadSecret> secrets, bool always, Action<string> say, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task WaitAsync(string deployment, TimeSpan timeout, Action<string> say, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> BindAsync(WorkloadBinding binding, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> UnbindAsync(WorkloadBinding binding, CancellationToken cancellationToken) => throw new NotSupportedException();

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
            throw new FlowSecretException(ErrorIds.WorkloadNotFound, FlowErrorCategory.ObjectNotFound, workload.Name, $"There is no Cloud Run service '{service}' in {region} of project {project}", $"Correct 'service', 'region' and 'project' of the catalog's workload '{workload.Name}'. There are: gcloud run services list --project='{RemoteText.Argument(project, "PROJECT_ID")}'");
        }
        catch (FlowSecretException e) when (e.AccessCause == AccessCauses.NoGrant)
        {
            // The store's own error would have its own roles granted.
            throw With(e, $"Permission denied: 'run.services.get' on the Cloud Run service '{service}' in {region} of project {project} is not granted to {member}", $"Let an owner grant it: gcloud run services add-iam-policy-binding '{RemoteText.Argument(service, "SERVICE")}' --region='{RemoteText.Argument(region, "REGION")}' --project='{RemoteText.Argument(project, "PROJECT_ID")}' --member='{member}' --role='roles/run.viewer'");
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.ApiNotEnabled && e.Remedy.Contains("services enable", StringComparison.Ordinal))
        {
            throw With(e, $"The Cloud Run API is not enabled in project {project}", $"Enable it, then wait some minutes: gcloud services enable run.googleapis.com --project='{RemoteText.Argument(project, "PROJECT_ID")}'");
        }

        if (found.Template?.ServiceAccount is { Length: > 0 } account)
        {
            return new WorkloadIdentity("serviceAccount:" + account, $"the Cloud Run service '{service}' runs as {account}");
        }

        GcpResource itself = await caller.CallAsync(new GcpCall("resourcemanager.projects.get"), ct => cloud.GetResourceAsync("projects/" + project, ct), cancellationToken);
        string byDefault = GcpName.Last(itself.Name) + "-compute@developer.gserviceaccount.com";
        return new WorkloadIdentity("serviceAccount:" + byDefault, $"the Cloud Run service '{service}' names no service account, so it runs as the project's default one");
    }

    private FlowSecretException With(FlowSecretException e, string cause, string remedy) => new(e.Id, e.Category, workload.Name, cause, remedy) { AccessCause = e.AccessCause };

    private string Setting(string name) => workload.Settings.GetValueOrDefault(name) ?? throw new FlowSecretException(
        ErrorIds.BadArgument, FlowErrorCategory.InvalidArgument, workload.Name, $"The workload '{workload.Name}' has no '{name}'", $"Add it to the catalog's workload: {name}: …");
}
