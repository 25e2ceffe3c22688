using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Gcp;

namespace FlowSecrets.CloudFakes.Program;

/// <summary>Where the fakes listen: lines for a person to paste, and a file for a program.</summary>
internal static class Announcement
{
    /// <summary>The other APIs that the Google fake serves, as gcloud calls them.</summary>
    private static readonly string[] OtherApis =
    [
        "CLOUDRESOURCEMANAGER",
        "IAM",
        "IAMCREDENTIALS",
        "CLOUDKMS",
        "SERVICEUSAGE",
        "POLICYTROUBLESHOOTER",
        "RUN",
        "LOGGING",
    ];

    public static async Task WriteAsync(FakeArguments arguments, GcpFake? gcp, AwsFake? aws)
    {
        if (gcp is not null)
        {
            await Console.Out.WriteLineAsync(
                $"""
                # Google Secret Manager (in memory). Paste into pwsh:
                $env:CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER = '{gcp.Endpoint}'
                {string.Join(Environment.NewLine, OtherApis.Select(a => $"$env:CLOUDSDK_API_ENDPOINT_OVERRIDES_{a} = '{gcp.Endpoint}'"))}
                $env:GOOGLE_CLOUD_PROJECT = $env:CLOUDSDK_CORE_PROJECT = 'flow-test'
                # gcloud also wants a token, in a file: any is the owner's; as:user:dev@example.com is that user's,
                # who may do what policies say:
                $env:CLOUDSDK_AUTH_ACCESS_TOKEN_FILE = New-TemporaryFile; 'any' | Set-Content $env:CLOUDSDK_AUTH_ACCESS_TOKEN_FILE
                """
            );
        }

        if (aws is not null)
        {
            await Console.Out.WriteLineAsync(
                $"""
                # AWS Secrets Manager (in memory). Paste into pwsh:
                $env:AWS_ENDPOINT_URL = '{Address(aws)}'
                $env:AWS_ACCESS_KEY_ID = $env:AWS_SECRET_ACCESS_KEY = 'test'
                $env:AWS_REGION = $env:AWS_DEFAULT_REGION = 'eu-west-1'
                """
            );
        }

        await Console.Out.FlushAsync();
        if (arguments.ReadyFile is { } path)
        {
            // Under its name only when it is whole: somebody waits for it.
            string half = path + ".part";
            await File.WriteAllTextAsync(half, new JsonObject(Addresses(gcp, aws)).ToJsonString());
            File.Move(half, path, overwrite: true);
        }
    }

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Addresses(GcpFake? gcp, AwsFake? aws)
    {
        if (gcp is not null)
        {
            yield return KeyValuePair.Create("gcp", (JsonNode?)Address(gcp));
        }

        if (aws is not null)
        {
            yield return KeyValuePair.Create("aws", (JsonNode?)Address(aws));
        }
    }

    private static string Address(CloudFake fake) => fake.Endpoint.ToString().TrimEnd('/');
}
