using System.Diagnostics;
using System.Text.Json.Nodes;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.CloudFakes;

/// <summary>The fakes as a program for people and for scripts.</summary>
public sealed class FakeProgramTests : IDisposable
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "FlowSecrets.CloudFakes.dll");

    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task ItSaysWhereItListensAndEndsWithItsInputOrItsParent()
    {
        using Process both = Start("both", "--secrets", "3", "--until-stdin-closes", "--ready-file", _sandbox.File("both.json"));
        JsonNode ready = await Ready(both, "both.json");
        using Process child = Start("gcp", "--parent", both.Id.ToString(), "--ready-file", _sandbox.File("gcp.json"));
        Assert.Null((await Ready(child, "gcp.json"))["aws"]);

        using HttpClient http = new(new SocketsHttpHandler { UseProxy = false });
        string reply = await http.GetStringAsync($"{ready["gcp"]}/v1/projects/flow-test/secrets/bench-3/versions/latest:access");
        Assert.Matches(
            "^value-of-bench-3-[0-9a-f]{32}$",
            System.Text.Encoding.UTF8.GetString(Convert.FromBase64String((string)JsonNode.Parse(reply)!["payload"]!["data"]!))
        );
        Assert.StartsWith("http://127.0.0.1:", (string?)ready["aws"]);

        both.StandardInput.Close();
        string lines = await both.StandardOutput.ReadToEndAsync();
        await both.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);
        Assert.Equal(0, both.ExitCode);
        Assert.Contains($"$env:AWS_ENDPOINT_URL = '{ready["aws"]}'", lines);
        Assert.Contains($"$env:CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER = '{ready["gcp"]}/'", lines);
        await child.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);
    }

    [Theory]
    [InlineData]
    [InlineData("azure")]
    [InlineData("aws", "--gcp-port")]
    [InlineData("aws", "--secrets", "many")]
    [InlineData("aws", "--unknown", "1")]
    public async Task ItSaysHowItIsUsed(params string[] arguments)
    {
        using Process process = Start(arguments);
        Assert.Contains("gcp|aws|both", await process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.Equal(2, process.ExitCode);
    }

    private static async Task<JsonNode> Ready(Process process, string file)
    {
        string path = Path.Combine(process.StartInfo.WorkingDirectory, file);
        for (int i = 0; !File.Exists(path); i++)
        {
            Assert.True(i < 600 && !process.HasExited, "It did not get ready.");
            await Task.Delay(50);
        }

        return JsonNode.Parse(await File.ReadAllTextAsync(path))!;
    }

    private Process Start(params string[] arguments) =>
        Process.Start(
            new ProcessStartInfo("dotnet", ["exec", Program, .. arguments])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
                WorkingDirectory = _sandbox.Folder,
            }
        )!;
}
