using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Amazon.Runtime;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Transport;

namespace FlowSecrets.Providers.Aws.AppRunner;

/// <summary>App Runner.</summary>
internal sealed class AppRunnerClient(AwsPlace at, Func<CancellationToken, Task<AWSCredentials>> credentials, AwsTransport transport)
    : IAppRunner
{
    /// <summary>Enough to see what is under way and what ran last.</summary>
    private const int MostOperations = 100;

    private readonly AwsJsonService _appRunner = new(
        credentials,
        "apprunner",
        at.Region,
        at.AddressOf("APPRUNNER"),
        transport,
        "application/x-amz-json-1.0"
    );

    public async Task<AppRunnerService> DescribeAsync(string arn, CancellationToken cancellationToken) =>
        (
            await SendAsync(
                "DescribeService",
                new AppRunnerId { ServiceArn = arn },
                AppRunnerJson.Default.AppRunnerId,
                AppRunnerJson.Default.AppRunnerReply,
                cancellationToken
            )
        ).Service
        ?? new AppRunnerService();

    public async Task<IReadOnlyList<AppRunnerOperation>> OperationsAsync(string arn, CancellationToken cancellationToken)
    {
        List<AppRunnerOperation> all = [];
        await foreach (
            AppRunnerOperations page in Pages.ReadAsync(
                (token, ct) =>
                    SendAsync(
                        "ListOperations",
                        new AppRunnerOperationsQuery { ServiceArn = arn, NextToken = token },
                        AppRunnerJson.Default.AppRunnerOperationsQuery,
                        AppRunnerJson.Default.AppRunnerOperations,
                        ct
                    ),
                p => all.Count < MostOperations ? p.NextToken : null,
                cancellationToken: cancellationToken
            )
        )
        {
            all.AddRange(page.OperationSummaryList ?? []);
        }

        return all;
    }

    public Task<string?> DeployAsync(string arn, CancellationToken cancellationToken) =>
        UnlessBusyAsync(async () =>
            (
                await SendAsync(
                    "StartDeployment",
                    new AppRunnerId { ServiceArn = arn },
                    AppRunnerJson.Default.AppRunnerId,
                    AppRunnerJson.Default.AppRunnerStarted,
                    cancellationToken
                )
            ).OperationId
        );

    public Task<string?> UpdateAsync(string arn, JsonObject source, CancellationToken cancellationToken) =>
        UnlessBusyAsync(async () =>
            (
                await SendAsync(
                    "UpdateService",
                    new AppRunnerUpdate { ServiceArn = arn, SourceConfiguration = source },
                    AppRunnerJson.Default.AppRunnerUpdate,
                    AppRunnerJson.Default.AppRunnerReply,
                    cancellationToken
                )
            ).OperationId
        );

    /// <summary>
    /// A state that forbids it is InvalidState by the documents of UpdateService, and InvalidRequest by those of StartDeployment, which
    /// knows no other.
    /// </summary>
    private static async Task<string?> UnlessBusyAsync(Func<Task<string?>> send)
    {
        try
        {
            return await send();
        }
        catch (AmazonServiceException e)
            when (e.ErrorCode is "InvalidStateException"
                || (e.ErrorCode is "InvalidRequestException" && e.Message.Contains("state", StringComparison.OrdinalIgnoreCase))
            )
        {
            return null;
        }
    }

    private Task<TReply> SendAsync<TRequest, TReply>(
        string operation,
        TRequest body,
        JsonTypeInfo<TRequest> requestType,
        JsonTypeInfo<TReply> replyType,
        CancellationToken cancellationToken
    )
        where TReply : class, new() => _appRunner.SendAsync("AppRunner." + operation, body, requestType, replyType, cancellationToken);
}
