using System.Text.RegularExpressions;
using Amazon.Runtime.CredentialManagement;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Transport;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Aws.Connection;

/// <summary>A region, the profile that was named, and the address when it is not AWS's own.</summary>
internal sealed partial record AwsPlace(string Region, string? Profile, Uri? Address)
{
    /// <summary>Those that tell who may read; each has a variable of its own.</summary>
    private static readonly string[] OtherServices = ["APPRUNNER", "CLOUDTRAIL", "ECS", "IAM", "KMS"];

    /// <summary>Where STS is asked; null: AWS's own address for the region.</summary>
    public Uri? IdentityAddress { get; private init; }

    private IReadOnlyDictionary<string, Uri> Others { get; init; } = new Dictionary<string, Uri>(StringComparer.Ordinal);

    /// <summary>Where another service is asked; null: AWS's own address. An emulator serves all at one.</summary>
    /// <param name="service">As its variable ends: IAM, KMS.</param>
    public Uri? AddressOf(string service) =>
        Address is not null && ServiceAddress.IsThisMachine(Address) ? Address : Others.GetValueOrDefault(service);

    /// <summary>Whether AWS's own address is the one that fulfils FIPS 140.</summary>
    public bool Fips { get; private init; }

    /// <exception cref="FlowSecretException">NoRegion, BadArgument, EndpointNotAllowed, NotAuthenticated (no such profile).</exception>
    public static AwsPlace Find(StoreSelection selection, Func<string, string?> environment)
    {
        string? named = selection.Profile ?? environment("AWS_PROFILE");
        CredentialProfile? profile = new CredentialProfileStoreChain().TryGetProfile(named ?? "default", out CredentialProfile? found)
            ? found
            : null;
        if (named is not null && profile is null)
        {
            throw new FlowSecretException(
                ErrorIds.NotAuthenticated,
                named,
                $"There is no profile '{RemoteText.Clean(named)}' in the AWS configuration",
                $"See which there are: aws configure list-profiles; or make it: aws configure --profile NAME"
            );
        }

        string region =
            selection.Region
            ?? environment("AWS_REGION")
            ?? environment("AWS_DEFAULT_REGION")
            ?? profile?.Region?.SystemName
            ?? throw new FlowSecretException(
                ErrorIds.NoRegion,
                StoreKind.Aws.ToString(),
                "No AWS region is set",
                "Name it: Connect-FlowSecretStore -Store Aws -Region YOUR_REGION; or 'region' in the catalog's environment, AWS_REGION, "
                    + "or: aws configure set region YOUR_REGION"
            );
        if (!RegionName().IsMatch(region))
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                region,
                $"'{RemoteText.Clean(region)}' is no region of AWS",
                "Use one such as eu-west-1."
            );
        }

        Uri? address = FindAddress(selection, profile, environment);
        return new AwsPlace(region, named, address)
        {
            IdentityAddress = FindIdentityAddress(address, selection, environment),
            Fips = WantsFips(profile, environment),
            Others = OtherServices
                .Select(s => (Service: s, Address: FromVariables(["AWS_ENDPOINT_URL_" + s, "AWS_ENDPOINT_URL"], selection, environment)))
                .Where(static o => o.Address is not null)
                .ToDictionary(static o => o.Service, static o => o.Address!, StringComparer.Ordinal),
        };
    }

    private static bool WantsFips(CredentialProfile? profile, Func<string, string?> environment) =>
        environment("AWS_USE_FIPS_ENDPOINT") is { } said
            ? string.Equals(said, "true", StringComparison.OrdinalIgnoreCase)
            : profile?.UseFIPSEndpoint == true;

    /// <summary>An emulator serves all services at one address. Otherwise the variables hold, as checked as the other address is.</summary>
    private static Uri? FindIdentityAddress(Uri? address, StoreSelection selection, Func<string, string?> environment)
    {
        if (address is not null && ServiceAddress.IsThisMachine(address))
        {
            return address;
        }

        return FromVariables(["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"], selection, environment);
    }

    private static Uri? FromVariables(string[] variables, StoreSelection selection, Func<string, string?> environment) =>
        !Ignores(environment) && variables.FirstOrDefault(v => environment(v) is not null) is { } variable
            ? ServiceAddress.Parse(environment(variable)!, variable, selection.AllowUnencryptedEndpoint)
            : null;

    private static bool Ignores(Func<string, string?> environment) =>
        string.Equals(environment("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), "true", StringComparison.OrdinalIgnoreCase);

    private static Uri? FindAddress(StoreSelection selection, CredentialProfile? profile, Func<string, string?> environment)
    {
        if (selection.Endpoint is { } given)
        {
            return ServiceAddress.Parse(given, "-Endpoint", selection.AllowUnencryptedEndpoint);
        }

        if (FromVariables(["AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_ENDPOINT_URL"], selection, environment) is { } address)
        {
            return address;
        }

        if (
            profile is null
            || Ignores(environment)
            || profile.IgnoreConfiguredEndpointUrls == true
            || (profile.EndpointUrl ?? profile.Services) is null
        )
        {
            return null;
        }

        // Only the vendor's own configuration reads the section of services that a profile may name.
        string? configured = new SecretsManagerConfig("us-east-1", null)
        {
            Profile = new Amazon.Profile(profile.Name),
            IgnoreConfiguredEndpointUrls = false,
        }.ServiceURL;
        return configured is null
            ? null
            : ServiceAddress.Parse(configured, $"endpoint_url of the profile '{profile.Name}'", selection.AllowUnencryptedEndpoint);
    }

    [GeneratedRegex(@"\A[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}\z", RegexOptions.ExplicitCapture)]
    private static partial Regex RegionName();
}
