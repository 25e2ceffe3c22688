using FlowSecrets.CloudFakes.Gcp.Services;

namespace FlowSecrets.CloudFakes.Gcp;

/// <summary>Which APIs the projects have: all, until one is disabled. Names with or without .googleapis.com.</summary>
public sealed class GcpApis
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _disabled = new(StringComparer.Ordinal);

    internal GcpApis(IEnumerable<string> disabled) => _disabled.UnionWith(disabled.Select(Full));

    public void Disable(string service)
    {
        lock (_lock)
        {
            _disabled.Add(Full(service));
        }
    }

    public void Enable(string service)
    {
        lock (_lock)
        {
            _disabled.Remove(Full(service));
        }
    }

    public bool Contains(string service)
    {
        lock (_lock)
        {
            return !_disabled.Contains(Full(service));
        }
    }

    internal bool Contains(GcpService service) => Contains(service.Name);

    private static string Full(string service) => service.Contains('.', StringComparison.Ordinal) ? service : service + ".googleapis.com";
}
