using System.Text.RegularExpressions;
using Amazon.Runtime.CredentialManagement;
using FlowSecrets.Transport;

namespace FlowSecrets.Providers.Aws;

/// <summary>A region, the profile that was named, and the address when it is not AWS's own.</summary>
internal sealed partial record AwsPlace(string Region, string? Profile, Uri? Address)
{
    /// <summary>Where STS is asked: an emulator serves all services at one address.</summary>
    public Uri? IdentityAddress => Address is not null && ServiceAddress.IsThisMachine(Address) ? Address : null;

    /// <exception cref="FlowSecretException">NoRegion, BadArgument, EndpointNotAllowed, NotAuthenticated (no such profile).</exception>
    public static AwsPlace Find(StoreSelection selection, Func<string, string?> environment)
    {
        string? named = selection.Profile ?? environment("AWS_PROFILE");
        CredentialProfile? profile = new CredentialProfileStoreChain().TryGetProfile(named ?? "default", out CredentialProfile? found) ? found : null;
        if (named is not null && profile is null)
        {
            throw new FlowSecretException(
                ErrorIds.NotAuthenticated,
                FlowErrorCategory.AuthenticationError,
                named,
                $"There is no profile '{named}' in the AWS configuration",
                $"See which there are: aws configure list-profiles; or make it: aws configure --profile {named}");
        }

        string region = selection.Region
            ?? environment("AWS_REGION")
            ?? environment("AWS_DEFAULT_REGION")
            ?? profile?.Region?.SystemName
            ?? throw new FlowSecretException(
                ErrorIds.NoRegion,
                FlowErrorCategory.InvalidArgument,
                StoreKind.Aws.ToString(),
                "No AWS region is set",
                "Name it: Connect-FlowSecretStore -Store Aws -Region YOUR_REGION; or 'region' in the catalog's environment, AWS_REGION, or: aws configure set region YOUR_REGION");
        if (!RegionName().IsMatch(region))
        {
            throw new FlowSecretException(ErrorIds.BadArgument, FlowErrorCategory.InvalidArgument, region, $"'{region}' is no region of AWS", "Use one such as eu-west-1.");
        }

        return new AwsPlace(region, named, FindAddress(selection, profile, environment));
    }

    private static Uri? FindAddress(StoreSelection selection, CredentialProfile? profile, Func<string, string?> environment)
    {
        if (selection.Endpoint is { } given)
        {
            return ServiceAddress.Parse(given, "-Endpoint", selection.AllowUnencryptedEndpoint);
        }

        if (environment("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") == "true")
        {
            return null;
        }

        foreach (string variable in new[] { "AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_ENDPOINT_URL" })
        {
            if (environment(variable) is { } text)
            {
                return ServiceAddress.Parse(text, variable, selection.AllowUnencryptedEndpoint);
            }
        }

        if (profile is null || profile.IgnoreConfiguredEndpointUrls == true || (profile.EndpointUrl ?? profile.Services) is null)
        {
            return null;
        }

        // Only the vendor's own configuration reads the section of services that a profile may name.
        string? configured = new SecretsManagerConfig("us-east-1", null) { Profile = new Amazon.Profile(profile.Name), IgnoreConfiguredEndpointUrls = false }.ServiceURL;
        return configured is null ? null : ServiceAddress.Parse(configured, $"endpoint_url of the profile '{profile.Name}'", selection.AllowUnencryptedEndpoint);
    }

    [GeneratedRegex(@"\A[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}\z", RegexOptions.ExplicitCapture)]
    private static partial Regex RegionName();
}
