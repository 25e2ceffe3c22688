using System.Diagnostics;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Local;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Soaks;

/// <summary>A process is killed at random moments; what it said was done is there, and nothing is half.</summary>
[Trait(Tier.Name, Tier.Crash)]
public sealed class CrashTests(ITestOutputHelper output)
{
    [Fact]
    public async Task AKilledWriterLosesNothingOfTheStore()
    {
        using Sandbox sandbox = new();
        Random random = new(20261122);
        Dictionary<(string Name, string Version), string> added = [];
        int kills = Repository.Rounds("FLOWSECRETS_CRASH_ROUNDS", 150);
        for (int i = 0; i < kills; i++)
        {
            foreach (string line in RunAndKill(sandbox, i % 3 == 0 ? "ready" : "added", random.Next(0, 60), "store", $"{i}"))
            {
                if (line.Split(' ') is ["added", { } name, { } version, { } text])
                {
                    added[(name, version)] = text;
                }
            }

            StoreValidation validation = await sandbox.FreshStore().ValidateAsync(default);
            Assert.True(validation.Readiness == StoreReadiness.Ready, $"Kill {i}: {validation.Detail}");
        }

        ISecretStore store = sandbox.FreshStore();
        foreach (((string name, string version), string text) in added)
        {
            using ReadSecret read = await store.ReadAsync(name, new VersionSelector(version, null), default);
            Assert.Equal(text, read.Value.RevealText(name));
        }

        output.WriteLine($"{kills} kills, {added.Count} acknowledged versions, none lost.");
        Assert.NotEmpty(added);
    }

    [Fact]
    public async Task AKilledSyncLeavesTheOldFileOrTheNewOne()
    {
        using Sandbox sandbox = new();
        sandbox.Write(
            "flowsecrets.yaml",
            """
            application: crash
            environments: { local: { store: local } }
            secrets:
              big: { env: BIG }
            localEnv: { path: .env }
            """
        );
        await LocalStoreKeyTests.CreateAsync(sandbox.Store(), "big", new string('z', 2000));
        sandbox.Write(".env", "# mine\nMINE=stays\n");
        Random random = new(20261123);
        int kills = Repository.Rounds("FLOWSECRETS_CRASH_ROUNDS", 60);
        HashSet<char> seen = [];
        for (int i = 0; i < kills; i++)
        {
            RunAndKill(sandbox, i % 3 == 0 ? "ready" : "written", random.Next(0, 60), "env");
            string[] lines = sandbox.Read(".env").Split('\n');
            Assert.Contains("MINE=stays", lines);
            string? big = lines.FirstOrDefault(static l => l.StartsWith("BIG=", StringComparison.Ordinal))?[4..];
            Assert.True(big is null || (big.Length == 2000 && big.All(c => c == big[0])), $"Kill {i}: half a file.");
            seen.Add(big?[0] ?? '-');
            if (!OperatingSystem.IsWindows() && big is not null)
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(sandbox.File(".env")));
            }
        }

        output.WriteLine($"{kills} kills, {seen.Count} different files seen whole.");
        Assert.True(seen.Count > 1, "The file never changed.");
    }

    /// <param name="from">The word of the worker's after which the time begins.</param>
    private static List<string> RunAndKill(Sandbox sandbox, string from, int milliseconds, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = sandbox.Folder,
        };
        foreach (string argument in (string[])["exec", Repository.Worker, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["FLOWSECRETS_HOME"] = sandbox.Variable("FLOWSECRETS_HOME");
        start.Environment["DOTNET_TieredPGO"] = "0";
        using Process process = Process.Start(start)!;
        List<string> lines = [];
        while (lines.Count == 0 || !lines[^1].StartsWith(from, StringComparison.Ordinal))
        {
            lines.Add(
                process.StandardOutput.ReadLine()
                    ?? throw new InvalidOperationException($"The worker ended: {process.StandardError.ReadToEnd()}")
            );
        }

        Thread.Sleep(milliseconds);
        process.Kill();
        lines.AddRange(process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        process.WaitForExit();
        string error = process.StandardError.ReadToEnd();
        Assert.True(error.Length == 0, error);

        // The last line may have been cut off; it was not a whole answer.
        return lines;
    }
}
