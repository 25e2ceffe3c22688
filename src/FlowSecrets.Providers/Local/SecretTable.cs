using System.Security.Cryptography;
using System.Text.Json;
using FlowSecrets.Model;

namespace FlowSecrets.Providers.Local;

/// <summary>One version's row, without its value.</summary>
internal sealed class VersionRow
{
    public required long Number { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public required long Created { get; init; }

    public required VersionState State { get; set; }

    public required List<string> Stages { get; init; }

    /// <summary>Binds the ciphertext's row to the table; empty once destroyed.</summary>
    public required byte[] Nonce { get; set; }

    public bool IsChanged { get; set; }

    public SecretVersionInfo ToInfo() => new(Number.ToString(), DateTimeOffset.FromUnixTimeMilliseconds(Created), State, [.. Stages]);
}

/// <summary>A secret with its whole version table, which one MAC covers.</summary>
internal sealed class SecretTable(string name, long created)
{
    public string Name { get; } = name;

    public long Created { get; } = created;

    /// <summary>JSON object with sorted keys.</summary>
    public string Labels { get; set; } = "{}";

    /// <summary>Unix milliseconds; 0: not deleted.</summary>
    public long Deleted { get; set; }

    public long PurgeAt { get; set; }

    /// <summary>Oldest first.</summary>
    public List<VersionRow> Versions { get; } = [];

    public VersionRow? Staged(string stage) => Versions.Find(v => v.Stages.Contains(stage, StringComparer.Ordinal));

    public VersionRow? Numbered(string version) =>
        Versions.Find(v => string.Equals(v.Number.ToString(), version, StringComparison.Ordinal));

    public void Move(string stage, VersionRow? to)
    {
        foreach (VersionRow row in Versions.Where(v => v != to && v.Stages.Remove(stage)))
        {
            row.IsChanged = true;
        }

        if (to is not null && !to.Stages.Contains(stage, StringComparer.Ordinal))
        {
            to.Stages.Add(stage);
            to.Stages.Sort(StringComparer.Ordinal);
            to.IsChanged = true;
        }
    }

    public bool IsAuthentic(StoreCipher cipher, byte[] mac) => CryptographicOperations.FixedTimeEquals(mac, Mac(cipher));

    public byte[] Mac(StoreCipher cipher)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        writer.Write("flowsecrets-table-1");
        writer.Write(Name);
        writer.Write(Created);
        writer.Write(Labels);
        writer.Write(Deleted);
        writer.Write(PurgeAt);
        writer.Write(Versions.Count);
        foreach (VersionRow version in Versions)
        {
            writer.Write(version.Number);
            writer.Write(version.Created);
            writer.Write((int)version.State);
            writer.Write(string.Join(',', version.Stages));
            writer.Write(version.Nonce.Length);
            writer.Write(version.Nonce);
        }

        writer.Flush();
        return cipher.Authenticate(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    public SecretDescription ToDescription()
    {
        VersionRow? current = Staged(Stages.Current);
        return new SecretDescription(Name)
        {
            Created = DateTimeOffset.FromUnixTimeMilliseconds(Created),
            Updated = current is null ? null : DateTimeOffset.FromUnixTimeMilliseconds(current.Created),
            CurrentVersion = current?.Number.ToString(),
            CurrentState = current?.State,
            Labels = ReadLabels(Labels),
            Deleted = Deleted == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(Deleted),
            PurgeAt = Deleted == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(PurgeAt),
        };
    }

    public static string WriteLabels(IReadOnlyDictionary<string, string> labels) =>
        JsonSerializer.Serialize(
            new SortedDictionary<string, string>(labels.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal),
            LocalJson.Default.SortedDictionaryStringString
        );

    public static SortedDictionary<string, string> ReadLabels(string json) =>
        json == "{}" ? [] : JsonSerializer.Deserialize(json, LocalJson.Default.SortedDictionaryStringString) ?? [];
}

[System.Text.Json.Serialization.JsonSerializable(typeof(SortedDictionary<string, string>))]
internal sealed partial class LocalJson : System.Text.Json.Serialization.JsonSerializerContext;
