using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.CloudFakes;

/// <summary>A folder with the vendors' own Node clients, installed once for all tests that share it.</summary>
public sealed class NpmFolder : IDisposable
{
    private static readonly string[] Packages = ["@google-cloud/secret-manager@6", "@aws-sdk/client-secrets-manager@3"];

    private readonly string _folder = Directory.CreateTempSubdirectory("flowsecrets-npm-").FullName;
    private readonly Lazy<bool> _isInstalled;

    public NpmFolder() => _isInstalled = new Lazy<bool>(() => Install(_folder, Packages));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <returns>The script's output; the test is skipped where node, npm or the packages cannot be had.</returns>
    public string Run(string script, params string[] arguments)
    {
        string node = Tool.Require("node");
        Tool.Require("npm");
        Assert.SkipWhen(!_isInstalled.Value, $"npm could not install {string.Join(" and ", Packages)}.");
        string path = Path.Combine(_folder, $"{Guid.NewGuid():n}.cjs");
        File.WriteAllText(path, script);
        (int exitCode, string output, string error) = Tool.Run(
            node,
            _folder,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["NO_PROXY"] = "127.0.0.1" },
            [path, .. arguments]
        );
        Assert.True(exitCode == 0, error);
        return output;
    }

    /// <returns>Whether npm could.</returns>
    internal static bool Install(string folder, params string[] packages) =>
        Tool.Run(
            Tool.Require("npm"),
            folder,
            null,
            ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder, .. packages]
        ).ExitCode == 0;
}
