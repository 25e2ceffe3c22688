using System.Security.Cryptography;
using System.Text.Json.Nodes;
using FlowSecrets.Tests.Support;
using FlowSecrets.Tests.Witnesses;

namespace FlowSecrets.Tests.CloudFakes.Gcp;

/// <summary>gcloud takes the fake for Google Secret Manager.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class GcloudTests(ITestOutputHelper output) : IAsyncLifetime, IDisposable
{
    private readonly Sandbox _sandbox = new();
    private GcpProbe _google = null!;

    public async ValueTask InitializeAsync() => _google = await GcpProbe.StartAsync();

    public ValueTask DisposeAsync() => _google.DisposeAsync();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task VersionsLiveAndDie()
    {
        byte[] full = RandomNumberGenerator.GetBytes(65_536);
        byte[] binary = [0, 255, 254, 13, 10, 128];
        await File.WriteAllBytesAsync(_sandbox.File("full"), full);
        await File.WriteAllBytesAsync(_sandbox.File("binary"), binary);
        Ok("create", "db", "--replication-policy=automatic", "--labels=env=test", "--set-annotations=Who=me", "--data-file=full");
        Ok("versions", "add", "db", "--data-file=binary");
        Ok("versions", "access", "latest", "--secret=db", "--out-file=read");
        Assert.Equal(binary, await File.ReadAllBytesAsync(_sandbox.File("read")));
        Ok("update", "db", "--update-labels=team=core", "--update-version-aliases=stable=1", "--etag=" + await Etag());
        Ok("versions", "access", "stable", "--secret=db", "--out-file=read");
        Assert.Equal(full, await File.ReadAllBytesAsync(_sandbox.File("read")));
        Ok("versions", "disable", "2", "--secret=db");
        Assert.Contains(
            "FAILED_PRECONDITION: Secret Version [projects/123456789/secrets/db/versions/2] is in DISABLED state.",
            Fails("versions", "access", "latest", "--secret=db")
        );
        Ok("versions", "destroy", "2", "--secret=db");
        JsonArray versions = JsonNode.Parse(Ok("versions", "list", "db", "--format=json"))!.AsArray();
        Assert.Equal(["2 DESTROYED", "1 ENABLED"], versions.Select(static v => $"{((string)v!["name"]!)[^1]} {v["state"]}"));
        JsonNode secret = JsonNode.Parse(Ok("describe", "db", "--format=json"))!;
        Assert.Equal(
            ("core", "1", "me"),
            ((string?)secret["labels"]!["team"], (string?)secret["versionAliases"]!["stable"], (string?)secret["annotations"]!["Who"])
        );
        Assert.All(_google.Fake.Calls, static c => Assert.Equal("db", c.Secret));
    }

    [Fact]
    public async Task RefusalsAreUnderstood()
    {
        string[] names = [.. Enumerable.Range(0, 120).Select(static i => $"s{i}")];
        foreach (string name in names)
        {
            await _google.Create(name);
        }

        await _google.Add("s0", "v");
        Assert.Contains("Secret [projects/123456789/secrets/s1] already exists.", Fails("create", "s1", "--replication-policy=automatic"));
        Assert.Contains("FAILED_PRECONDITION", Fails("update", "s1", "--update-labels=a=b", "--etag=\"stale\""));
        Assert.Contains("FAILED_PRECONDITION", Fails("delete", "s1", "--etag=\"stale\""));
        Assert.Contains(
            "NOT_FOUND: Secret [projects/123456789/secrets/s1] not found or has no versions.",
            Fails("versions", "access", "latest", "--secret=s1")
        );
        Assert.Contains(
            "NOT_FOUND: Secret Version [projects/123456789/secrets/s0/versions/7] not found.",
            Fails("versions", "access", "7", "--secret=s0")
        );
        _google.Fake.Faults.Deny("AccessSecretVersion", "s0");
        Assert.Contains(
            "PERMISSION_DENIED: Permission 'secretmanager.versions.access' denied for resource "
                + "'projects/flow-test/secrets/s0/versions/1' (or it may not exist).",
            Fails("versions", "access", "1", "--secret=s0")
        );
        _google.Fake.ClearCalls();
        Assert.Equal(
            names.Reverse(),
            Ok("list", "--format=value(name)")
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(static n => n.Trim().Split('/')[^1])
        );

        // gcloud asks for a hundred at a time.
        Assert.Equal(2, _google.Fake.Calls.Count(static c => c.Operation == "ListSecrets"));
        Ok("delete", "s1", "--etag=" + await Etag("s1"));
        Assert.StartsWith("404", await _google.Error("GET", "secrets/s1"));
    }

    [Fact]
    public async Task PoliciesAreReadChangedAndWritten()
    {
        await _google.Create("db");
        Ok(
            "add-iam-policy-binding",
            "db",
            "--member=user:a@example.com",
            "--role=roles/secretmanager.secretAccessor",
            "--condition=title=short,expression=request.time < timestamp('2030-01-01T00:00:00Z')"
        );
        JsonNode policy = JsonNode.Parse(Ok("get-iam-policy", "db", "--format=json"))!;
        Assert.Equal((3, "short"), ((int)policy["version"]!, (string?)policy["bindings"]![0]!["condition"]!["title"]));
        policy["etag"] = "c3RhbGU=";
        _sandbox.Write("policy.json", policy.ToJsonString());
        Assert.Contains("There were concurrent policy changes.", Fails("set-iam-policy", "db", "policy.json"));
    }

    [Fact]
    public void RegionalSecretsAreMadeInTheirPlace()
    {
        _sandbox.Write("value", "there");
        Ok("create", "db", "--location=europe-west1", "--data-file=value");
        Assert.Equal("there", Ok("versions", "access", "latest", "--secret=db", "--location=europe-west1"));
        Assert.Equal(["CreateSecret", "AddSecretVersion", "AccessSecretVersion"], _google.Fake.Calls.Select(static c => c.Operation));
    }

    private async Task<string> Etag(string id = "db") => (string)(await _google.Ok("GET", "secrets/" + id))["etag"]!;

    private string Ok(params string[] words)
    {
        (int exitCode, string standard, string error) = Run(words);
        Assert.True(exitCode == 0, error);
        return standard;
    }

    private string Fails(params string[] words)
    {
        (int exitCode, _, string error) = Run(words);
        Assert.NotEqual(0, exitCode);
        output.WriteLine(error);
        return error;
    }

    private (int ExitCode, string Output, string Error) Run(string[] words)
    {
        Dictionary<string, string> environment = new(StringComparer.Ordinal)
        {
            ["CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER"] = _google.Fake.Endpoint.ToString(),
            ["CLOUDSDK_CORE_PROJECT"] = "flow-test",
            ["CLOUDSDK_AUTH_ACCESS_TOKEN_FILE"] = _sandbox.Write("token", "any"),
            ["CLOUDSDK_CONFIG"] = _sandbox.File("gcloud"),
            ["CLOUDSDK_CORE_DISABLE_PROMPTS"] = "1",
            ["CLOUDSDK_CORE_DISABLE_USAGE_REPORTING"] = "1",
            ["CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK"] = "1",
            ["NO_PROXY"] = "127.0.0.1",
        };
        return VendorCli.Gcloud(_sandbox.Folder, environment, ["secrets", .. words]);
    }
}
