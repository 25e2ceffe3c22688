using FlowSecrets.Errors;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Rotation.Run;
using FlowSecrets.Operations.Rotation.Targets;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Postgres;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Rotation.Targets;

/// <summary>
/// What the catalog says becomes the system that is asked, with its scripts where the catalog lies and its admin read from the store.
/// </summary>
public sealed class RotationTargetFactoryTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData("every: 30d", null)]
    [InlineData("target: { kind: generated }", null)]
    [InlineData("target: { kind: manual }", null)]
    [InlineData("target: { kind: manual, test: ./t.sh }", typeof(ScriptTarget))]
    [InlineData("target: { kind: manual, revoke: ./t.sh }", typeof(ScriptTarget))]
    [InlineData("target: { kind: script, set: ./t.sh, test: ./t.sh }", typeof(ScriptTarget))]
    [InlineData("reencrypt: ./t.sh", typeof(ReencryptTarget))]
    [InlineData("target: { kind: postgres, host: host, user: user, password: password }", typeof(PostgresTarget))]
    public async Task TheKindDecides(string rotate, Type? kind)
    {
        string more =
            rotate.StartsWith("reencrypt", StringComparison.Ordinal) ? "usage: encryption, "
            : rotate.Contains("postgres", StringComparison.Ordinal) ? "fields: { host: {}, user: {}, password: {} }, "
            : "";
        (Workspace workspace, RotationUnit unit) = await OpenAsync(
            rotate,
            more + (more.StartsWith("fields", StringComparison.Ordinal) ? "" : "generate: { kind: hex }, ")
        );
        using RotationTargetFactory factory = new(_sandbox.Context);
        Assert.Equal(kind, (await factory.OpenAsync(workspace, unit, default))?.GetType());
    }

    [Fact]
    public async Task WithoutScriptsNoApprovalIsWanted()
    {
        (Workspace workspace, RotationUnit unit) = await OpenAsync("target: { kind: manual }", "");
        using RotationTargetFactory factory = new(_sandbox.Context);
        Assert.Null(await factory.OpenAsync(workspace, unit, default));
    }

    [Fact]
    public async Task TheAdminIsReadAndForgotten()
    {
        (Workspace workspace, RotationUnit unit) = await OpenAsync(
            "target: { kind: postgres, host: host, user: user, password: password, admin: admin }",
            "fields: { host: {}, user: {}, password: {} }, "
        );
        RotationTargetFactory factory = new(_sandbox.Context);
        await SecretStoreContract.Fails(ErrorIds.SecretNotFound, () => factory.OpenAsync(workspace, unit, default));
        await CreateAsync("admin", """{"host":"127.0.0.1","port":1,"user":"postgres","password":"admins-password"}""");
        IRotationTarget target = (await factory.OpenAsync(workspace, unit, default))!;
        using SecretValue value = SecretValue.FromText("""{"host":"127.0.0.1","port":1,"user":"u","password":"p"}""");
        await SecretStoreContract.Fails(ErrorIds.TargetUnavailable, () => target.SetAsync(value, [], default));
        factory.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => target.SetAsync(value, [], default));
    }

    private async Task<(Workspace Workspace, RotationUnit Unit)> OpenAsync(string rotate, string more)
    {
        _sandbox.Write(
            "flowsecrets.yaml",
            $$"""
            application: factory
            environments: { local: { store: local } }
            secrets:
              s: { {{more}}rotate: { {{rotate}} } }
              admin: { owner: external, format: json }
            """
        );
        await CreateAsync("s", "value-1");
        Workspace workspace = await Workspace.OpenWithCatalogAsync(
            _sandbox.Context,
            new TargetOptions { TrustCatalog = true },
            new TestHost(),
            default
        );
        return (workspace, RotationUnit.Of(workspace, workspace.Ref(workspace.Catalog!.Find("s")!)));
    }

    private async Task CreateAsync(string name, string text)
    {
        using SecretValue value = SecretValue.FromText(text);
        await _sandbox.Store().CreateAsync(name, new Dictionary<string, string>(StringComparer.Ordinal), value, default);
    }
}
