using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Aws.Workloads;
using FlowSecrets.Providers.Transport;
using FlowSecrets.Text;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Aws.AppRunner;

/// <summary>
/// An App Runner service, which AWS has offered to no new customer since March 2026. Its secrets are read when it is deployed; it does one
/// operation at a time.
/// </summary>
internal sealed class AppRunnerWorkload(AwsWorkloadSetting setting, IAppRunner appRunner) : IWorkload
{
    private const string Deployment = "START_DEPLOYMENT";
    private const string Update = "UPDATE_SERVICE";

    /// <summary>How long another operation is waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    public string Description => setting.Description;

    private string Arn =>
        setting.Text("arn")
        ?? throw new FlowSecretException(
            ErrorIds.BadArgument,
            setting.Name,
            $"The workload '{setting.Name}' does not say which service it is",
            "Add 'arn' to the catalog's workload: aws apprunner list-services"
        );

    private ShellCommand Arguments => Shell($"--service-arn {Arn} --region {setting.Region:bare}");

    private string ServiceAndId => Arn.Split('/') is [_, { } name, { } id] ? $"{name}/{id}" : "SERVICE/ID";

    private Remedy LookAtLog =>
        $"See why: {Shell($"aws apprunner list-operations {Arguments}")}; "
        + $"{Shell($"aws logs tail /aws/apprunner/{ServiceAndId}/service --region {setting.Region:bare} --since 1h")}"
        + $"; fix it, then run the same command again.";

    public async Task<WorkloadIdentity> IdentityAsync(CancellationToken cancellationToken)
    {
        string role =
            (await DescribeAsync(cancellationToken)).InstanceConfiguration?.InstanceRoleArn
            ?? throw setting.NotFound($"The App Runner service '{Arn}' has no role that could fetch secrets", "Give it an instance role.");
        return new WorkloadIdentity(role, $"the App Runner service '{Arn}' fetches its secrets by {role}");
    }

    public async Task<WorkloadState> StateAsync(IReadOnlyList<WorkloadSecret> secrets, CancellationToken cancellationToken)
    {
        AppRunnerService service = await DescribeAsync(cancellationToken);
        IReadOnlyList<AppRunnerOperation> deployments = [.. (await OperationsAsync(cancellationToken)).Where(IsDeployment)];
        DateTimeOffset? started = AwsWorkloadSetting.Time(deployments.FirstOrDefault(static o => o.Status == "SUCCEEDED")?.StartedAt);
        IReadOnlyList<IContainerVariables> containers = SourceOf(service).Containers;
        WorkloadHealth health = service.Status switch
        {
            "RUNNING" => WorkloadHealth.Healthy,
            "OPERATION_IN_PROGRESS" => WorkloadHealth.Deploying,
            "PAUSED" => WorkloadHealth.Paused,
            _ => WorkloadHealth.Failed,
        };
        string detail =
            health is WorkloadHealth.Failed ? RemoteText.Code(service.Status) ?? ""
            : health is WorkloadHealth.Healthy
            && deployments is [{ Status: "FAILED" or "ROLLBACK_SUCCEEDED" or "ROLLBACK_FAILED" } failed, ..]
                ? $"The last deployment failed ({failed.Status}); what ran before runs"
            : "";
        return new WorkloadState(health, [.. secrets.Select(s => InjectedSecrets.VersionOf(containers, s, started))]) { Detail = detail };
    }

    public async Task<string> RedeployAsync(
        IReadOnlyList<WorkloadSecret> secrets,
        bool always,
        Action<string> say,
        CancellationToken cancellationToken
    )
    {
        string? mark = await OperateAsync(
            (source, operations) =>
            {
                IReadOnlyList<IContainerVariables> containers = source.Containers;
                if (InjectedSecrets.Move(containers, secrets, setting))
                {
                    return (Update, null);
                }

                AppRunnerOperation? latest = operations.FirstOrDefault(static o =>
                    IsDeployment(o) && o.Status is "SUCCEEDED" or "PENDING" or "IN_PROGRESS"
                );
                return
                    !always
                    && latest is not null
                    && InjectedSecrets.RunsWith(containers, secrets, AwsWorkloadSetting.Time(latest.StartedAt))
                    ? (null, latest.Id)
                    : (Deployment, null);
            },
            say,
            cancellationToken
        );
        return mark ?? throw setting.Failed($"{Description}: App Runner started no deployment", LookAtLog);
    }

    public async Task WaitAsync(string deployment, TimeSpan timeout, Action<string> say, CancellationToken cancellationToken)
    {
        string said = "";
        await setting.UntilAsync(
            async ct =>
            {
                AppRunnerOperation? operation = (await OperationsAsync(ct)).FirstOrDefault(o => o.Id == deployment);
                string status = RemoteText.Code(operation?.Status) ?? "PENDING";
                switch (status)
                {
                    case "SUCCEEDED":
                        return operation;
                    case "FAILED" or "ROLLBACK_FAILED" or "ROLLBACK_SUCCEEDED":
                        throw setting.Failed(
                            $"{Description}: The deployment {deployment} ended as "
                                + $"{status}{(status == "ROLLBACK_FAILED" ? "" : "; what ran before still runs")}",
                            LookAtLog
                        );
                }

                if (said != status)
                {
                    say($"{Description}: {said = status}");
                }

                return null;
            },
            timeout,
            () => setting.TimedOut($"{Description}: The deployment {deployment} is not done after {timeout:g} ({said})", LookAtLog),
            cancellationToken
        );
    }

    public async Task<bool> BindAsync(WorkloadBinding binding, CancellationToken cancellationToken)
    {
        if (InjectedSecrets.IsBound(VariablesOf(SourceOf(await DescribeAsync(cancellationToken))), binding))
        {
            return false;
        }

        string arn = await setting.ArnOfAsync(binding.StoreName, cancellationToken);
        await OperateAsync(
            (source, _) =>
            {
                IContainerVariables variables = VariablesOf(source);
                if (InjectedSecrets.IsBound(variables, binding))
                {
                    return (null, null);
                }

                InjectedSecrets.Bind(variables, binding, arn);
                return (Update, null);
            },
            static _ => { },
            cancellationToken,
            evenPaused: true
        );
        return true;
    }

    public async Task<bool> UnbindAsync(WorkloadBinding binding, CancellationToken cancellationToken)
    {
        bool wasThere = false;
        await OperateAsync(
            (source, _) =>
            {
                bool isThere = InjectedSecrets.Unbind([VariablesOf(source)], binding, setting);
                wasThere |= isThere;
                return (isThere ? Update : null, null);
            },
            static _ => { },
            cancellationToken,
            evenPaused: true
        );
        return wasThere;
    }

    /// <summary>What deploys, and so reads the secrets.</summary>
    private static bool IsDeployment(AppRunnerOperation operation) =>
        operation.Type is Deployment or Update or "CREATE_SERVICE" or "RESUME_SERVICE";

    private static AppRunnerSource SourceOf(AppRunnerService service) => new(service.SourceConfiguration ?? []);

    /// <summary>
    /// Starts an operation as soon as none is under way; what is to be done is decided anew from what the one before left.
    /// </summary>
    /// <param name="decide">Changes the source; the operation to start, null: none, and what is said instead of its id.</param>
    /// <param name="evenPaused">Whether its configuration may be changed while it is paused.</param>
    /// <returns>The operation's id.</returns>
    private async Task<string?> OperateAsync(
        Func<AppRunnerSource, IReadOnlyList<AppRunnerOperation>, (string? Operation, string? Mark)> decide,
        Action<string> say,
        CancellationToken cancellationToken,
        bool evenPaused = false
    )
    {
        HashSet<string>? before = null;
        bool isRefused = false;
        Started started = await setting.UntilAsync(
            async ct =>
            {
                AppRunnerService service = await DescribeAsync(ct);
                if (service.Status is not ("RUNNING" or "OPERATION_IN_PROGRESS") && !(evenPaused && service.Status == "PAUSED"))
                {
                    throw NotRunning(service.Status);
                }

                IReadOnlyList<AppRunnerOperation> operations = await OperationsAsync(ct);
                AppRunnerSource source = SourceOf(service);
                (string? operation, string? mark) = decide(source, operations);
                if (operation is null)
                {
                    return new Started(mark);
                }

                // A refused try may be one that was repeated because its answer had been lost; anybody else's is as young.
                if (
                    isRefused
                    && operation == Deployment
                    && operations.FirstOrDefault(o => o.Type == Deployment && !before!.Contains(o.Id ?? "")) is { } own
                )
                {
                    return new Started(own.Id);
                }

                before ??= IdsOf(operations);
                if (service.Status == "OPERATION_IN_PROGRESS")
                {
                    say($"{Description}: another operation is in progress");
                    return null;
                }

                string? id = await StartAsync(operation, source, operations, ct);
                isRefused = id is null;
                return id is null ? null : new Started(id);
            },
            Patience,
            () =>
                setting.TimedOut(
                    $"{Description} goes on with another operation after {Patience:g}",
                    $"See which: {Shell($"aws apprunner list-operations {Arguments}")}; when it has ended, run the same "
                        + $"command again."
                ),
            cancellationToken
        );
        return started.Id;
    }

    /// <returns>The operation's id; null: the service's state does not allow it.</returns>
    private Task<string?> StartAsync(
        string operation,
        AppRunnerSource source,
        IReadOnlyList<AppRunnerOperation> operations,
        CancellationToken cancellationToken
    )
    {
        HashSet<string> known = IdsOf(operations);
        return setting.ChangeAsync(
            operation == Update ? "apprunner:UpdateService" : "apprunner:StartDeployment",
            Arn,
            ct => operation == Update ? appRunner.UpdateAsync(Arn, source.Whole, ct) : appRunner.DeployAsync(Arn, ct),
            async ct =>
                (await OperationsAsync(ct)).FirstOrDefault(o => o.Type == operation && !known.Contains(o.Id ?? "")) is { Id: { } id }
                    ? Settled<string?>.Yes(id)
                    : Settled<string?>.No,
            cancellationToken
        );
    }

    private static HashSet<string> IdsOf(IReadOnlyList<AppRunnerOperation> operations) =>
        new(operations.Select(static o => o.Id ?? ""), StringComparer.Ordinal);

    private FlowSecretException NotRunning(string? status) =>
        status == "PAUSED"
            ? setting.Failed(
                $"{Description} is paused, and App Runner deploys nothing then",
                $"Resume it, then run the same command again: {Shell($"aws apprunner resume-service {Arguments}")}"
            )
            : setting.Failed(
                $"{Description} is {RemoteText.Code(status) ?? "not running"}, and App Runner deploys nothing then",
                $"See what it says: {Shell($"aws apprunner describe-service {Arguments}")}"
            );

    private IContainerVariables VariablesOf(AppRunnerSource source) =>
        source.Containers is [{ } only]
            ? only
            : throw setting.Failed(
                $"The variables of {Description} stand in its repository, in apprunner.yaml, which App Runner lets nobody else change",
                "Change 'secrets' under 'run' in apprunner.yaml and push it; or have the service configured by its API."
            );

    private Task<IReadOnlyList<AppRunnerOperation>> OperationsAsync(CancellationToken cancellationToken) =>
        setting.ReadAsync("apprunner:ListOperations", Arn, ct => appRunner.OperationsAsync(Arn, ct), cancellationToken);

    private async Task<AppRunnerService> DescribeAsync(CancellationToken cancellationToken)
    {
        string arn = Arn;
        try
        {
            if (
                await setting.ReadAsync("apprunner:DescribeService", arn, ct => appRunner.DescribeAsync(arn, ct), cancellationToken) is
                { Status: not "DELETED" } found
            )
            {
                return found;
            }
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.SecretNotFound or ErrorIds.BadArgument)
        {
            // Neither is an ARN that is none.
        }

        throw setting.NotFound(
            $"There is no App Runner service '{arn}' in {setting.Region}",
            $"Correct 'arn' of the catalog's workload '{setting.Name}'. There are: "
                + $"{Shell($"aws apprunner list-services --region {setting.Region:bare}")}"
        );
    }

    private sealed record Started(string? Id);
}
