using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Aws.Workloads;
using FlowSecrets.Providers.Transport;
using FlowSecrets.Text;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Aws.Ecs;

/// <summary>
/// An ECS service. Its secrets are fetched when a task starts, so a new version needs a new deployment; pinned ones a new revision of the
/// task definition.
/// </summary>
internal sealed class EcsWorkload(AwsWorkloadSetting setting, IEcs ecs) : IWorkload
{
    /// <summary>Looks without a deployment that was just started, before it is taken for gone.</summary>
    private const int Lag = 3;

    public string Description => setting.Description;

    private string? Given => setting.Text("service") ?? setting.Text("arn");

    private string Service =>
        Given
        ?? throw new FlowSecretException(
            ErrorIds.BadArgument,
            setting.Name,
            $"The workload '{setting.Name}' does not say which service it is",
            "Add 'cluster' and 'service' to the catalog's workload."
        );

    /// <summary>A service's ARN has it too.</summary>
    private string? Cluster =>
        setting.Text("cluster")
        ?? (Given?.StartsWith("arn:", StringComparison.Ordinal) == true && Given.Split('/') is [_, { } cluster, _] ? cluster : null);

    private ShellCommand Arguments => Shell($"--cluster {Known(Cluster, "default")} --services {Service} --region {setting.Region:bare}");

    private Remedy LookAtEvents =>
        $"See why: {Shell($"aws ecs describe-services {Arguments} --query 'services[0].events[:10].message'")}; "
        + $"fix it, then run the same command again.";

    public async Task<WorkloadIdentity> IdentityAsync(CancellationToken cancellationToken)
    {
        string role =
            (await LookAsync(cancellationToken)).Definition.ExecutionRole
            ?? throw setting.NotFound(
                $"The ECS service '{Service}' has no role that could fetch secrets",
                "Give its task definition an execution role."
            );
        return new WorkloadIdentity(role, $"the ECS service '{Service}' fetches its secrets by {role}");
    }

    public async Task<WorkloadState> StateAsync(IReadOnlyList<WorkloadSecret> secrets, CancellationToken cancellationToken)
    {
        (EcsService service, TaskDefinition definition) = await LookAsync(cancellationToken);
        EcsRollout rollout = new(service);
        IReadOnlyList<IContainerVariables> containers = definition.Containers;
        return new WorkloadState(rollout.Health, [.. secrets.Select(s => InjectedSecrets.VersionOf(containers, s, rollout.Started))])
        {
            Detail = rollout.Detail,
        };
    }

    public async Task<string> RedeployAsync(
        IReadOnlyList<WorkloadSecret> secrets,
        bool always,
        Action<string> say,
        CancellationToken cancellationToken
    )
    {
        (EcsService service, TaskDefinition definition) = await LookAsync(cancellationToken);
        EcsRollout rollout = new(service);
        IReadOnlyList<IContainerVariables> containers = definition.Containers;
        bool moved = InjectedSecrets.Move(containers, secrets, setting);
        if (
            !moved
            && !always
            && !rollout.HasFailed
            && rollout.Primary?.Id is { } running
            && InjectedSecrets.RunsWith(containers, secrets, rollout.Started)
        )
        {
            return running;
        }

        RequireForcible(service);
        string? revision = moved ? await RegisterAsync(definition, cancellationToken) : null;
        return await DeployAsync(service, revision, cancellationToken);
    }

    public async Task WaitAsync(string deployment, TimeSpan timeout, Action<string> say, CancellationToken cancellationToken)
    {
        string said = "";
        int unseen = 0;
        EcsRollout? last = null;
        await setting.UntilAsync(
            async ct =>
            {
                EcsRollout rollout = last = new EcsRollout(await DescribeAsync(ct));
                if (rollout.FailureOf(deployment) is { } failure && (rollout.Shows(deployment) || unseen++ >= Lag))
                {
                    throw setting.Failed($"{Description}: {failure}", LookAtEvents);
                }

                if (rollout.IsDone(deployment))
                {
                    return rollout;
                }

                if (said != rollout.Detail)
                {
                    say($"{Description}: {said = rollout.Detail}");
                }

                return null;
            },
            timeout,
            () =>
                setting.TimedOut(
                    $"{Description}: The deployment {deployment} is not done after {timeout:g} ({last!.Detail}){last.Events(deployment)}",
                    LookAtEvents
                ),
            cancellationToken
        );
    }

    public async Task<bool> BindAsync(WorkloadBinding binding, CancellationToken cancellationToken)
    {
        (EcsService service, TaskDefinition definition) = await LookAsync(cancellationToken);
        IContainerVariables container = ContainerOf(definition, binding);
        if (InjectedSecrets.IsBound(container, binding))
        {
            return false;
        }

        RequireForcible(service);
        InjectedSecrets.Bind(container, binding, await setting.ArnOfAsync(binding.StoreName, cancellationToken));
        await DeployAsync(service, await RegisterAsync(definition, cancellationToken), cancellationToken);
        return true;
    }

    public async Task<bool> UnbindAsync(WorkloadBinding binding, CancellationToken cancellationToken)
    {
        (EcsService service, TaskDefinition definition) = await LookAsync(cancellationToken);
        IReadOnlyList<IContainerVariables> containers = (binding.Container ?? setting.Text("container")) is null
            ? definition.Containers
            : [ContainerOf(definition, binding)];
        if (!InjectedSecrets.Unbind(containers, binding, setting))
        {
            return false;
        }

        RequireForcible(service);
        await DeployAsync(service, await RegisterAsync(definition, cancellationToken), cancellationToken);
        return true;
    }

    /// <summary>The service, and what its newest deployment runs.</summary>
    private async Task<(EcsService Service, TaskDefinition Definition)> LookAsync(CancellationToken cancellationToken)
    {
        EcsService service = await DescribeAsync(cancellationToken);
        string definition =
            new EcsRollout(service).Primary?.TaskDefinition
            ?? service.TaskDefinition
            ?? throw setting.NotFound(
                $"The ECS service '{Service}' has no task definition",
                $"See what it runs: {Shell($"aws ecs describe-services {Arguments}")}"
            );
        return (
            service,
            await setting.ReadAsync("ecs:DescribeTaskDefinition", null, ct => ecs.DefinitionAsync(definition, ct), cancellationToken)
        );
    }

    private async Task<EcsService> DescribeAsync(CancellationToken cancellationToken)
    {
        string service = Service;
        try
        {
            if (
                await setting.ReadAsync(
                    "ecs:DescribeServices",
                    service.StartsWith("arn:", StringComparison.Ordinal) ? service : null,
                    ct => ecs.DescribeAsync(Cluster, service, ct),
                    cancellationToken
                ) is
                { } found
            )
            {
                return found;
            }
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.SecretNotFound or ErrorIds.BadArgument)
        {
            // Its cluster is not there.
        }

        throw setting.NotFound(
            $"There is no ECS service '{service}' in {setting.Region}",
            $"Correct 'cluster' and 'service' of the catalog's workload '{setting.Name}'. There are: "
                + $"{Shell($"aws ecs list-services --cluster {Known(Cluster, "default")} --region "
                + $"{setting.Region:bare}")}"
        );
    }

    /// <summary>Another controller's services take no deployment from here.</summary>
    private void RequireForcible(EcsService service)
    {
        if (service.DeploymentController?.Type is { } type and not "ECS")
        {
            throw setting.Failed(
                $"{Description} is deployed by {(type == "CODE_DEPLOY" ? "CodeDeploy" : "an external controller")}, and ECS refuses "
                    + $"to do so",
                type == "CODE_DEPLOY"
                    ? Remedy.Of(
                        $"Deploy it there, then run the same command again: "
                            + $"{Shell($"aws deploy create-deployment --application-name APPLICATION --deployment-group-name GROUP "
                        + $"--revision file://revision.json --region {setting.Region:bare}")}"
                    )
                    : $"Have what deploys it do so, then run the same command again. What runs: "
                        + $"{Shell($"aws ecs describe-services {Arguments} --query 'services[0].taskSets'")}"
            );
        }
    }

    private IContainerVariables ContainerOf(TaskDefinition definition, WorkloadBinding binding)
    {
        IReadOnlyList<IContainerVariables> all = definition.Containers;
        string? name = binding.Container ?? setting.Text("container");
        return name is null && all.Count == 1
            ? all[0]
            : all.FirstOrDefault(c => c.Container == name)
                ?? throw new FlowSecretException(
                    ErrorIds.BadArgument,
                    setting.Name,
                    name is null ? $"{Description} has several containers" : $"{Description} has no container '{RemoteText.Clean(name)}'",
                    $"Name one of them with -Container, or as 'container' of the catalog's workload: "
                        + $"{string.Join(", ", all.Select(static c => RemoteText.Clean(c.Container)))}"
                );
    }

    /// <returns>The new revision's ARN.</returns>
    private async Task<string> RegisterAsync(TaskDefinition definition, CancellationToken cancellationToken) =>
        (
            await setting.ChangeAsync(
                "ecs:RegisterTaskDefinition",
                null,
                ct => ecs.RegisterAsync(definition, ct),
                async ct =>
                {
                    TaskDefinition newest = await setting.ReadAsync(
                        "ecs:DescribeTaskDefinition",
                        null,
                        inner => ecs.DefinitionAsync(definition.Family, inner),
                        ct
                    );
                    return newest.Arn != definition.Arn && newest.HasContainersOf(definition)
                        ? Settled<TaskDefinition>.Yes(newest)
                        : Settled<TaskDefinition>.No;
                },
                cancellationToken
            )
        ).Arn;

    /// <param name="revision">Null: what it runs now.</param>
    /// <returns>The deployment's id.</returns>
    private async Task<string> DeployAsync(EcsService service, string? revision, CancellationToken cancellationToken)
    {
        string? before = new EcsRollout(service).Primary?.Id;
        EcsService after = await setting.ChangeAsync(
            "ecs:UpdateService",
            service.ServiceArn,
            ct =>
                ecs.UpdateAsync(
                    new EcsUpdate
                    {
                        Cluster = Cluster,
                        Service = Service,
                        TaskDefinition = revision,
                    },
                    ct
                ),
            async ct =>
            {
                // Whoever made it: it is newer than the versions, and runs that revision.
                EcsService now = await DescribeAsync(ct);
                return
                    new EcsRollout(now).Primary is { } primary
                    && primary.Id != before
                    && (revision is null || primary.TaskDefinition == revision)
                    ? Settled<EcsService>.Yes(now)
                    : Settled<EcsService>.No;
            },
            cancellationToken
        );
        return new EcsRollout(after).Primary?.Id ?? throw setting.Failed($"{Description}: ECS started no deployment", LookAtEvents);
    }
}
