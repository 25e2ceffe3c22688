using System.Diagnostics;
using System.Text.Json.Nodes;
using FlowSecrets.Tests.CloudFakes;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Witnesses;

/// <summary>
/// An npm package in a Node process of its own: a line of JSON asks, a line answers. It is a witness only; nothing of it is part of the
/// product.
/// </summary>
/// <param name="package">The package with its version.</param>
/// <param name="file">Name of the script's file; its ending says the kind of module.</param>
/// <param name="script">Answers each line with a JSON list.</param>
public abstract class NodeWitness(string package, string file, string script) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("flowsecrets-node-").FullName;
    private Process? _process;
    private bool _isStarted;

    public void Dispose()
    {
        if (_process is not null)
        {
            _process.StandardInput.Close();
            _process.WaitForExit(TimeSpan.FromSeconds(10));
            _process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Skips the test if node, npm or the package is missing.</summary>
    public void Require()
    {
        Tool.Require("node");
        Tool.Require("npm");
        if (!_isStarted)
        {
            _isStarted = true;
            _process = Start();
        }

        Assert.SkipWhen(_process is null, $"npm could not install {package}.");
    }

    private protected string[] Send(JsonObject question)
    {
        _process!.StandardInput.WriteLine(question.ToJsonString());
        _process.StandardInput.Flush();
        string line = _process.StandardOutput.ReadLine() ?? _process.StandardError.ReadToEnd();
        return JsonNode.Parse(line) is JsonArray answers
            ? [.. answers.Select(static a => (string)a!)]
            : throw new InvalidOperationException(line);
    }

    private Process? Start()
    {
        if (!NpmFolder.Install(_folder, package))
        {
            return null;
        }

        string path = Path.Combine(_folder, file);
        File.WriteAllText(path, script);
        return Process.Start(
            new ProcessStartInfo(Tool.Require("node"), path)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
                WorkingDirectory = _folder,
            }
        );
    }
}
