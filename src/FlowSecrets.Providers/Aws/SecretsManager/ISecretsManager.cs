namespace FlowSecrets.Providers.Aws.SecretsManager;

/// <summary>
/// The calls of Secrets Manager that are used here, one try each. The vendor's own client can take this place in one file.
/// </summary>
internal interface ISecretsManager
{
    Task<AwsChanged> CreateAsync(AwsCreate request, CancellationToken cancellationToken);

    Task<AwsChanged> PutAsync(AwsPut request, CancellationToken cancellationToken);

    Task<AwsValue> GetAsync(AwsGet request, CancellationToken cancellationToken);

    Task<AwsBatch> BatchGetAsync(AwsBatchGet request, CancellationToken cancellationToken);

    Task<AwsSecret> DescribeAsync(AwsSecretId request, CancellationToken cancellationToken);

    Task<AwsSecretPage> ListAsync(AwsList request, CancellationToken cancellationToken);

    Task<AwsVersionPage> ListVersionsAsync(AwsListVersions request, CancellationToken cancellationToken);

    Task MoveStageAsync(AwsMoveStage request, CancellationToken cancellationToken);

    Task<AwsChanged> RotateAsync(AwsRotate request, CancellationToken cancellationToken);

    Task DeleteAsync(AwsDelete request, CancellationToken cancellationToken);

    Task RestoreAsync(AwsSecretId request, CancellationToken cancellationToken);

    Task TagAsync(AwsTagging request, CancellationToken cancellationToken);

    Task UntagAsync(AwsTagging request, CancellationToken cancellationToken);

    Task<AwsResourcePolicy> GetPolicyAsync(AwsSecretId request, CancellationToken cancellationToken);

    Task PutPolicyAsync(AwsPutPolicy request, CancellationToken cancellationToken);

    Task DeletePolicyAsync(AwsSecretId request, CancellationToken cancellationToken);
}
