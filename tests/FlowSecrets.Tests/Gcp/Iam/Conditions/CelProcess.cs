using System.Diagnostics;
using System.Text.Json.Nodes;
using FlowSecrets.Tests.CloudFakes;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Gcp.Iam.Conditions;

/// <summary>
/// CEL by the npm package @marcbachmann/cel-js in a process of its own: a line of JSON asks, a line answers. It is a witness only; nothing
/// of it is part of the product.
/// </summary>
public sealed class CelProcess : IDisposable
{
    private const string Package = "@marcbachmann/cel-js@8.0.0";
    private readonly string _folder = Directory.CreateTempSubdirectory("flowsecrets-cel-").FullName;
    private readonly Lazy<Process?> _process;

    public CelProcess() => _process = new Lazy<Process?>(Start);

    public void Dispose()
    {
        if (_process is { IsValueCreated: true, Value: { } process })
        {
            process.StandardInput.Close();
            process.WaitForExit(TimeSpan.FromSeconds(10));
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Skips the test if node, npm or the package is missing.</summary>
    public void Require()
    {
        Tool.Require("node");
        Tool.Require("npm");
        Assert.SkipWhen(_process.Value is null, $"npm could not install {Package}.");
    }

    /// <returns>Of each assignment: true, false, or the error's words.</returns>
    internal string[] Evaluate(string expression, JsonArray assignments)
    {
        Process process = _process.Value!;
        process.StandardInput.WriteLine(
            new JsonObject { ["expression"] = expression, ["assignments"] = assignments.DeepClone() }.ToJsonString()
        );
        process.StandardInput.Flush();
        string line = process.StandardOutput.ReadLine() ?? process.StandardError.ReadToEnd();
        return JsonNode.Parse(line) is JsonArray answers
            ? [.. answers.Select(static a => (string)a!)]
            : throw new InvalidOperationException(line);
    }

    private Process? Start()
    {
        if (!NpmFolder.Install(_folder, Package))
        {
            return null;
        }

        string script = Path.Combine(_folder, "ask.mjs");
        File.WriteAllText(script, Script);
        return Process.Start(
            new ProcessStartInfo(Tool.Require("node"), script)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
                WorkingDirectory = _folder,
            }
        );
    }

    private const string Script = """
        import { Environment } from '@marcbachmann/cel-js';
        import { createInterface } from 'node:readline';
        class Resource { constructor(o) { Object.assign(this, o); } }
        class Request { constructor(o) { Object.assign(this, o); } }
        const env = new Environment()
          .registerType('Resource', { ctor: Resource, fields: { name: 'string', type: 'string', service: 'string' } })
          .registerType('Request', { ctor: Request, fields: { time: 'google.protobuf.Timestamp' } })
          .registerVariable('resource', 'Resource').registerVariable('request', 'Request')
          .registerFunction('Resource.matchTag(string, string): bool', r => r.tag);
        const answer = (expression, a) => {
          try {
            const checked = env.check(expression);
            if (!checked.valid) return 'error: ' + checked.error?.message.split('\n')[0];
            const { now, ...resource } = a;
            return String(env.evaluate(expression, { resource: new Resource(resource), request: new Request({ time: new Date(now) }) }));
          } catch (e) { return 'error: ' + String(e.message).split('\n')[0]; }
        };
        createInterface({ input: process.stdin }).on('line', line => {
          const { expression, assignments } = JSON.parse(line);
          console.log(JSON.stringify(assignments.map(a => answer(expression, a))));
        });
        """;
}
