using FlowSecrets.Model;
using FlowSecrets.Operations.Rotation.Targets;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Rotation.Targets;

/// <summary>A folder with scripts for sh, and targets that run them.</summary>
internal sealed class ScriptStage : IDisposable
{
    public const string Key = "api-key";

    private readonly Sandbox _sandbox;

    public ScriptStage()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The scripts are written for sh.");
        _sandbox = new Sandbox();
    }

    public string File(string name) => _sandbox.File(name);

    public string Read(string name) => _sandbox.Read(name);

    /// <summary>
    /// Another process writes the executable file: one that this process had open for writing while it starts another could not be run.
    /// </summary>
    public string Write(string name, string body)
    {
        string source = _sandbox.Write(name + ".source", $"#!/bin/sh\n{body}\n");
        (int code, _, string error) = Tool.Run("install", _sandbox.Folder, null, "-D", "-m", "755", source, File(name));
        Assert.True(code == 0, error);
        return File(name);
    }

    public ScriptRunner Runner(string body, TimeSpan? limit = null)
    {
        ScriptRunner runner = new(Write("script", body), "test", Key, static _ => { });
        return limit is { } given ? new ScriptRunner(File("script"), "test", Key, static _ => { }) { Limit = given } : runner;
    }

    public static ScriptTarget Target(string? set = null, string? test = null, string? revoke = null) =>
        new(
            new RotationTargetSettings(
                Key,
                new CatalogTarget("script")
                {
                    Set = set,
                    Test = test,
                    Revoke = revoke,
                },
                null,
                static _ => { }
            )
        );

    /// <summary>Runs a script that fails, and holds its error against the value.</summary>
    public async Task<FlowSecretException> FailAsync(string id, string body, SecretValue value, TimeSpan? limit = null)
    {
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() => Runner(body, limit).RunAsync(value, null, default));
        Assert.Equal(id, error.Id);
        Assert.Equal(Key, error.Target);
        Assert.NotEmpty(error.Remedy);
        if (value.IsText() && value.AsSpan().Length > 3)
        {
            Assert.DoesNotContain(value.RevealText(null), error.ToString(), StringComparison.Ordinal);
        }

        return error;
    }

    /// <summary>Waits for a file that a script writes.</summary>
    public async Task<string> AppearsAsync(string name)
    {
        for (int i = 0; i < 400; i++)
        {
            if (System.IO.File.Exists(File(name)) && Read(name) is { Length: > 0 } text)
            {
                return text;
            }

            await Task.Delay(25);
        }

        throw new TimeoutException($"'{name}' did not appear.");
    }

    public static async Task EndsAsync(int process)
    {
        for (int i = 0; i < 400 && Directory.Exists($"/proc/{process}"); i++)
        {
            // What nobody waits for stays as a zombie.
            if (System.IO.File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal))
            {
                return;
            }

            await Task.Delay(25);
        }

        Assert.False(Directory.Exists($"/proc/{process}"), "A process still runs.");
    }

    public void Dispose() => _sandbox.Dispose();
}
