using System.Text.Json.Serialization.Metadata;
using Amazon.Runtime;
using FlowSecrets.Providers.Aws.Connection;

namespace FlowSecrets.Providers.Aws.Ecs;

/// <summary>ECS.</summary>
internal sealed class EcsClient(AwsPlace at, Func<CancellationToken, Task<AWSCredentials>> credentials, AwsTransport transport) : IEcs
{
    private readonly AwsJsonService _ecs = new(credentials, "ecs", at.Region, at.AddressOf("ECS"), transport, "application/x-amz-json-1.1");

    public async Task<EcsService?> DescribeAsync(string? cluster, string service, CancellationToken cancellationToken)
    {
        EcsServicesReply found = await SendAsync(
            "DescribeServices",
            new EcsServices { Cluster = cluster, Services = [service] },
            EcsJson.Default.EcsServices,
            EcsJson.Default.EcsServicesReply,
            cancellationToken
        );

        // One that was deleted is shown for a while.
        return found.Services is [{ Status: not "INACTIVE" } only, ..] ? only : null;
    }

    public async Task<TaskDefinition> DefinitionAsync(string name, CancellationToken cancellationToken)
    {
        // Without its tags a copy would lose them.
        EcsTaskReply found = await SendAsync(
            "DescribeTaskDefinition",
            new EcsTask { TaskDefinition = name, Include = ["TAGS"] },
            EcsJson.Default.EcsTask,
            EcsJson.Default.EcsTaskReply,
            cancellationToken
        );
        return new TaskDefinition(found.TaskDefinition ?? [], found.Tags);
    }

    public async Task<TaskDefinition> RegisterAsync(TaskDefinition definition, CancellationToken cancellationToken)
    {
        EcsTaskReply made = await SendAsync(
            "RegisterTaskDefinition",
            definition.ToRegister(),
            EcsJson.Default.JsonObject,
            EcsJson.Default.EcsTaskReply,
            cancellationToken
        );
        return new TaskDefinition(made.TaskDefinition ?? [], made.Tags);
    }

    public async Task<EcsService> UpdateAsync(EcsUpdate request, CancellationToken cancellationToken) =>
        (await SendAsync("UpdateService", request, EcsJson.Default.EcsUpdate, EcsJson.Default.EcsServiceReply, cancellationToken)).Service
        ?? new EcsService();

    private Task<TReply> SendAsync<TRequest, TReply>(
        string operation,
        TRequest body,
        JsonTypeInfo<TRequest> requestType,
        JsonTypeInfo<TReply> replyType,
        CancellationToken cancellationToken
    )
        where TReply : class, new() =>
        _ecs.SendAsync("AmazonEC2ContainerServiceV20141113." + operation, body, requestType, replyType, cancellationToken);
}
