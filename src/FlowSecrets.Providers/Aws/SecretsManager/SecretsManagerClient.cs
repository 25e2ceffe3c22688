using System.Text.Json.Serialization.Metadata;
using Amazon.Runtime;

namespace FlowSecrets.Providers.Aws;

/// <summary>Secrets Manager.</summary>
internal sealed class SecretsManagerClient(AWSCredentials credentials, SecretsManagerConfig config)
    : AwsServiceClient(credentials, config),
        ISecretsManager
{
    public Task<AwsChanged> CreateAsync(AwsCreate request, CancellationToken cancellationToken) =>
        SendAsync("CreateSecret", request, AwsJson.Default.AwsCreate, AwsJson.Default.AwsChanged, cancellationToken);

    public Task<AwsChanged> PutAsync(AwsPut request, CancellationToken cancellationToken) =>
        SendAsync("PutSecretValue", request, AwsJson.Default.AwsPut, AwsJson.Default.AwsChanged, cancellationToken);

    public Task<AwsValue> GetAsync(AwsGet request, CancellationToken cancellationToken) =>
        SendAsync("GetSecretValue", request, AwsJson.Default.AwsGet, AwsJson.Default.AwsValue, cancellationToken);

    public Task<AwsBatch> BatchGetAsync(AwsBatchGet request, CancellationToken cancellationToken) =>
        SendAsync("BatchGetSecretValue", request, AwsJson.Default.AwsBatchGet, AwsJson.Default.AwsBatch, cancellationToken);

    public Task<AwsSecret> DescribeAsync(AwsSecretId request, CancellationToken cancellationToken) =>
        SendAsync("DescribeSecret", request, AwsJson.Default.AwsSecretId, AwsJson.Default.AwsSecret, cancellationToken);

    public Task<AwsSecretPage> ListAsync(AwsList request, CancellationToken cancellationToken) =>
        SendAsync("ListSecrets", request, AwsJson.Default.AwsList, AwsJson.Default.AwsSecretPage, cancellationToken);

    public Task<AwsVersionPage> ListVersionsAsync(AwsListVersions request, CancellationToken cancellationToken) =>
        SendAsync("ListSecretVersionIds", request, AwsJson.Default.AwsListVersions, AwsJson.Default.AwsVersionPage, cancellationToken);

    public Task MoveStageAsync(AwsMoveStage request, CancellationToken cancellationToken) =>
        SendAsync("UpdateSecretVersionStage", request, AwsJson.Default.AwsMoveStage, AwsJson.Default.AwsChanged, cancellationToken);

    public Task<AwsChanged> RotateAsync(AwsRotate request, CancellationToken cancellationToken) =>
        SendAsync("RotateSecret", request, AwsJson.Default.AwsRotate, AwsJson.Default.AwsChanged, cancellationToken);

    public Task DeleteAsync(AwsDelete request, CancellationToken cancellationToken) =>
        SendAsync("DeleteSecret", request, AwsJson.Default.AwsDelete, AwsJson.Default.AwsChanged, cancellationToken);

    public Task RestoreAsync(AwsSecretId request, CancellationToken cancellationToken) =>
        SendAsync("RestoreSecret", request, AwsJson.Default.AwsSecretId, AwsJson.Default.AwsChanged, cancellationToken);

    public Task TagAsync(AwsTagging request, CancellationToken cancellationToken) =>
        SendAsync("TagResource", request, AwsJson.Default.AwsTagging, AwsJson.Default.AwsNothing, cancellationToken);

    public Task UntagAsync(AwsTagging request, CancellationToken cancellationToken) =>
        SendAsync("UntagResource", request, AwsJson.Default.AwsTagging, AwsJson.Default.AwsNothing, cancellationToken);

    public Task<AwsResourcePolicy> GetPolicyAsync(AwsSecretId request, CancellationToken cancellationToken) =>
        SendAsync("GetResourcePolicy", request, AwsJson.Default.AwsSecretId, AwsJson.Default.AwsResourcePolicy, cancellationToken);

    public Task PutPolicyAsync(AwsPutPolicy request, CancellationToken cancellationToken) =>
        SendAsync("PutResourcePolicy", request, AwsJson.Default.AwsPutPolicy, AwsJson.Default.AwsChanged, cancellationToken);

    public Task DeletePolicyAsync(AwsSecretId request, CancellationToken cancellationToken) =>
        SendAsync("DeleteResourcePolicy", request, AwsJson.Default.AwsSecretId, AwsJson.Default.AwsChanged, cancellationToken);

    private Task<TReply> SendAsync<TRequest, TReply>(
        string operation,
        TRequest body,
        JsonTypeInfo<TRequest> requestType,
        JsonTypeInfo<TReply> replyType,
        CancellationToken cancellationToken
    )
        where TReply : class, new() => SendJsonAsync("secretsmanager." + operation, body, requestType, replyType, cancellationToken);
}
