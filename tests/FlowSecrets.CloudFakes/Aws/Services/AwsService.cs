using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Aws.Services;

/// <summary>Tells whether the fault plan refuses something: operation, secret, the resource as it was named.</summary>
internal delegate AwsError? AwsGate(string operation, string? secret, string resource);

/// <summary>A service on the fake's port.</summary>
internal interface IAwsService
{
    Reply Answer(AwsVisit visit, AwsGate gate);
}

/// <summary>The operations of a service beside Secrets Manager. Each is run under the lock and asks for its permission itself.</summary>
internal sealed class AwsService(Lock @lock) : IAwsService
{
    private readonly Dictionary<string, (bool Writes, Func<AwsVisit, Reply> Run)> _operations = new(StringComparer.Ordinal);

    public AwsService Read(string operation, Func<AwsVisit, Reply> run)
    {
        _operations.Add(operation, (false, run));
        return this;
    }

    public AwsService Write(string operation, Func<AwsVisit, Reply> run)
    {
        _operations.Add(operation, (true, run));
        return this;
    }

    public Reply Answer(AwsVisit visit, AwsGate gate)
    {
        if (!_operations.TryGetValue(visit.Call.Name, out (bool Writes, Func<AwsVisit, Reply> Run) operation))
        {
            throw visit.Call.IsXml
                ? new AwsError("InvalidAction", $"Could not find operation {visit.Call.Name} for version {visit.Call.Protocol.Version}")
                : AwsError.UnknownOperation();
        }

        if (gate(visit.Call.Operation, null, "*") is { } denied)
        {
            throw denied;
        }

        lock (@lock)
        {
            Reply reply = operation.Run(visit);
            return reply with { Applied = operation.Writes };
        }
    }
}
