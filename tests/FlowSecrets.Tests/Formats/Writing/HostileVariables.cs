using System.Text.Json;
using FlowSecrets.Formats;
using FlowSecrets.Formats.Writing;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Formats.Writing;

/// <summary>10,000 hostile values, split into those that a format carries and those that it refuses by name.</summary>
internal sealed class HostileVariables : IDisposable
{
    public const int Count = 10_000;

    private readonly List<FormatVariable> _all = [];

    /// <param name="isSensitive">Whether the values are secrets.</param>
    public HostileVariables(ExportFormat format, FormatSettings? settings = null, bool isSensitive = true, ITestOutputHelper? output = null)
    {
        Format = FormatProfiles.Of(format);
        Settings = settings ?? new FormatSettings();
        int seed = Repository.Rounds("FLOWSECRETS_TEST_SEED", 20261130);
        output?.WriteLine($"Seed {seed} (repeat it with FLOWSECRETS_TEST_SEED={seed}).");
        foreach ((int i, string value) in HostileText.Sequence(seed, Count).Index())
        {
            _all.Add(Variable($"FLOW_T{i}", value, isSensitive));
        }

        Carried = [.. _all.Where(v => Format.Problem(v, Settings) is null).OrderBy(static v => v.Name, StringComparer.Ordinal)];
        int refused = Count - Carried.Count;
        output?.WriteLine($"{format}: {Carried.Count} values written, {refused} refused.");
        foreach (FormatVariable variable in _all.Where(v => Format.Problem(v, Settings) is not null).Take(200))
        {
            Assert.NotEmpty(FormatProfiles.Carrying(variable, Settings));
        }
    }

    public FormatProfile Format { get; }

    public FormatSettings Settings { get; }

    public IReadOnlyList<FormatVariable> Carried { get; }

    /// <summary>The document of some of the carried ones.</summary>
    public string Write(IEnumerable<FormatVariable>? some = null) => Format.Write!([.. some ?? Carried], Settings);

    public static FormatVariable Variable(string name, string value, bool isSensitive = true)
    {
        SecretValue held = SecretValue.FromText(value);
        return new FormatVariable(name, held) { IsSensitive = isSensitive, Masked = isSensitive ? [held] : [] };
    }

    /// <summary>Every carried value was read back as it is, and nothing else.</summary>
    public void AssertRead(IReadOnlyDictionary<string, string> read, Func<string, string>? key = null)
    {
        // A format that carries almost nothing would pass every comparison.
        Assert.InRange(Carried.Count, Count / 2, Count);
        string[] differences =
        [
            .. Carried
                .Select(v => (v.Name, Value: v.Text, Read: read.GetValueOrDefault((key ?? (static n => n))(v.Name))))
                .Where(static v => v.Value != v.Read)
                .Take(5)
                .Select(static v => $"{v.Name}: {JsonSerializer.Serialize(v.Value)} was read as {JsonSerializer.Serialize(v.Read)}"),
        ];
        Assert.Empty(differences);
        Assert.Equal(Carried.Count, read.Count);
    }

    public void Dispose() => _all.ForEach(static v => v.Value.Dispose());
}
