using System.Text.Json;
using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Witnesses;

/// <summary>
/// What the clouds' own command lines write, our stores read, and the other way round; what one finds absent the other does too.
/// </summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class InteropTests : IDisposable
{
    private const string Text = "naïve 'quotes' \"$x\" 🔑\n second line";

    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task GcloudAndOurStoreReadEachOther()
    {
        Tool.Require("gcloud");
        await using GcpFake fake = await GcpFake.StartAsync();
        ISecretStore store = CloudStores.Gcp(fake);
        Dictionary<string, string> environment = new()
        {
            ["CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER"] = fake.Endpoint.AbsoluteUri,
            ["CLOUDSDK_CORE_PROJECT"] = "flow-test",
            ["CLOUDSDK_CONFIG"] = _sandbox.File("gcloud"),
            ["CLOUDSDK_AUTH_ACCESS_TOKEN_FILE"] = _sandbox.Write("token", "any"),
            ["CLOUDSDK_CORE_DISABLE_PROMPTS"] = "1",
        };
        (int ExitCode, string Output, string Error) Run(params string[] arguments) =>
            VendorCli.Gcloud(_sandbox.Folder, environment, ["secrets", .. arguments]);

        string file = _sandbox.Write("value", Text);
        Assert.Equal(
            0,
            Run(
                "create",
                "theirs",
                "--labels=team=web",
                "--replication-policy=user-managed",
                "--locations=europe-west1",
                $"--data-file={file}"
            ).ExitCode
        );
        using (ReadSecret read = await store.ReadAsync("theirs", default, default))
        {
            Assert.Equal(Text, read.Value.RevealText(""));
        }

        SecretDescription theirs = (await store.DescribeAsync("theirs", default))!;
        Assert.Equal(("web", "europe-west1"), (theirs.Labels["team"], theirs.Replication));

        using SecretValue value = SecretValue.FromText(Text);
        await store.CreateAsync("ours", new Dictionary<string, string> { ["team"] = "api" }, null, default);
        await store.AddVersionAsync("ours", value, null, "", default);
        await store.MoveStageAsync("ours", "blue", "1", null, default);
        Assert.Equal(Text, Run("versions", "access", "blue", "--secret=ours").Output);
        Assert.Equal("api", Run("describe", "ours", "--format=value(labels.team)").Output.Trim());

        Assert.Equal(0, Run("versions", "disable", "1", "--secret=ours").ExitCode);
        await SecretStoreContract.Fails(ErrorIds.VersionDisabled, () => store.ReadAsync("ours", default, default));
        await store.SetVersionStateAsync("ours", "1", VersionState.Enabled, default);
        await store.DeleteAsync("theirs", null, default);
        Assert.Contains("NOT_FOUND", Run("versions", "access", "latest", "--secret=theirs").Error);
        Assert.Equal(0, Run("delete", "ours").ExitCode);
        await SecretStoreContract.Fails(ErrorIds.SecretNotFound, () => store.ReadAsync("ours", default, default));
    }

    [Fact]
    public async Task TheAwsCliAndOurStoreReadEachOther()
    {
        Tool.Require("aws");
        await using AwsFake fake = await AwsFake.StartAsync();
        ISecretStore store = CloudStores.Aws(fake.Endpoint);
        Dictionary<string, string> environment = new()
        {
            ["AWS_ENDPOINT_URL"] = fake.Endpoint.AbsoluteUri,
            ["AWS_ACCESS_KEY_ID"] = "test",
            ["AWS_SECRET_ACCESS_KEY"] = "test",
            ["AWS_REGION"] = "eu-west-1",
            ["AWS_DEFAULT_REGION"] = "eu-west-1",
            ["AWS_PAGER"] = "",
            ["AWS_CONFIG_FILE"] = _sandbox.Write("aws-config", ""),
            ["AWS_SHARED_CREDENTIALS_FILE"] = _sandbox.Write("aws-credentials", ""),
            ["AWS_EC2_METADATA_DISABLED"] = "true",
        };
        (int ExitCode, string Output, string Error) Run(params string[] arguments) =>
            VendorCli.Aws(_sandbox.Folder, environment, ["secretsmanager", .. arguments, "--output", "json"]);

        string file = _sandbox.Write("value", Text);
        Assert.Equal(
            0,
            Run("create-secret", "--name", "app/theirs", "--tags", "Key=team,Value=web", "--secret-string", $"file://{file}").ExitCode
        );
        using (ReadSecret read = await store.ReadAsync("app/theirs", default, default))
        {
            Assert.Equal(Text, read.Value.RevealText(""));
        }

        Assert.Equal("web", (await store.DescribeAsync("app/theirs", default))!.Labels["team"]);
        Assert.Equal(0, Run("put-secret-value", "--secret-id", "app/theirs", "--secret-string", "two").ExitCode);
        Assert.Equal(2, (await store.ListVersionsAsync("app/theirs", default)).Count);

        using SecretValue value = SecretValue.FromText(Text);
        using SecretValue binary = SecretValue.FromBytes([0, 0xFF, 1]);
        await store.CreateAsync("app/ours", new Dictionary<string, string> { ["team"] = "api" }, value, default);
        await store.CreateAsync("app/binary", new Dictionary<string, string>(), binary, default);
        Assert.Equal(
            Text,
            JsonDocument
                .Parse(Run("get-secret-value", "--secret-id", "app/ours").Output)
                .RootElement.GetProperty("SecretString")
                .GetString()
        );
        Assert.Equal(
            "AP8B",
            JsonDocument
                .Parse(Run("get-secret-value", "--secret-id", "app/binary").Output)
                .RootElement.GetProperty("SecretBinary")
                .GetString()
        );

        await store.DeleteAsync("app/ours", TimeSpan.FromDays(7), default);
        Assert.Contains("InvalidRequestException", Run("get-secret-value", "--secret-id", "app/ours").Error);
        Assert.Equal(0, Run("restore-secret", "--secret-id", "app/ours").ExitCode);
        Assert.NotNull((await store.DescribeAsync("app/ours", default))!.CurrentVersion);
        Assert.Equal(0, Run("delete-secret", "--secret-id", "app/ours", "--force-delete-without-recovery").ExitCode);
        await SecretStoreContract.Fails(ErrorIds.SecretNotFound, () => store.ReadAsync("app/ours", default, default));
        await store.DeleteAsync("app/theirs", null, default);
        Assert.Contains("ResourceNotFoundException", Run("get-secret-value", "--secret-id", "app/theirs").Error);
    }
}
