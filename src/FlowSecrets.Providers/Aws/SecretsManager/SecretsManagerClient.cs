using System.Text.Json.Serialization.Metadata;
using Amazon.Runtime;
using FlowSecrets.Providers.Aws.Connection;

namespace FlowSecrets.Providers.Aws.SecretsManager;

/// <summary>Secrets Manager.</summary>
internal sealed class SecretsManagerClient(AWSCredentials credentials, SecretsManagerConfig config)
    : AwsServiceClient(credentials, config),
        ISecretsManager
{
    public async Task<AwsChanged> CreateAsync(AwsCreate request, CancellationToken cancellationToken) =>
        AwsReplies.Added(
            request.Name,
            request.HasValue ? request.ClientRequestToken : null,
            await SendAsync(
                "CreateSecret",
                request,
                SecretsManagerJson.Default.AwsCreate,
                SecretsManagerJson.Default.AwsChanged,
                cancellationToken
            )
        );

    public async Task<AwsChanged> PutAsync(AwsPut request, CancellationToken cancellationToken) =>
        AwsReplies.Added(
            request.SecretId,
            request.ClientRequestToken,
            await SendAsync(
                "PutSecretValue",
                request,
                SecretsManagerJson.Default.AwsPut,
                SecretsManagerJson.Default.AwsChanged,
                cancellationToken
            )
        );

    public async Task<AwsValue> GetAsync(AwsGet request, CancellationToken cancellationToken) =>
        AwsReplies.Value(
            request,
            await SendAsync(
                "GetSecretValue",
                request,
                SecretsManagerJson.Default.AwsGet,
                SecretsManagerJson.Default.AwsValue,
                cancellationToken
            )
        );

    public async Task<AwsBatch> BatchGetAsync(AwsBatchGet request, CancellationToken cancellationToken) =>
        AwsReplies.Batch(
            request,
            await SendAsync(
                "BatchGetSecretValue",
                request,
                SecretsManagerJson.Default.AwsBatchGet,
                SecretsManagerJson.Default.AwsBatch,
                cancellationToken
            )
        );

    public async Task<AwsSecret> DescribeAsync(AwsSecretId request, CancellationToken cancellationToken) =>
        AwsReplies.Secret(
            request,
            await SendAsync(
                "DescribeSecret",
                request,
                SecretsManagerJson.Default.AwsSecretId,
                SecretsManagerJson.Default.AwsSecret,
                cancellationToken
            )
        );

    public Task<AwsSecretPage> ListAsync(AwsList request, CancellationToken cancellationToken) =>
        SendAsync("ListSecrets", request, SecretsManagerJson.Default.AwsList, SecretsManagerJson.Default.AwsSecretPage, cancellationToken);

    public async Task<AwsVersionPage> ListVersionsAsync(AwsListVersions request, CancellationToken cancellationToken) =>
        AwsReplies.Versions(
            request,
            await SendAsync(
                "ListSecretVersionIds",
                request,
                SecretsManagerJson.Default.AwsListVersions,
                SecretsManagerJson.Default.AwsVersionPage,
                cancellationToken
            )
        );

    public Task MoveStageAsync(AwsMoveStage request, CancellationToken cancellationToken) =>
        SendAsync(
            "UpdateSecretVersionStage",
            request,
            SecretsManagerJson.Default.AwsMoveStage,
            SecretsManagerJson.Default.AwsChanged,
            cancellationToken
        );

    public Task<AwsChanged> RotateAsync(AwsRotate request, CancellationToken cancellationToken) =>
        SendAsync("RotateSecret", request, SecretsManagerJson.Default.AwsRotate, SecretsManagerJson.Default.AwsChanged, cancellationToken);

    public Task DeleteAsync(AwsDelete request, CancellationToken cancellationToken) =>
        SendAsync("DeleteSecret", request, SecretsManagerJson.Default.AwsDelete, SecretsManagerJson.Default.AwsChanged, cancellationToken);

    public Task RestoreAsync(AwsSecretId request, CancellationToken cancellationToken) =>
        SendAsync(
            "RestoreSecret",
            request,
            SecretsManagerJson.Default.AwsSecretId,
            SecretsManagerJson.Default.AwsChanged,
            cancellationToken
        );

    public Task TagAsync(AwsTagging request, CancellationToken cancellationToken) =>
        SendAsync("TagResource", request, SecretsManagerJson.Default.AwsTagging, SecretsManagerJson.Default.AwsNothing, cancellationToken);

    public Task UntagAsync(AwsTagging request, CancellationToken cancellationToken) =>
        SendAsync(
            "UntagResource",
            request,
            SecretsManagerJson.Default.AwsTagging,
            SecretsManagerJson.Default.AwsNothing,
            cancellationToken
        );

    public Task<AwsResourcePolicy> GetPolicyAsync(AwsSecretId request, CancellationToken cancellationToken) =>
        SendAsync(
            "GetResourcePolicy",
            request,
            SecretsManagerJson.Default.AwsSecretId,
            SecretsManagerJson.Default.AwsResourcePolicy,
            cancellationToken
        );

    public Task PutPolicyAsync(AwsPutPolicy request, CancellationToken cancellationToken) =>
        SendAsync(
            "PutResourcePolicy",
            request,
            SecretsManagerJson.Default.AwsPutPolicy,
            SecretsManagerJson.Default.AwsChanged,
            cancellationToken
        );

    public Task DeletePolicyAsync(AwsSecretId request, CancellationToken cancellationToken) =>
        SendAsync(
            "DeleteResourcePolicy",
            request,
            SecretsManagerJson.Default.AwsSecretId,
            SecretsManagerJson.Default.AwsChanged,
            cancellationToken
        );

    private Task<TReply> SendAsync<TRequest, TReply>(
        string operation,
        TRequest body,
        JsonTypeInfo<TRequest> requestType,
        JsonTypeInfo<TReply> replyType,
        CancellationToken cancellationToken
    )
        where TReply : class, new() => SendJsonAsync("secretsmanager." + operation, body, requestType, replyType, cancellationToken);
}
