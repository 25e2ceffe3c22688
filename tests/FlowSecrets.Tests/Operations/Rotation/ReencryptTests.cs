using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Rotation;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Rotation;

/// <summary>A key that data depends on becomes current only once a script has encrypted that data anew.</summary>
public sealed class ReencryptTests
{
    [Theory]
    [InlineData(10)]
    [InlineData(1)]
    public async Task AScriptThatDidNotDoItPromotesNoKey(int exitCode)
    {
        using Sandbox sandbox = await SetUpAsync($"exit {exitCode}");
        RotationResult result = Assert.Single(await InvokeAsync(sandbox, due: false));
        Assert.Equal(ErrorIds.TargetUnavailable, result.ErrorId);
        using ReadSecret read = await sandbox.FreshStore().ReadAsync("key", VersionSelector.Current, default);
        Assert.Equal("old-key-1", read.Value.RevealText(null));
    }

    [Fact]
    public async Task TheScriptHasBothKeysAndTheOldOneIsRetiredLater()
    {
        using Sandbox sandbox = await SetUpAsync("cat > input");
        Assert.Equal(ItemStatus.Rotated, Assert.Single(await InvokeAsync(sandbox, due: false)).Status);
        using ReadSecret read = await sandbox.FreshStore().ReadAsync("key", VersionSelector.Current, default);
        string input = sandbox.Read("input");
        Assert.Contains($"\"value\":\"{read.Value.RevealText(null)}\"", input);
        Assert.Contains("\"accepted\":[\"old-key-1\"]", input);
        await Task.Delay(2100);
        Assert.Equal(ItemStatus.Retired, Assert.Single(await InvokeAsync(sandbox, due: true)).Status);
    }

    private static async Task<List<RotationResult>> InvokeAsync(Sandbox sandbox, bool due) =>
        await new InvokeRotationOperation(sandbox.Context).RunAsync(
            new InvokeRotationOptions
            {
                Names = ["key"],
                TrustCatalog = true,
                Due = due,
            },
            new TestHost()
        );

    private static async Task<Sandbox> SetUpAsync(string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The script is written for sh.");
        Sandbox sandbox = new();
        File.SetUnixFileMode(
            sandbox.Write("re.sh", $"#!/bin/sh\n{script}\n"),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );
        sandbox.Write(
            "flowsecrets.yaml",
            """
            application: re
            environments: { local: { store: local } }
            secrets:
              key: { usage: encryption, generate: { kind: hex }, rotate: { overlap: 1s, reencrypt: ./re.sh } }
            """
        );
        using SecretValue value = SecretValue.FromText("old-key-1");
        await sandbox.Store().CreateAsync("key", new Dictionary<string, string>(StringComparer.Ordinal), value, default);
        return sandbox;
    }
}
