using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.SecretsManager;
using FlowSecrets.CloudFakes.Aws.Services;

namespace FlowSecrets.CloudFakes.Aws;

/// <summary>What an operation answers; a null body: the operation has no output.</summary>
internal sealed record AwsResult(JsonObject? Body, bool Changed = true);

/// <summary>
/// One operation, run under the store's lock; the gate is for those that do another one's work. Writes: it may change something.
/// </summary>
internal sealed record AwsHandler(bool Writes, Func<AwsRegion, JsonObject, AwsGate, AwsResult> Run);

/// <summary>The operations by their names.</summary>
internal sealed class AwsHandlers
{
    private readonly Dictionary<string, AwsHandler> _handlers = new(StringComparer.Ordinal);

    /// <param name="function">Null: nothing rotates.</param>
    public AwsHandlers(AwsRotationFunction? function)
    {
        Read(
            "DescribeSecret",
            (region, body) =>
            {
                AwsRotationOperations.Look(region, body, function);
                return AwsSecretOperations.Describe(region, body);
            }
        );
        Read("ListSecrets", AwsListOperations.List);
        Read("GetSecretValue", AwsValueOperations.Get);
        _handlers.Add("BatchGetSecretValue", new AwsHandler(false, AwsBatchOperation.Get));
        Read("ListSecretVersionIds", AwsStageOperations.List);
        Read("GetResourcePolicy", AwsPolicyOperations.Get);
        Read("ValidateResourcePolicy", AwsPolicyOperations.Validate);
        Read("GetRandomPassword", AwsPasswordOperation.Make);
        Write("CreateSecret", AwsSecretOperations.Create);
        Write("UpdateSecret", AwsSecretOperations.Update);
        Write("DeleteSecret", AwsSecretOperations.Delete);
        Write("RestoreSecret", AwsSecretOperations.Restore);
        Write("PutSecretValue", AwsValueOperations.Put);
        Write("UpdateSecretVersionStage", AwsStageOperations.Move);
        Write("TagResource", AwsTagOperations.Tag);
        Write("UntagResource", AwsTagOperations.Untag);
        Write("PutResourcePolicy", AwsPolicyOperations.Put);
        Write("DeleteResourcePolicy", AwsPolicyOperations.Delete);
        Write("ReplicateSecretToRegions", AwsReplicationOperations.Replicate);
        Write("RemoveRegionsFromReplication", AwsReplicationOperations.Remove);
        Write("StopReplicationToReplica", AwsReplicationOperations.Stop);
        Write("RotateSecret", (region, body) => AwsRotationOperations.Rotate(region, body, function));
        Write("CancelRotateSecret", AwsRotationOperations.Cancel);
    }

    public AwsHandler? Find(string operation) => _handlers.GetValueOrDefault(operation);

    private void Read(string operation, Func<AwsRegion, JsonObject, AwsResult> run) =>
        _handlers.Add(operation, new AwsHandler(false, (region, body, _) => run(region, body)));

    private void Write(string operation, Func<AwsRegion, JsonObject, AwsResult> run) =>
        _handlers.Add(operation, new AwsHandler(true, (region, body, _) => run(region, body)));
}
