using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Faults;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.CloudFakes.Aws;

/// <summary>The aws CLI takes the fake for AWS, and moto for the same.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed partial class AwsCliTests(ITestOutputHelper output) : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task TheFakeAndMotoAnswerAlike()
    {
        AwsCli cli = new(_sandbox);
        WriteValues();
        await using AwsFake fake = await AwsFake.StartAsync();
        string[][] commands = [.. AwsScenario.Steps.Select(static s => s.Command)];
        IReadOnlyList<AwsCliResult> ours = cli.Run(fake.Endpoint, commands);
        Assert.All(
            ours.Zip(AwsScenario.Steps),
            static pair => Assert.Contains(pair.Second.Expected ?? "", pair.First.Output + pair.First.Error)
        );

        await using MotoServer moto = new();
        await moto.InitializeAsync();
        Assert.SkipWhen(moto.Endpoint is null, "python3 has no moto with its server.");
        IReadOnlyList<AwsCliResult> theirs = cli.Run(moto.Endpoint, commands);
        List<string> differences = [];
        foreach ((int i, AwsStep step) in AwsScenario.Steps.Index())
        {
            (string our, string their) = (Comparable(ours[i]), Comparable(theirs[i]));
            if (step.Fault is null && our != their)
            {
                differences.Add($"{step}:\n  the fake: {our}\n  moto:     {their}");
            }
            else if (step.Fault is not null)
            {
                output.WriteLine($"{step}: {(our == their ? "as moto, which is no longer known to differ" : step.Fault)}");
            }
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
        Assert.DoesNotContain(fake.Calls, static c => c.Operation == "Unknown");
    }

    [Fact]
    public async Task TheProgramItselfPagesReadsBytesAndKnowsWhoItIs()
    {
        string aws = Tool.Require("aws");
        await using AwsProbe amazon = await AwsProbe.StartAsync();
        for (int i = 0; i < 5; i++)
        {
            await amazon.Create($"p{i}", "Grüße \U0001F511");
        }

        Assert.Equal(
            "p0 p1 p2 p3 p4",
            string.Join(
                ' ',
                Run("secretsmanager", "list-secrets", "--page-size", "2", "--query", "SecretList[].Name", "--output", "text")
                    .Split()
                    .Where(static n => n.Length > 0)
                    .Order(StringComparer.Ordinal)
            )
        );
        Assert.Equal(3, amazon.Fake.Calls.Count(static c => c.Operation == "ListSecrets"));
        Assert.Equal(
            "Grüße \U0001F511",
            Run("secretsmanager", "get-secret-value", "--secret-id", "p1", "--query", "SecretString", "--output", "text").TrimEnd()
        );
        Assert.Contains("arn:aws:iam::123456789012:user/tester", Run("sts", "get-caller-identity"));

        string Run(params string[] words)
        {
            (int exitCode, string standard, string error) = Tool.Run(
                aws,
                _sandbox.Folder,
                AwsCli.Environment(_sandbox),
                ["--endpoint-url", amazon.Fake.Endpoint.ToString(), .. words]
            );
            Assert.True(exitCode == 0, error);
            return standard;
        }
    }

    private void WriteValues()
    {
        _sandbox.Write("full", new string('x', 65_536));
        _sandbox.Write("big", new string('x', 65_537));
        File.WriteAllBytes(_sandbox.File("binary"), RandomNumberGenerator.GetBytes(300));
    }

    /// <summary>Without what is by chance or by the clock: suffixes, times, orders.</summary>
    private static string Comparable(AwsCliResult result)
    {
        string text = Suffix().Replace(result.Output, "-SUFFIX");
        JsonNode? node = text.Trim().Length == 0 ? null : JsonNode.Parse(text);
        return $"{result.ExitCode} {Sorted(node)} {Suffix().Replace(result.Error.Trim(), "-SUFFIX")}";
    }

    private static string Sorted(JsonNode? node) =>
        node switch
        {
            JsonObject map => "{"
                + string.Join(
                    ", ",
                    map.Where(static p => !p.Key.EndsWith("Date", StringComparison.Ordinal))
                        .OrderBy(static p => p.Key, StringComparer.Ordinal)
                        .Select(static p => $"{p.Key}: {Sorted(p.Value)}")
                )
                + "}",
            JsonArray list => "[" + string.Join(", ", list.Select(Sorted).Order(StringComparer.Ordinal)) + "]",
            null => "",
            _ => node.ToJsonString(),
        };

    /// <summary>A hyphen and six characters at the end of an ARN.</summary>
    [GeneratedRegex(@"(?<=:secret:[A-Za-z0-9/_+=.@-]+)-[A-Za-z0-9]{6}(?![A-Za-z0-9/_+=@-])")]
    private static partial Regex Suffix();
}
