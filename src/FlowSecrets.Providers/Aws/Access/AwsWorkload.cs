using FlowSecrets.Catalogs;

namespace FlowSecrets.Providers.Aws.Access;

/// <summary>An App Runner or ECS service, and the role that fetches its secrets.</summary>
internal sealed class AwsWorkload(CatalogWorkload workload, AwsPlace at, AwsCaller caller, IAwsCloud cloud) : IWorkload
{
    public string Description => throw new NotSupportedException();

    public Task<WorkloadState> StateAsync(IReadOnlyList<WorkloadSecret> secrets, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<string> RedeployAsync(IReadOnlyList<WorkloadSecret> secrets, bool always, Action<string> say, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task WaitAsync(string deployment, TimeSpan timeout, Action<string> say, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> BindAsync(WorkloadBinding binding, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> UnbindAsync(WorkloadBinding binding, CancellationToken cancellationToken) => throw new NotSupportedException();

    public async Task<WorkloadIdentity> IdentityAsync(CancellationToken cancellationToken)
    {
        bool isEcs = workload.Kind == "ecs";
        string service = workload.Settings.GetValueOrDefault(isEcs ? "service" : "arn") ?? workload.Settings.GetValueOrDefault("arn") ?? throw new FlowSecretException(
            ErrorIds.BadArgument, FlowErrorCategory.InvalidArgument, workload.Name, $"The workload '{workload.Name}' does not say which service it is", isEcs ? "Add 'cluster' and 'service' to the catalog's workload." : "Add 'arn' to the catalog's workload: aws apprunner list-services");
        string? role;
        try
        {
            role = await caller.CallAsync(
                new AwsCall(isEcs ? "ecs:DescribeServices" : "apprunner:DescribeService"),
                ct => isEcs ? cloud.EcsRoleAsync(workload.Settings.GetValueOrDefault("cluster"), service, ct) : cloud.AppRunnerRoleAsync(service, ct),
                null,
                cancellationToken);
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.SecretNotFound or ErrorIds.BadArgument)
        {
            throw new FlowSecretException(ErrorIds.WorkloadNotFound, FlowErrorCategory.ObjectNotFound, workload.Name, $"There is no {Kind(isEcs)} service '{service}' in {at.Region}", isEcs ? $"Correct 'cluster' and 'service' of the catalog's workload '{workload.Name}'. There are: aws ecs list-services --cluster CLUSTER --region {at.Region}" : $"Correct 'arn' of the catalog's workload '{workload.Name}'. There are: aws apprunner list-services --region {at.Region}");
        }

        return role is null
            ? throw new FlowSecretException(ErrorIds.WorkloadNotFound, FlowErrorCategory.ObjectNotFound, workload.Name, $"The {Kind(isEcs)} service '{service}' has no role that could fetch secrets", isEcs ? "Give its task definition an execution role." : "Give it an instance role.")
            : new WorkloadIdentity(role, $"the {Kind(isEcs)} service '{service}' fetches its secrets by {role}");
    }

    private static string Kind(bool isEcs) => isEcs ? "ECS" : "App Runner";
}
