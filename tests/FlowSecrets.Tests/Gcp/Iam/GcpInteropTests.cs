using System.Text.Json.Nodes;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Tests.CloudFakes;
using FlowSecrets.Tests.CloudFakes.Gcp;
using FlowSecrets.Tests.Support;
using static FlowSecrets.Tests.Gcp.Iam.GcpAccessWorld;

namespace FlowSecrets.Tests.Gcp.Iam;

/// <summary>gcloud and this module see and keep each other's bindings.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class GcpInteropTests : IAsyncLifetime
{
    private const string Until = "request.time < timestamp(\"2100-01-01T00:00:00Z\")";

    private readonly Sandbox _sandbox = new();
    private GcpAccessWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await StartAsync();

    public ValueTask DisposeAsync()
    {
        _sandbox.Dispose();
        return _world.DisposeAsync();
    }

    [Fact]
    public async Task BindingsAreReadBothWays()
    {
        GcpCli gcloud = new(_world.Fake, _sandbox);
        IAccessControl access = _world.As(null).Access;
        gcloud.Ok(
            "secrets",
            "add-iam-policy-binding",
            "db",
            "--member=" + Dev,
            "--role=" + Accessor,
            "--condition=expression=" + Until + ",title=theirs"
        );
        gcloud.Ok("secrets", "add-iam-policy-binding", "db", "--member=" + Dev, "--role=" + Viewer, "--condition=None");
        await access.ApplyAsync(
            "db",
            [
                new AccessEdit(true, Api, SecretPermission.Read),
                new AccessEdit(true, Dev, SecretPermission.Write, new DateTimeOffset(2090, 1, 1, 0, 0, 0, TimeSpan.Zero)),
            ],
            default
        );
        Assert.Equal(
            [
                (Dev, Accessor, Until, false),
                (Dev, Viewer, null, false),
                (Api, Accessor, null, true),
                (Dev, "roles/secretmanager.secretVersionAdder", "request.time < timestamp(\"2090-01-01T00:00:00Z\")", true),
            ],
            (await access.ListAsync("db", default)).Grants.Select(static g => (g.Principal, g.Role, g.Condition, g.Ours))
        );

        JsonArray bindings = JsonNode.Parse(gcloud.Ok("secrets", "get-iam-policy", "db", "--format=json"))!["bindings"]!.AsArray();
        string[] shown =
        [
            .. bindings.Select(static b =>
                $"{b!["role"]} {string.Join(',', b["members"]!.AsArray())} {b["condition"]?["title"]}".TrimEnd()
            ),
        ];
        Assert.Equal(
            [
                $"{Accessor} {Api}",
                $"{Accessor} {Dev} theirs",
                $"roles/secretmanager.secretVersionAdder {Dev} flowsecrets-expires",
                $"{Viewer} {Dev}",
            ],
            shown.Order(StringComparer.Ordinal)
        );

        gcloud.Ok("secrets", "remove-iam-policy-binding", "db", "--member=" + Api, "--role=" + Accessor, "--condition=None");
        await access.ApplyAsync("db", [new AccessEdit(false, Dev, SecretPermission.Write)], default);
        Assert.Equal(
            [(Dev, Accessor), (Dev, Viewer)],
            (await access.ListAsync("db", default)).Grants.Select(static g => (g.Principal, g.Role))
        );
    }
}
