using System.Security.Cryptography;
using System.Text;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Values;
using Microsoft.Data.Sqlite;

namespace FlowSecrets.Providers.Local;

/// <summary>An open store: its rows, authenticated. Everything that is read of it was made by who has the key.</summary>
internal sealed class LocalSession(LocalDatabase database, LocalMeta meta, StoreCipher cipher, string file) : IDisposable
{
    private long[]? _times;

    public LocalDatabase Database => database;

    public LocalMeta Meta { get; private set; } = meta;

    public StoreCipher Cipher => cipher;

    /// <returns>The table; null when there is no such secret, after it was made sure that none was taken away.</returns>
    public SecretTable? Find(string name)
    {
        SecretTable? table = FindRow(name);
        if (table is null)
        {
            RequireNames();
        }

        return table;
    }

    /// <summary>
    /// As <see cref="Find"/> without looking at all names: for making a secret, which the fingerprint of names takes note of anyway.
    /// </summary>
    public SecretTable? FindRow(string name)
    {
        foreach ((SecretTable table, byte[] mac) in database.ReadTables(name, ""))
        {
            return Authentic(table, mac);
        }

        return null;
    }

    public IEnumerable<SecretTable> All(string prefix)
    {
        RequireNames();
        foreach ((SecretTable table, byte[] mac) in database.ReadTables(null, prefix))
        {
            yield return Authentic(table, mac);
        }
    }

    /// <summary>
    /// Whether the store itself saw a span of time pass: something was written in each quarter of it. The clock of this machine alone does
    /// not say so, because it may be wrong.
    /// </summary>
    /// <param name="from">Unix milliseconds, as <paramref name="to"/>.</param>
    public bool SawPass(long from, long to)
    {
        _times ??= [.. All("").SelectMany(TimesOf).Order()];
        double quarter = (to - from) / 4.0;
        return Enumerable
            .Range(0, 4)
            .All(i =>
            {
                int at = Array.BinarySearch(_times, (long)(from + (quarter * i)) + 1);
                at = at < 0 ? ~at : at;
                return at < _times.Length && _times[at] <= from + (quarter * (i + 1));
            });
    }

    private static IEnumerable<long> TimesOf(SecretTable table) =>
        table.Versions.Select(static v => v.Created).Append(table.Created).Append(table.Deleted);

    public SecretValue Open(SecretTable table, VersionRow version) =>
        cipher.Open(table.Name, version.Number, version.Nonce, database.ReadSealed(table.Name, version.Number))
        ?? throw Corrupt(file, table.Name);

    /// <summary>Decrypts every version, which throws where a value is not as it was written.</summary>
    /// <exception cref="FlowSecretException">StoreCorrupt.</exception>
    public void RequireReadable(SecretTable table, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        foreach (VersionRow version in table.Versions.Where(static v => v.State != VersionState.Destroyed))
        {
            Open(table, version).Dispose();
        }
    }

    public VersionRow Append(SecretTable table, SecretValue value, long now)
    {
        long number = table.Versions.Count == 0 ? 1 : table.Versions[^1].Number + 1;
        (byte[] nonce, byte[] sealedValue) = cipher.Seal(table.Name, number, value);
        VersionRow row = new()
        {
            Number = number,
            Created = now,
            State = VersionState.Enabled,
            Stages = [],
            Nonce = nonce,
            IsChanged = true,
        };
        database.InsertVersion(table.Name, row, sealedValue);
        table.Versions.Add(row);
        return row;
    }

    public void Save(SecretTable table) => database.WriteTable(table, cipher);

    public void AddName(string name) => ToggleName(name);

    public void Purge(SecretTable table)
    {
        database.Delete(table.Name);
        ToggleName(table.Name);
    }

    public void SetWrap(KeyWrap wrap)
    {
        Meta = Meta with { Wrap = wrap };
        database.WriteMeta(Meta);
    }

    /// <summary>The fingerprint of all names, made anew with another cipher.</summary>
    public static (byte[] Names, byte[] Mac) Fingerprint(IEnumerable<string> names, StoreCipher cipher)
    {
        byte[] sum = new byte[32];
        foreach (string name in names)
        {
            Mix(sum, name, cipher);
        }

        return (sum, NamesMac(sum, cipher));
    }

    public void Dispose() => database.Dispose();

    public static FlowSecretException Corrupt(string file, string? name, Exception? inner = null) =>
        new(
            ErrorIds.StoreCorrupt,
            name ?? file,
            name is null
                ? $"The local store '{file}' is damaged or was changed by something else"
                : $"The local store '{file}' is damaged: the rows of '{name}' are not as they were written",
            "Nothing was read from it. Restore a backup: Restore-FlowSecretStore -BackupPath FILE -Force. Without one, move the file "
                + "away, together with those beside it that end in -wal and -shm, and set the secrets up again: Initialize-FlowSecret",
            inner
        );

    /// <summary>What an error of SQLite means to a user.</summary>
    public static FlowSecretException Translate(SqliteException e, string file) =>
        e.SqliteErrorCode switch
        {
            5 or 6 => new FlowSecretException(
                ErrorIds.StoreUnavailable,
                file,
                $"Another process holds the local store '{file}'",
                "Wait until it is done, then try again.",
                e
            ),
            3 or 8 or 14 or 23 => new FlowSecretException(
                ErrorIds.StoreUnavailable,
                file,
                $"The local store '{file}' cannot be opened for writing",
                "Check that the file and its folder belong to this user and can be written.",
                e
            ),
            10 or 13 => new FlowSecretException(
                ErrorIds.StoreUnavailable,
                file,
                $"The disk refused to read or write the local store '{file}'",
                "Check its free space, then try again; nothing was changed.",
                e
            ),
            _ => Corrupt(file, null, e),
        };

    private SecretTable Authentic(SecretTable table, byte[] mac) =>
        table.IsAuthentic(cipher, mac) ? table : throw Corrupt(file, table.Name);

    private void RequireNames()
    {
        (byte[] names, byte[] mac) = Fingerprint(database.ReadNames(), cipher);
        if (!CryptographicOperations.FixedTimeEquals(names, Meta.Names) || !CryptographicOperations.FixedTimeEquals(mac, Meta.NamesMac))
        {
            throw Corrupt(file, null);
        }
    }

    private void ToggleName(string name)
    {
        byte[] sum = [.. Meta.Names];
        if (!CryptographicOperations.FixedTimeEquals(NamesMac(sum, cipher), Meta.NamesMac))
        {
            throw Corrupt(file, null);
        }

        Mix(sum, name, cipher);
        Meta = Meta with { Names = sum, NamesMac = NamesMac(sum, cipher) };
        database.WriteMeta(Meta);
    }

    private static void Mix(byte[] sum, string name, StoreCipher cipher)
    {
        byte[] hash = cipher.Authenticate([.. "flowsecrets-name-1:"u8, .. Encoding.UTF8.GetBytes(name)]);
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] ^= hash[i];
        }
    }

    private static byte[] NamesMac(byte[] sum, StoreCipher cipher) => cipher.Authenticate([.. "flowsecrets-names-1:"u8, .. sum]);
}
