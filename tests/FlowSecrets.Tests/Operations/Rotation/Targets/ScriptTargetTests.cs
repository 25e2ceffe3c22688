using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Rotation.Targets;

/// <summary>What a target's scripts are told, and what their exit codes mean.</summary>
public sealed class ScriptTargetTests : IDisposable
{
    private readonly ScriptStage _stage = new();
    private readonly SecretValue _old = SecretValue.FromText("old-value-1");
    private readonly SecretValue _new = SecretValue.FromText("new-value-2");

    public void Dispose()
    {
        _stage.Dispose();
        _old.Dispose();
        _new.Dispose();
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(10, ErrorIds.CredentialRejected)]
    [InlineData(1, ErrorIds.TargetUnavailable)]
    [InlineData(2, ErrorIds.TargetUnavailable)]
    [InlineData(11, ErrorIds.TargetUnavailable)]
    [InlineData(126, ErrorIds.TargetUnavailable)]
    [InlineData(127, ErrorIds.TargetUnavailable)]
    [InlineData(255, ErrorIds.TargetUnavailable)]
    public async Task SetEndsAsItsScriptDoes(int code, string? id)
    {
        IRotationTarget target = ScriptStage.Target(set: _stage.Write("set.sh", $"exit {code}"));
        if (id is null)
        {
            await target.SetAsync(_new, [_old], default);
        }
        else
        {
            await SecretStoreContract.Fails(id, () => target.SetAsync(_new, [_old], default));
        }
    }

    [Theory]
    [InlineData("exit 0", true)]
    [InlineData("exit 10", false)]
    [InlineData("cat > /dev/null; exit 10", false)]
    public async Task TestSaysWhetherItIsAccepted(string body, bool accepted) =>
        Assert.Equal(accepted, await ScriptStage.Target(test: _stage.Write("test.sh", body)).TestAsync(_new, default));

    [Theory]
    [InlineData("exit 1")]
    [InlineData("kill -9 $$")]
    [InlineData("kill -USR1 $$")]
    public async Task ATestThatFailsIsNoRefusal(string body) =>
        await SecretStoreContract.Fails(
            ErrorIds.TargetUnavailable,
            () => ScriptStage.Target(test: _stage.Write("test.sh", body)).TestAsync(_new, default)
        );

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public async Task RevokeIsDoneOrHasNothingToDo(int code) =>
        Assert.NotNull(await ScriptStage.Target(revoke: _stage.Write("revoke.sh", $"exit {code}")).RevokeAsync(_old, _new, default));

    [Fact]
    public async Task ARevokeThatFailsSaysSo() =>
        await SecretStoreContract.Fails(
            ErrorIds.TargetUnavailable,
            () => ScriptStage.Target(revoke: _stage.Write("revoke.sh", "exit 3")).RevokeAsync(_old, _new, default)
        );

    [Fact]
    public async Task WithoutScriptsAPersonDidIt()
    {
        IRotationTarget target = ScriptStage.Target();
        await target.SetAsync(_new, [_old], default);
        Assert.True(await target.TestAsync(_new, default));
        Assert.NotNull(await target.RevokeAsync(_old, _new, default));
    }

    [Fact]
    public async Task EachOperationHasItsOwnInput()
    {
        string Keeping(string name) => _stage.Write(name, $"cat > {name}.json; printf %s \"$FLOWSECRETS_OPERATION\" > {name}.operation");
        IRotationTarget target = ScriptStage.Target(Keeping("a"), Keeping("b"), Keeping("c"));
        await target.SetAsync(_new, [_old, _new], default);
        await target.TestAsync(_new, default);
        await target.RevokeAsync(_old, _new, default);
        Assert.Equal(["set", "test", "revoke"], new[] { "a", "b", "c" }.Select(n => _stage.Read($"{n}.operation")));
        Assert.Equal(
            $$"""{"secret":"{{ScriptStage.Key}}","value":"new-value-2","accepted":["old-value-1","new-value-2"]}""",
            _stage.Read("a.json")
        );
        Assert.Equal($$"""{"secret":"{{ScriptStage.Key}}","value":"new-value-2"}""", _stage.Read("b.json"));
        Assert.Equal($$"""{"secret":"{{ScriptStage.Key}}","value":"old-value-1","current":"new-value-2"}""", _stage.Read("c.json"));
        await target.SetAsync(_new, [], default);
        Assert.Equal($$"""{"secret":"{{ScriptStage.Key}}","value":"new-value-2","accepted":[]}""", _stage.Read("a.json"));
    }

    [Theory]
    [InlineData("""{"user":"u","password":"p\"\\é"}""")]
    [InlineData("{ \"a\" : 1,\n \"a\": 2 }")]
    [InlineData("plain")]
    [InlineData("quote \" backslash \\ slash / tab \t line \n end \r null \0 \u0001\u001f\u007f")]
    [InlineData("é語😀 <&>'+ \u2028\uFEFF")]
    [InlineData("[1, 2]")]
    [InlineData("{not json}")]
    [InlineData("{} {}")]
    public async Task AValueComesAsItIs(string text)
    {
        using SecretValue value = SecretValue.FromText(text);
        await ScriptStage.Target(test: _stage.Write("test.sh", "cat > input.json")).TestAsync(value, default);
        string input = _stage.Read("input.json");
        JsonNode got = JsonNode.Parse(input)!["value"]!;
        if (got is JsonObject)
        {
            Assert.Contains("\"value\":" + text, input);
        }
        else
        {
            Assert.Equal(text, (string)got!);
        }
    }

    [Fact]
    public async Task WhatNeedNotBeEscapedIsReadable()
    {
        using SecretValue value = SecretValue.FromText("é語 <&>'+");
        await ScriptStage.Target(test: _stage.Write("test.sh", "cat > input.json")).TestAsync(value, default);
        Assert.Contains("\"é語 <&>'+\"", _stage.Read("input.json"));
    }

    [Fact]
    public async Task BytesThatAreNoTextComeAsBase64()
    {
        byte[] bytes = [0xFF, 0xFE, 0x00, 0x80];
        using SecretValue value = SecretValue.FromBytes(bytes);
        await ScriptStage.Target(test: _stage.Write("test.sh", "cat > input.json")).TestAsync(value, default);
        Assert.Equal(bytes, Convert.FromBase64String((string)JsonNode.Parse(_stage.Read("input.json"))!["value"]!["base64"]!));
    }

    [Fact]
    public async Task ARehearsalFindsScriptsThatCannotRunAndRunsNone()
    {
        string set = _stage.Write("set.sh", "touch was-run");
        string test = _stage.Write("test.sh", "touch was-run");
        File.SetUnixFileMode(test, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        IReadOnlyList<RotationFinding> findings = await ScriptStage
            .Target(set, test, _stage.File("absent.sh"))
            .RehearseAsync(_old, default);
        Assert.Equal([true, false, false], findings.Select(static f => f.IsFine));
        Assert.All(findings.Where(static f => !f.IsFine), static f => Assert.False(f.Remedy!.IsEmpty));
        Assert.False(File.Exists(_stage.File("was-run")));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(10, false)]
    public async Task ARehearsalTriesTheCurrentValueAndSetsNothing(int code, bool accepted)
    {
        IRotationTarget target = ScriptStage.Target(_stage.Write("set.sh", "touch was-set"), _stage.Write("test.sh", $"exit {code}"));
        Assert.Equal(accepted, (await target.RehearseAsync(_old, default))[^1].IsFine);
        Assert.False(File.Exists(_stage.File("was-set")));
    }
}
