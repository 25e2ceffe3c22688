using System.Diagnostics;
using FlowSecrets.Errors;
using FlowSecrets.Operations.Rotation.Targets;
using FlowSecrets.Processes;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Rotation.Targets;

/// <summary>Scripts that do not behave: they never read, print without end, leave children behind, or do not end.</summary>
public sealed class ScriptRunnerTests : IDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private readonly ScriptStage _stage = new();
    private readonly SecretValue _value = SecretValue.FromText("sekret-value-77");

    public void Dispose()
    {
        _stage.Dispose();
        _value.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public async Task AScriptNeedNotReadALargeValue(int code)
    {
        using SecretValue large = SecretValue.FromText(new string('x', 65536));
        Assert.Equal(code == 0, await _stage.Runner($"sleep 0.2; exit {code}").RunAsync(large, ("accepted", [large, large]), default));
    }

    [Fact]
    public async Task AScriptMayCloseItsInputAndGoOn()
    {
        using SecretValue large = SecretValue.FromText(new string('x', 65536));
        Assert.True(await _stage.Runner("exec 0<&-; sleep 0.3; exit 0").RunAsync(large, ("accepted", [large, large]), default));
    }

    [Fact]
    public async Task ALargeValueArrivesWhole()
    {
        using SecretValue large = SecretValue.FromText(new string('\u0001', 65536));
        Assert.True(await _stage.Runner("sleep 0.2; cat | wc -c > count").RunAsync(large, ("accepted", [large]), default));
        Assert.Equal(
            (2 * 65536 * 6) + """{"secret":"","value":"","accepted":[""]}""".Length + ScriptStage.Key.Length,
            int.Parse(_stage.Read("count").Trim())
        );
    }

    [Fact]
    public async Task OfMegabytesOfOutputTheLastLineIsShown()
    {
        FlowSecretException error = await _stage.FailAsync(
            ErrorIds.TargetUnavailable,
            "head -c 60000000 /dev/zero; head -c 60000000 /dev/zero >&2; echo >&2; echo 'the last word' >&2; exit 1",
            _value
        );
        Assert.Contains("the last word", error.Message);
    }

    [Fact]
    public async Task OutputBeforeTheInputIsReadDoesNotStopIt()
    {
        using SecretValue large = SecretValue.FromText(new string('x', 65536));
        Assert.True(
            await _stage
                .Runner("head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2; cat > /dev/null; head -c 1000000 /dev/zero")
                .RunAsync(large, ("accepted", [large, large, large]), default)
        );
    }

    [Theory]
    [InlineData("sleep 300 & echo $! > child", 0)]
    [InlineData("setsid sleep 300 & echo $! > child; echo 'a word' >&2", 7)]
    [InlineData("sleep 300 <&3 & echo $! > child", 10)]
    public async Task AChildInTheBackgroundIsNotWaitedFor(string body, int code)
    {
        using SecretValue large = SecretValue.FromText(new string('x', 65536));
        Task<bool> run = _stage.Runner($"exec 3<&0\n{body}\nexit {code}", Long).RunAsync(large, ("accepted", [large, large]), default);
        try
        {
            if (code == 7)
            {
                Assert.Contains("a word", (await SecretStoreContract.Fails(ErrorIds.TargetUnavailable, () => run)).Message);
            }
            else
            {
                Assert.Equal(code == 0, await run);
            }
        }
        finally
        {
            using Process child = Process.GetProcessById(int.Parse(await _stage.AppearsAsync("child")));
            Assert.False(child.HasExited);
            child.Kill();
        }
    }

    [Fact]
    public async Task AScriptThatDoesNotEndIsEndedWithItsChildren()
    {
        await _stage.FailAsync(ErrorIds.TargetUnavailable, "(sleep 300 & echo $! > child; wait) & wait", _value, Short);
        await ScriptStage.EndsAsync(int.Parse(await _stage.AppearsAsync("child")));
    }

    [Fact]
    public async Task AScriptThatIgnoresSignalsIsEndedToo() =>
        await _stage.FailAsync(ErrorIds.TargetUnavailable, "trap '' TERM INT HUP; while :; do sleep 1; done", _value, Short);

    [Fact]
    public async Task CancellationEndsTheScriptWithItsChildren()
    {
        using CancellationTokenSource cancel = new();
        Task<bool> run = _stage
            .Runner("sh -c 'sleep 300 & echo $! > child; wait' & echo $$ > self; wait")
            .RunAsync(_value, null, cancel.Token);
        int[] processes = [int.Parse(await _stage.AppearsAsync("child")), int.Parse(await _stage.AppearsAsync("self"))];
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        foreach (int process in processes)
        {
            await ScriptStage.EndsAsync(process);
        }
    }

    [Fact]
    public async Task WhatIsCancelledBeforehandHasNoEffect()
    {
        using CancellationTokenSource cancel = new();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            _stage.Runner("sleep 0.5; touch was-run").RunAsync(_value, null, cancel.Token)
        );
        await Task.Delay(800);
        Assert.False(File.Exists(_stage.File("was-run")));
    }

    [Fact]
    public async Task NeitherArgumentsNorEnvironmentHoldAValue()
    {
        Assert.SkipUnless(Directory.Exists("/proc/self"), "There is no /proc.");
        using SecretValue old = SecretValue.FromText("older-sekret-66");
        Assert.True(
            await _stage
                .Runner("cat /proc/$$/cmdline /proc/$$/environ /proc/$PPID/cmdline > seen; cat > input")
                .RunAsync(_value, ("accepted", [old]), default)
        );
        Assert.Contains("sekret-value-77", _stage.Read("input"));
        string seen = _stage.Read("seen");
        Assert.Contains("FLOWSECRETS_OPERATION=test", seen);
        Assert.DoesNotContain("sekret", seen);
    }

    [Fact]
    public async Task ItRunsInItsOwnFolder()
    {
        await new ScriptRunner(_stage.Write("deep/script", "pwd -P > where"), "test", ScriptStage.Key, static _ => { }).RunAsync(
            _value,
            null,
            default
        );
        Assert.EndsWith("/deep", _stage.Read("deep/where").Trim());
    }

    [Fact]
    public async Task WhatCannotBeRunIsSaid()
    {
        string plain = _stage.Write("plain", "exit 0");
        File.SetUnixFileMode(plain, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        string broken = _stage.Write("broken", "exit 0");
        File.WriteAllText(_stage.File("no-interpreter"), "#!/there/is/no/such/program\n");
        Assert.Equal(0, Tool.Run("install", "/", null, "-m", "755", _stage.File("no-interpreter"), broken).ExitCode);
        foreach (string script in new[] { _stage.File("absent"), plain, broken, Path.GetDirectoryName(plain)! })
        {
            await SecretStoreContract.Fails(
                ErrorIds.RotationNotConfigured,
                () => new ScriptRunner(script, "test", ScriptStage.Key, static _ => { }).RunAsync(_value, null, default)
            );
        }
    }

    [Fact]
    public async Task APowerShellScriptNeedNotBeExecutable()
    {
        PowerShellProgram found = PowerShellProgram.Find();
        string script = _stage.File("script.ps1");
        File.WriteAllText(
            script,
            "if (($Input | ConvertFrom-Json).value -ceq 'sekret-value-77' -and $env:FLOWSECRETS_OPERATION -eq 'test') { exit 10 }; exit 1"
        );
        ScriptRunner runner = new(script, "test", ScriptStage.Key, static _ => { })
        {
            PowerShell = new PowerShellHost(found.Program, found.First),
        };
        Assert.False(await runner.RunAsync(_value, null, default));
    }

    [Fact]
    public async Task WithoutAPowerShellAPowerShellScriptIsRefused()
    {
        string script = _stage.File("script.ps1");
        File.WriteAllText(script, "exit 0");
        ScriptRunner runner = new(script, "test", ScriptStage.Key, static _ => { }) { PowerShell = null };
        await SecretStoreContract.Fails(ErrorIds.RotationNotConfigured, () => runner.RunAsync(_value, null, default));
    }
}
