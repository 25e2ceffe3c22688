using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.Runtime.Credentials;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using FlowSecrets.Model;
using FlowSecrets.Processes;

namespace FlowSecrets.Providers.Aws.Connection;

/// <summary>An account, and who in it.</summary>
internal sealed record AwsCallerIdentity(string Account, string Arn);

/// <summary>
/// Who asks: a profile that was named, the keys in the environment, AWS_PROFILE, else the vendor's whole chain (web identity, single
/// sign-on, assumed roles, container and instance). Finding out leaves the machine, so it happens at the first call.
/// </summary>
internal sealed class AwsIdentity
{
    private static readonly TimeSpan CallerPatience = TimeSpan.FromSeconds(4);

    /// <summary>Many refused calls would else each wait for a service that does not answer.</summary>
    private static readonly TimeSpan UnknownHolds = TimeSpan.FromSeconds(30);

    private readonly AwsPlace _place;
    private readonly Func<AWSCredentials> _find;
    private readonly Lock _gate = new();
    private Task<AWSCredentials>? _credentials;
    private AwsCallerIdentity? _caller;
    private Task? _asking;
    private long _asked;

    private AwsIdentity(AwsPlace place, string text, string key, Func<AWSCredentials> find) =>
        (_place, Text, CacheKey, _find) = (place, text, key, find);

    /// <summary>Where the credentials come from.</summary>
    public string Text { get; }

    /// <summary>Differs when the credentials do.</summary>
    public string CacheKey { get; }

    /// <summary>The file with a web identity's token, and the role that it is to become; null: it is no such identity.</summary>
    public (string TokenFile, string Role)? WebIdentity { get; private init; }

    /// <summary>The profile that AWS_PROFILE names while keys in variables are used; null: none.</summary>
    public string? PassedOver { get; private init; }

    public AwsCallerIdentity? Caller => Volatile.Read(ref _caller);

    public static AwsIdentity Find(StoreSelection selection, AwsPlace place, Func<string, string?> environment)
    {
        if (selection.Profile is null && environment("AWS_ACCESS_KEY_ID") is { } id && environment("AWS_SECRET_ACCESS_KEY") is { } key)
        {
            string? session = environment("AWS_SESSION_TOKEN");
            string fingerprint = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{id}\n{key}\n{session}")));
            return new AwsIdentity(
                place,
                "keys of AWS_ACCESS_KEY_ID",
                fingerprint,
                () => session is null ? new BasicAWSCredentials(id, key) : new SessionAWSCredentials(id, key, session)
            )
            {
                PassedOver = environment("AWS_PROFILE"),
            };
        }

        if (place.Profile is { } profile)
        {
            return new AwsIdentity(
                place,
                $"profile {profile}",
                profile + Sources(environment),
                () =>
                    new CredentialProfileStoreChain().TryGetAWSCredentials(profile, out AWSCredentials found)
                        ? Shielded(found, profile)
                        : throw new AmazonClientException("The profile holds no credentials.")
            );
        }

        // A chain of its own: the process's keeps what it found first, whatever has changed since. It lives as long as the credentials.
        return new AwsIdentity(
            place,
            "default credentials",
            Sources(environment),
            () =>
                Shielded(
                    new DefaultAWSCredentialsIdentityResolver().ResolveIdentity(new SecretsManagerConfig(place.Region, place.Address)),
                    "default"
                )
        )
        {
            WebIdentity =
                environment("AWS_WEB_IDENTITY_TOKEN_FILE") is { } file && environment("AWS_ROLE_ARN") is { } role ? (file, role) : null,
        };
    }

    /// <summary>
    /// The same credentials, but the SDK starts a profile's credential_process without the variables that open a local store, also when a
    /// role's source profile names it.
    /// </summary>
    /// <param name="profile">Where they come from, if they come from a profile.</param>
    private static AWSCredentials Shielded(AWSCredentials found, string profile)
    {
        CredentialProfileOptions? options = new CredentialProfileStoreChain().TryGetProfile(profile, out CredentialProfile its)
            ? its.Options
            : null;
        switch (found)
        {
            case ProcessAWSCredentials when options?.CredentialProcess is { } command:
                return new ProcessAWSCredentials(PassphraseVariables.RemoveBefore(command), options.AwsAccountId);
            case AssumeRoleAWSCredentials { SourceCredentials: ProcessAWSCredentials or AssumeRoleAWSCredentials } role
                when options?.SourceProfile is { } source && source != profile:
                AWSCredentials own = Shielded(role.SourceCredentials, source);
                return own == role.SourceCredentials
                    ? role
                    : new AssumeRoleAWSCredentials(own, role.RoleArn, role.RoleSessionName, role.Options);
            case ProcessAWSCredentials:
                throw new AmazonClientException("The profile of the process is not known.");
            default:
                return found;
        }
    }

    /// <summary>Differs when the files or the variables do that say who asks: a login that was changed is another one.</summary>
    private static string Sources(Func<string, string?> environment)
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        IEnumerable<string> files = new[]
        {
            (Variable: "AWS_SHARED_CREDENTIALS_FILE", Name: "credentials"),
            (Variable: "AWS_CONFIG_FILE", Name: "config"),
        }
            .Select(f => environment(f.Variable) ?? Path.Combine(home, ".aws", f.Name))
            .Select(static f => new FileInfo(f))
            .Select(static f => f.Exists ? $"{f.FullName} {f.LastWriteTimeUtc.Ticks} {f.Length}" : f.FullName);
        IEnumerable<string?> variables = new[]
        {
            "AWS_ROLE_ARN",
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        }.Select(environment);
        return string.Join('\n', files.Concat(variables));
    }

    /// <summary>
    /// The credentials; they renew themselves. A metadata service that hangs heeds no token, so it is left behind when this is cancelled.
    /// </summary>
    /// <exception cref="AwsCredentialsException">There are none, or whoever gives them did not.</exception>
    public async Task<AWSCredentials> CredentialsAsync(CancellationToken cancellationToken)
    {
        Task<AWSCredentials> finding;
        lock (_gate)
        {
            if (_credentials is null or { IsFaulted: true } or { IsCanceled: true })
            {
                _credentials = Task.Run(FindAsync, CancellationToken.None);
            }

            finding = _credentials;
        }

        return await finding.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Asks STS who this is, once for all who want to know; needs no permission. Null where it cannot be found out in time, which holds for
    /// a while.
    /// </summary>
    public async Task<AwsCallerIdentity?> CallerAsync(CancellationToken cancellationToken)
    {
        if (Caller is { } known)
        {
            return known;
        }

        Task asking;
        lock (_gate)
        {
            if (_asking is null || (_asking.IsCompleted && Stopwatch.GetElapsedTime(_asked) > UnknownHolds))
            {
                _asked = Stopwatch.GetTimestamp();
                _asking = Task.Run(AskAsync, CancellationToken.None);
            }

            asking = _asking;
        }

        await asking.WaitAsync(cancellationToken);
        return Caller;
    }

    private async Task<AWSCredentials> FindAsync()
    {
        try
        {
            AWSCredentials found = _find();
            await found.GetCredentialsAsync();
            return found;
        }
        catch (Exception e)
        {
            // Whatever it is, it is about the credentials, and nothing was sent to the service. Some texts quote what a program or a server
            // said.
            throw new AwsCredentialsException(e);
        }
    }

    private async Task AskAsync()
    {
        using CancellationTokenSource limit = new(CallerPatience);
        try
        {
            AmazonSecurityTokenServiceConfig config = new()
            {
                RegionEndpoint = RegionEndpoint.GetBySystemName(_place.Region),
                IgnoreConfiguredEndpointUrls = true,
                MaxErrorRetry = 1,
                AllowAutoRedirect = false,
                HttpClientFactory = AwsTransport.Shared,
            };
            if (_place.IdentityAddress is { } address)
            {
                config.ServiceURL = address.AbsoluteUri;
                config.AuthenticationRegion = _place.Region;
            }

            using AmazonSecurityTokenServiceClient sts = new(await CredentialsAsync(limit.Token), config);
            GetCallerIdentityResponse reply = await sts.GetCallerIdentityAsync(new GetCallerIdentityRequest(), limit.Token)
                .WaitAsync(limit.Token);
            Volatile.Write(ref _caller, new AwsCallerIdentity(reply.Account, reply.Arn));
        }
        catch (Exception)
        {
            // Whatever it is: the call itself says what is wrong with the credentials.
        }
    }
}

/// <summary>No credentials could be had.</summary>
internal sealed class AwsCredentialsException(Exception inner) : AmazonClientException("No credentials.", inner);
