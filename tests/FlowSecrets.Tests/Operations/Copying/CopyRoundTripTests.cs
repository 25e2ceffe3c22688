using System.Security.Cryptography;
using System.Text;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Copying;

/// <summary>A catalog of the size of a real one goes through all stores and comes back as it was.</summary>
public sealed class CopyRoundTripTests
{
    private const int Count = 176;

    [Fact]
    public async Task C2_176SecretsGoFromLocalToGoogleToAwsAndBackEqualByteForByte()
    {
        string keys = string.Join(", ", Enumerable.Range(0, Count).Select(static i => $"app-{i}: {{}}"));
        await using CopyScene scene = await CopyScene.StartAsync($"secrets: {{ api-key: {{}}, {keys} }}");
        ISecretStore local = scene.Store("local");
        for (int i = 0; i < Count; i++)
        {
            await SeedAsync(local, i);
        }

        foreach ((string from, string to) in new[] { ("local", "gcp"), ("gcp", "aws"), ("aws", "local2") })
        {
            List<CopyResult> done = await scene.CopyAsync(from, to, static o => o with { AllVersions = true, Names = ["app-*"] });
            Assert.Equal(Count, done.Count);
            Assert.All(done, static r => Assert.Equal("Created", r.Status));
        }

        ISecretStore back = scene.Store("local2");
        for (int i = 0; i < Count; i++)
        {
            string name = $"app-{i}";
            List<(byte[] Value, string Stages)> expected = await ContentAsync(local, name);
            List<(byte[] Value, string Stages)> found = await ContentAsync(back, name);
            Assert.Equal(expected.Select(static v => v.Stages), found.Select(static v => v.Stages));
            Assert.True(expected.Zip(found).All(static p => p.First.Value.AsSpan().SequenceEqual(p.Second.Value)), name);
            SecretDescription there = (await back.DescribeAsync(name, default))!;
            Assert.Equal((await local.DescribeAsync(name, default))!.Labels, there.Labels);
        }
    }

    /// <summary>One to three versions: text, JSON, keys of several lines, bytes; every eighth has a disabled older version, which no copy
    /// has.</summary>
    private static async Task SeedAsync(ISecretStore store, int i)
    {
        Dictionary<string, string> labels = i % 3 == 0 ? new() { ["team"] = $"t{i % 5}", ["app"] = "shop" } : [];
        for (int version = 0; version <= i % 3; version++)
        {
            byte[] bytes = (i % 5) switch
            {
                0 => RandomNumberGenerator.GetBytes(i == 0 ? 65_536 : 1 + (i * 37)),
                1 => Encoding.UTF8.GetBytes($$"""{"host":"db-{{i}}","port":5432,"password":"p@ss%0A\u00e9 {{version}}"}"""),
                2 => Encoding.UTF8.GetBytes($"-----BEGIN KEY-----\r\n{RandomNumberGenerator.GetHexString(900)}\n-----END KEY-----\n"),
                3 => Encoding.UTF8.GetBytes($"é🔑 $x `y \"z\" {i}.{version}\0"),
                _ => Encoding.UTF8.GetBytes($" {RandomNumberGenerator.GetHexString(40)} "),
            };
            using SecretValue value = SecretValue.FromBytes(bytes);
            string made =
                version == 0
                    ? (await store.CreateAsync($"app-{i}", labels, value, default)).CurrentVersion!
                    : (await store.AddVersionAsync($"app-{i}", value, null, null, default)).Version;
            if (i % 24 == 8 && version == 0)
            {
                await store.SetVersionStateAsync($"app-{i}", made, VersionState.Disabled, default);
            }
        }
    }

    /// <summary>The readable versions, oldest first.</summary>
    private static async Task<List<(byte[] Value, string Stages)>> ContentAsync(ISecretStore store, string name)
    {
        List<(byte[], string)> content = [];
        foreach (
            SecretVersionInfo info in (await store.ListVersionsAsync(name, default))
                .Reverse()
                .Where(static v => v.State == VersionState.Enabled)
        )
        {
            using ReadSecret read = await store.ReadAsync(name, new(info.Version, null), default);
            content.Add((read.Value.AsSpan().ToArray(), string.Join('+', info.Stages)));
        }

        return content;
    }
}
