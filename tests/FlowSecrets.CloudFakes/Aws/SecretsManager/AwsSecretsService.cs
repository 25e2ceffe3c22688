using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Kms;
using FlowSecrets.CloudFakes.Aws.Services;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Aws.SecretsManager;

/// <summary>Secrets Manager behind its quotas and its permissions.</summary>
internal sealed class AwsSecretsService(AwsStore store, AwsKms kms, AwsFakeOptions options) : IAwsService
{
    private readonly AwsHandlers _handlers = new(options.RotationFunction);
    private readonly AwsQuotas _quotas = new();

    public AwsHandler? Find(string operation) => _handlers.Find(operation);

    public Reply Answer(AwsVisit visit, AwsGate gate)
    {
        AwsCall call = visit.Call;
        AwsHandler handler = _handlers.Find(call.Operation) ?? throw AwsError.UnknownOperation();
        if (gate(call.Operation, call.Secret, call.SecretId ?? "*") is { } denied)
        {
            throw denied;
        }

        if (options.Quotas && !_quotas.TryTake(call.Region, call.Operation, visit.Now))
        {
            throw AwsError.Throttled();
        }

        string owner = (call.SecretId is { } id ? AwsArn.AccountIn(id) : null) ?? visit.Caller.Account;
        return AwsReply.Of(store.Run(owner, call.Region, region => Run(handler, visit, region, gate)), handler.Writes, call.Protocol);
    }

    private AwsResult Run(AwsHandler handler, AwsVisit visit, AwsRegion region, AwsGate gate)
    {
        JsonObject body = visit.Call.Body();
        AwsSecretAccess access = new(visit, kms);
        if (access.Refusal(region, visit.Call.Operation, visit.Call.SecretId, body) is { } refusal)
        {
            throw refusal;
        }

        if (options.ChecksPrincipals && body.Text("ResourcePolicy") is { } policy && AwsPrincipalCheck.NamesNobody(policy, visit.Directory))
        {
            throw new AwsError("MalformedPolicyDocumentException", "This resource policy contains an unsupported principal.");
        }

        AwsResult result = handler.Run(
            region,
            body,
            (operation, secret, resource) =>
                gate(operation, secret, resource) ?? access.Refusal(region.Of(resource), operation, resource, [])
        );
        if ((string?)result.Body?["ARN"] is { } arn)
        {
            visit.Touch("AWS::SecretsManager::Secret", arn);
        }

        return result;
    }
}
