using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.Tests.Support;
using FlowSecrets.Tests.Witnesses;

namespace FlowSecrets.Tests.CloudFakes.Gcp;

/// <summary>gcloud with every API that the Google fake serves turned towards it.</summary>
internal sealed class GcpCli(GcpFake fake, Sandbox sandbox)
{
    private static readonly string[] Apis =
    [
        "SECRETMANAGER",
        "CLOUDRESOURCEMANAGER",
        "IAM",
        "IAMCREDENTIALS",
        "CLOUDKMS",
        "SERVICEUSAGE",
        "POLICYTROUBLESHOOTER",
        "RUN",
        "LOGGING",
    ];

    /// <summary>A token of the fake: as:MEMBER, or anything for its owner.</summary>
    public string Token { get; set; } = "any";

    /// <returns>What it prints.</returns>
    public string Ok(params string[] words)
    {
        (int exitCode, string standard, string error) = Run(words);
        Assert.True(exitCode == 0, error);
        return standard;
    }

    /// <returns>What it complains of.</returns>
    public string Fails(params string[] words)
    {
        (int exitCode, _, string error) = Run(words);
        Assert.NotEqual(0, exitCode);
        return error;
    }

    private (int ExitCode, string Output, string Error) Run(string[] words)
    {
        Dictionary<string, string> environment = new(StringComparer.Ordinal)
        {
            ["CLOUDSDK_CORE_PROJECT"] = "flow-test",
            ["CLOUDSDK_AUTH_ACCESS_TOKEN_FILE"] = sandbox.Write("token", Token),
            ["CLOUDSDK_CONFIG"] = sandbox.File("gcloud"),
            ["CLOUDSDK_CORE_DISABLE_PROMPTS"] = "1",
            ["CLOUDSDK_CORE_DISABLE_USAGE_REPORTING"] = "1",
            ["CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK"] = "1",
            ["NO_PROXY"] = "127.0.0.1",
        };
        foreach (string api in Apis)
        {
            environment["CLOUDSDK_API_ENDPOINT_OVERRIDES_" + api] = fake.Endpoint.ToString();
        }

        return VendorCli.Gcloud(sandbox.Folder, environment, words);
    }
}
