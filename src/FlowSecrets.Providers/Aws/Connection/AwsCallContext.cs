using System.Text.RegularExpressions;
using Amazon.Runtime.Internal.Endpoints.StandardLibrary;
using FlowSecrets.Model;

namespace FlowSecrets.Providers.Aws.Connection;

/// <summary>Where a call goes and who makes it, as its errors name them.</summary>
internal sealed partial class AwsCallContext(Func<string?, Place> place, AwsPlace at, AwsIdentity identity)
{
    /// <summary>Who makes the calls, as far as it is known.</summary>
    public string Who => identity.Caller?.Arn ?? identity.Text;

    public Place PlaceOf(AwsCall call) => place(call.Secret);

    /// <summary>An ARN's region is followed.</summary>
    public string RegionOf(AwsCall call) => call.Secret?.Split(':') is ["arn", _, _, { Length: > 0 } region, ..] ? region : at.Region;

    public string HostOf(AwsCall call)
    {
        if (call.IsOfSecrets)
        {
            return (at.Address ?? SecretsManagerConfig.AddressOf(RegionOf(call), at.Fips)).Host;
        }

        string service = call.FullAction[..call.FullAction.IndexOf(':')];
        return at.AddressOf(service.ToUpperInvariant())?.Host ?? $"{service}.{at.Region}";
    }

    /// <summary>What a policy that allows a call names.</summary>
    public string ResourceOf(AwsCall call)
    {
        if (call.Resource is { } resource)
        {
            return resource;
        }

        if (call.Secret is not { } secret || call.Action is "ListSecrets" or "BatchGetSecretValue")
        {
            return "*";
        }

        if (secret.StartsWith("arn:", StringComparison.Ordinal))
        {
            return EndsAsArn().IsMatch(secret) ? secret : secret + "-??????";
        }

        string partition = Fn.Partition(at.Region).name;
        return $"arn:{partition}:secretsmanager:{at.Region}:{identity.Caller?.Account ?? "*"}:secret:{secret}"
            + $"{(call.Action == "CreateSecret" ? "*" : "-??????")}";
    }

    [GeneratedRegex(@"-[A-Za-z0-9]{6}\z")]
    private static partial Regex EndsAsArn();
}
