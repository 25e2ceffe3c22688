using System.Collections.Concurrent;
using FlowSecrets.CloudFakes;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Soaks;

/// <summary>
/// 1,000 mixed operations under 10 % throttling, 5 % server errors and 2 % dropped connections: no value lost, none twice, every failure
/// reported by name. FLOWSECRETS_FAULT_OPERATIONS sets another number.
/// </summary>
[Trait(Tier.Name, Tier.Crash)]
public sealed class CloudSoakTests(ITestOutputHelper output)
{
    private const int Secrets = 25;

    private readonly ConcurrentDictionary<string, ConcurrentBag<string>> _written = new();
    private readonly ConcurrentBag<(string Name, string Value)> _unconfirmed = [];
    private readonly ConcurrentBag<FlowSecretException> _failures = [];

    private static int Operations =>
        int.TryParse(Environment.GetEnvironmentVariable("FLOWSECRETS_FAULT_OPERATIONS"), out int count) ? count : 1_000;

    [Theory]
    [MemberData(nameof(CloudUnderTest.Both), MemberType = typeof(CloudUnderTest))]
    public async Task NothingIsLostDoubledOrSilent(StoreKind kind)
    {
        int seed = Random.Shared.Next();
        output.WriteLine($"Seed {seed}");
        await using CloudUnderTest cloud = await CloudUnderTest.StartAsync(kind);
        for (int i = 0; i < Secrets; i++)
        {
            await cloud.CreateAsync($"s-{i}", $"first-{i}");
            _written[$"s-{i}"] = [$"first-{i}"];
        }

        cloud.Fake.ClearCalls();
        (cloud.Fake.Faults.Seed, cloud.Fake.Faults.ThrottleRate, cloud.Fake.Faults.ServerErrorRate, cloud.Fake.Faults.DropRate) = (
            seed,
            0.10,
            0.05,
            0.02
        );
        int[] choices = [.. Enumerable.Range(0, Operations).Select(i => new Random(seed + i).Next(100))];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Operations),
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (i, token) => await OperateAsync(cloud, i, choices[i], token)
        );

        IReadOnlyList<RecordedCall> calls = cloud.Fake.Calls;
        output.WriteLine(
            $"{calls.Count} calls, {calls.Count(static c => c.Status is 429 or 400)} refused, "
                + $"{calls.Count(static c => c.Status >= 500)} server errors, {_failures.Count} operations failed: "
                + $"{string.Join(", ", _failures.Select(static f => f.Id).Distinct())}"
        );
        Assert.True(calls.Count(static c => c.Status >= 500) > Operations / 50, "The faults did not happen.");
        Assert.True(_failures.Count < Operations / 20, "Retries are of no use.");
        cloud.Fake.Faults.Clear();
        foreach ((string name, ConcurrentBag<string> values) in _written)
        {
            List<string> there = await cloud.AllValuesAsync(name);
            Assert.Equal(there.Count, there.Distinct().Count());
            Assert.Empty(values.Except(there));
            Assert.Empty(there.Except(values).Except(_unconfirmed.Where(u => u.Name == name).Select(static u => u.Value)));
        }
    }

    /// <param name="choice">From 0 to 99: which operation, on which secret.</param>
    private async Task OperateAsync(CloudUnderTest cloud, int number, int choice, CancellationToken token)
    {
        string name = $"s-{choice * 7919 % Secrets}";
        string value = $"value-{number}";
        try
        {
            switch (choice)
            {
                case < 30:
                    await cloud.AddAsync(name, value);
                    _written[name].Add(value);
                    break;
                case < 45:
                    name = $"new-{number}";
                    await cloud.CreateAsync(name, value);
                    _written[name] = [value];
                    break;
                case < 80:
                    await cloud.ReadAsync(name);
                    break;
                case < 90:
                    Assert.NotNull(await cloud.Store.DescribeAsync(name, token));
                    break;
                default:
                    await cloud.Store.SetLabelsAsync(name, new Dictionary<string, string> { ["by"] = $"{number}" }, token);
                    break;
            }
        }
        catch (FlowSecretException e)
        {
            _failures.Add(e);
            Assert.Equal(name, e.Target);
            _unconfirmed.Add((name, value));
        }
    }
}
