using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;
using Microsoft.Data.Sqlite;

namespace FlowSecrets.Tests.Local;

/// <summary>Whoever changes the file without the key is found out: StoreCorrupt or StoreLocked, never a wrong value.</summary>
public sealed class LocalStoreTamperTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    public static TheoryData<string> Changes =>
        new(
            "UPDATE versions SET stages = 'current' WHERE name = 'a' AND number = 1",
            "UPDATE versions SET stages = CASE number WHEN 1 THEN 'current' ELSE 'previous' END WHERE name = 'a'",
            "UPDATE versions SET state = 1 WHERE name = 'a'",
            "UPDATE versions SET state = 0 WHERE name = 'disabled'",
            "UPDATE versions SET number = 7 WHERE name = 'a' AND number = 1",
            "UPDATE versions SET created = created + 1 WHERE name = 'a'",
            "DELETE FROM versions WHERE name = 'a' AND number = 2",
            "UPDATE secrets SET labels = '{\"x\":\"y\"}' WHERE name = 'a'",
            "UPDATE secrets SET deleted = 1, purge_at = 2 WHERE name = 'a'",
            "UPDATE secrets SET mac = (SELECT mac FROM secrets WHERE name = 'b') WHERE name = 'a'",
            "UPDATE secrets SET name = 'c' WHERE name = 'a'; UPDATE versions SET name = 'c' WHERE name = 'a'",
            "DELETE FROM versions WHERE name = 'a'; DELETE FROM secrets WHERE name = 'a'",
            "UPDATE versions SET sealed = (SELECT sealed FROM versions WHERE name = 'b'), nonce = (SELECT nonce FROM versions WHERE "
                + "name = 'b') WHERE name = 'a' AND number = 2",
            "UPDATE versions SET sealed = (SELECT sealed FROM versions WHERE name = 'a' AND number = 1) WHERE name = 'a' AND number = 2",
            "UPDATE versions SET sealed = x'00' WHERE name = 'a' AND number = 2",
            "UPDATE versions SET nonce = x'' WHERE name = 'a' AND number = 2",
            "UPDATE versions SET created = 'text' WHERE name = 'a'",
            "UPDATE meta SET wrap_sealed = x'00'",
            "UPDATE meta SET wrap_kind = 'passphrase'",
            "UPDATE meta SET wrap_rounds = 1000",
            "UPDATE meta SET store = x'00112233445566778899aabbccddeeff'",
            "UPDATE meta SET store = x'00'",
            "UPDATE meta SET format = 2",
            "UPDATE meta SET names = x'00', names_mac = x'00'; DELETE FROM secrets WHERE name = 'a'",
            "DELETE FROM meta",
            "DROP TABLE versions"
        );

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task AChangedRowIsFound(string sql)
    {
        await FillAsync();
        using (SqliteConnection connection = new($"Data Source={_sandbox.StoreFile};Pooling=False"))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }

        HashSet<string> answers = [await AnswerAsync("a"), await AnswerAsync("disabled")];
        Assert.True(answers.Overlaps([ErrorIds.StoreCorrupt, ErrorIds.StoreLocked]), string.Join(", ", answers));
        Assert.True(
            answers.IsSubsetOf([ErrorIds.StoreCorrupt, ErrorIds.StoreLocked, ErrorIds.VersionDisabled, "two"]),
            string.Join(", ", answers)
        );
        Assert.Equal(StoreReadiness.Error, (await _sandbox.FreshStore().ValidateAsync(default)).Readiness);
    }

    [Trait(Tier.Name, Tier.Crash)]
    [Fact]
    public async Task AChangedByteNeverGivesAWrongValue()
    {
        await FillAsync();
        byte[] good = File.ReadAllBytes(_sandbox.StoreFile);
        Random random = new(20261122);
        int found = 0;
        int rounds = Repository.Rounds("FLOWSECRETS_TAMPER_ROUNDS", 400);
        for (int i = 0; i < rounds; i++)
        {
            byte[] bad = [.. good];
            bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            await File.WriteAllBytesAsync(_sandbox.StoreFile, bad);
            string a = await AnswerAsync("a");
            string b = await AnswerAsync("b");
            Assert.Contains(a, new[] { "two", ErrorIds.StoreCorrupt, ErrorIds.StoreLocked, ErrorIds.StoreUnavailable });
            Assert.Contains(b, new[] { "other", ErrorIds.StoreCorrupt, ErrorIds.StoreLocked, ErrorIds.StoreUnavailable });
            found += a != "two" || b != "other" ? 1 : 0;
            foreach (string journal in new[] { "-wal", "-shm" })
            {
                File.Delete(_sandbox.StoreFile + journal);
            }
        }

        Assert.True(found > 0, "No flip hit anything that matters.");
    }

    [Fact]
    public async Task ATruncatedFileIsCorrupt()
    {
        await FillAsync();
        byte[] good = File.ReadAllBytes(_sandbox.StoreFile);
        foreach (int length in new[] { 0, 1, 100, 4096, good.Length / 2, good.Length - 1 })
        {
            await File.WriteAllBytesAsync(_sandbox.StoreFile, good[..length]);
            Assert.Contains(await AnswerAsync("a"), new[] { ErrorIds.StoreCorrupt, ErrorIds.StoreLocked });
        }
    }

    private async Task FillAsync()
    {
        ISecretStore store = _sandbox.Store();
        await LocalStoreKeyTests.CreateAsync(store, "a", "one");
        using SecretValue two = SecretValue.FromText("two");
        await store.AddVersionAsync("a", two, null, null, default);
        await LocalStoreKeyTests.CreateAsync(store, "b", "other");
        await LocalStoreKeyTests.CreateAsync(store, "disabled", "hidden");
        await store.SetVersionStateAsync("disabled", "1", VersionState.Disabled, default);
    }

    private async Task<string> AnswerAsync(string name)
    {
        try
        {
            return await LocalStoreKeyTests.ReadAsync(_sandbox.FreshStore(), name);
        }
        catch (FlowSecretException e)
        {
            return e.Id;
        }
    }
}
