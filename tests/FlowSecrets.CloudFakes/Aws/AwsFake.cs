using System.Text.Json;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.AppRunner;
using FlowSecrets.CloudFakes.Aws.Ecs;
using FlowSecrets.CloudFakes.Aws.Iam;
using FlowSecrets.CloudFakes.Aws.Kms;
using FlowSecrets.CloudFakes.Aws.SecretsManager;
using FlowSecrets.CloudFakes.Aws.Services;
using FlowSecrets.CloudFakes.Aws.Sts;
using FlowSecrets.CloudFakes.Aws.Workloads;
using FlowSecrets.CloudFakes.Faults;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Aws;

/// <summary>AWS on one port: Secrets Manager, and what decides who may use it.</summary>
public sealed class AwsFake : CloudFake
{
    private readonly Lock _lock = new();
    private readonly AwsFakeOptions _options;
    private readonly AwsStore _store;
    private readonly AwsSecretsService _secrets;
    private readonly AwsTrail _trail;
    private readonly Dictionary<AwsProtocol, IAwsService> _services;

    private AwsFake(AwsFakeOptions options)
        : base(options.Port)
    {
        _options = options;
        _store = new AwsStore(_lock, options.Account, () => Now);
        _trail = new AwsTrail(_lock);
        Iam = new AwsIam(new AwsDirectory(_lock, () => Now), options.Account);
        Iam.AddAdministrator(options.CallerArn);
        Kms = new AwsKms(_lock, options, () => Now);
        Workloads = new AwsWorkloads(_lock, options, () => Now);
        _secrets = new AwsSecretsService(_store, Kms, options);
        _services = new Dictionary<AwsProtocol, IAwsService>
        {
            [AwsProtocol.Secrets] = _secrets,
            [AwsProtocol.Sts] = AwsStsOperations.Service(_lock),
            [AwsProtocol.Iam] = AwsIamOperations.Service(_lock),
            [AwsProtocol.Kms] = new AwsKmsOperations(Kms).Service(_lock),
            [AwsProtocol.AppRunner] = new AwsAppRunnerOperations(Workloads).Service(_lock),
            [AwsProtocol.Ecs] = new AwsEcsOperations(Workloads).Service(_lock),
            [AwsProtocol.CloudTrail] = new AwsTrailOperations(_trail).Service(_lock),
        };
    }

    public AwsIam Iam { get; }

    public AwsKms Kms { get; }

    public AwsWorkloads Workloads { get; }

    public static async Task<AwsFake> StartAsync(AwsFakeOptions? options = null)
    {
        AwsFake fake = new(options ?? new AwsFakeOptions());
        await fake.ListenAsync();
        return fake;
    }

    /// <summary>A secret that is there from the start: no quota, no fault, no entry in the log.</summary>
    internal void Seed(string name, string value) =>
        _store.Run(
            _options.Account,
            _options.Region,
            region =>
                _secrets
                    .Find("CreateSecret")!
                    .Run(
                        region,
                        new JsonObject
                        {
                            ["Name"] = name,
                            ["SecretString"] = value,
                            ["ClientRequestToken"] = Guid.NewGuid().ToString(),
                        },
                        static (_, _, _) => null
                    )
        );

    private protected override Call Route(ApiRequest request) => AwsCall.Of(request, _options.Region, _store.NameOf);

    private protected override Reply Answer(Call call)
    {
        AwsCall aws = (AwsCall)call;
        try
        {
            AwsVisit visit = Visit(aws);
            Reply reply = _services[aws.Protocol]
                .Answer(visit, (operation, secret, resource) => Denied(visit, operation, secret, resource));
            if (reply.Applied)
            {
                _trail.Record(visit);
            }

            return reply;
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

    private protected override Reply Failure(Fault fault, Call call) =>
        AwsReply.Of(
            fault switch
            {
                Fault.Throttle => AwsError.Throttled(),
                Fault.Unavailable => new AwsError("ServiceUnavailableException", "Service is unavailable.", 503),
                _ => AwsError.Internal(),
            },
            (AwsCall)call
        );

    private AwsVisit Visit(AwsCall call)
    {
        lock (_lock)
        {
            AwsCaller caller =
                AwsSignature.Check(call, _options, Iam.Directory.CallerOf, Now)
                ?? new AwsCaller(_options.CallerArn, _options.CallerArn, _options.Account, "AIDAFLOWSECRETSTESTER", null);
            return new AwsVisit(call, caller, AwsVisit.ContextOf(caller, call.Region, Iam.SourceIp, Now), Iam.Directory);
        }
    }

    private AwsError? Denied(AwsVisit visit, string operation, string? secret, string resource)
    {
        // Nobody can be kept from asking who they are.
        if (operation == AwsCall.WhoAmI || Faults.DenialOf(operation, secret) is not { } denial)
        {
            return null;
        }

        string action = $"{visit.Call.Protocol.Action}:{operation[(operation.IndexOf('.') + 1)..]}";
        return denial.Message is { } message
            ? AwsError.Denied(visit.Call, message)
            : visit.Denied(resource, $"because no identity-based policy allows the {action} action", action);
    }
}
