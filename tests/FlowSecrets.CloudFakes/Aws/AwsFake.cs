using System.Text.Json;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes;

/// <summary>AWS Secrets Manager (awsJson1.1) and STS's GetCallerIdentity on one port.</summary>
public sealed class AwsFake : CloudFake
{
    private readonly AwsFakeOptions _options;
    private readonly AwsStore _store;
    private readonly AwsHandlers _handlers;
    private readonly AwsQuotas _quotas = new();

    private AwsFake(AwsFakeOptions options)
        : base(options.Port)
    {
        _options = options;
        _store = new AwsStore(options.Account, () => Now);
        _handlers = new AwsHandlers(Denied);
    }

    public static async Task<AwsFake> StartAsync(AwsFakeOptions? options = null)
    {
        AwsFake fake = new(options ?? new AwsFakeOptions());
        await fake.ListenAsync();
        return fake;
    }

    /// <summary>A secret that is there from the start: no quota, no fault, no entry in the log.</summary>
    internal void Seed(string name, string value) => _store.Run(_options.Region, region => _handlers.Find("CreateSecret")!.Run(region, new JsonObject { ["Name"] = name, ["SecretString"] = value, ["ClientRequestToken"] = Guid.NewGuid().ToString() }));

    private protected override Call Route(ApiRequest request) => AwsCall.Of(request, _options.Region, _store.NameOf);

    private protected override Reply Answer(Call call)
    {
        AwsCall aws = (AwsCall)call;
        try
        {
            AwsSignature.Check(aws, _options, Now);
            if (aws.Operation == AwsSts.GetCallerIdentity)
            {
                return AwsSts.Identity(_options);
            }

            AwsHandler handler = _handlers.Find(aws.Operation) ?? throw AwsError.UnknownOperation();
            if (Denied(aws.Operation, aws.Secret, aws.SecretId ?? "*") is { } denied)
            {
                throw denied;
            }

            if (_options.Quotas && !_quotas.TryTake(aws.Region, aws.Operation, Now))
            {
                throw AwsError.Throttled();
            }

            return AwsReply.Of(_store.Run(aws.Region, region => handler.Run(region, aws.Body())), handler.Writes);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return AwsReply.Of(AwsError.Unreadable(), aws);
        }
        catch (AwsError error)
        {
            return AwsReply.Of(error, aws);
        }
    }

    private protected override Reply Failure(Fault fault, Call call) => AwsReply.Of(
        fault switch
        {
            Fault.Throttle => AwsError.Throttled(),
            Fault.Unavailable => new AwsError("ServiceUnavailableException", "Service is unavailable.", 503),
            _ => AwsError.Internal(),
        },
        (AwsCall)call);

    private AwsError? Denied(string operation, string? secret, string resource) =>
        Faults.DenialOf(operation, secret) is { } denial ? AwsError.Denied(_options.CallerArn, operation, resource, denial.Message) : null;
}
