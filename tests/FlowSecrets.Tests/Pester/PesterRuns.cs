using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Pester;

/// <summary>Runs each Pester file once, on demand, each in a home of its own, and keeps what Pester said.</summary>
internal static class PesterRuns
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<IReadOnlyList<PesterResult>>>> Runs = new(StringComparer.Ordinal);
    private static readonly Lock Turn = new();
    private static PesterProcess? s_process;

    public static Task<IReadOnlyList<PesterResult>> OfAsync(string file) =>
        Runs.GetOrAdd(file, static f => new Lazy<Task<IReadOnlyList<PesterResult>>>(() => Task.Run(() => Run(f)))).Value;

    private static IReadOnlyList<PesterResult> Run(string file)
    {
        // One process runs file after file: most of a file's time would be a PowerShell that starts and compiles.
        lock (Turn)
        {
            using Sandbox home = new();
            string results = home.File("pester.json");
            s_process ??= PesterProcess.Start(Metadata("PesterModule"));
            string? broken = s_process.Run(Path.Combine(PesterDiscoverer.Folder, file), home.Folder, results);
            if (broken is not null)
            {
                s_process.Dispose();
                s_process = null;
                throw new PesterException($"Pester did not finish {file}.\n{broken}");
            }

            Report report = JsonSerializer.Deserialize<Report>(File.ReadAllText(results))!;
            return report.Broken.Length == 0
                ? report.Cases
                : throw new PesterException($"Pester could not run {file}: {string.Join('\n', report.Broken)}");
        }
    }

    /// <summary>What the project file says of the packages that this build restored.</summary>
    private static string Metadata(string key) =>
        typeof(PesterRuns).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == key).Value!;

    private sealed record Report(string[] Broken, PesterResult[] Cases);
}
