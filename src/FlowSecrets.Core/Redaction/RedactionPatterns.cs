using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using FlowSecrets.Values;

namespace FlowSecrets.Redaction;

/// <param name="Name">Shown in place of the value, if names are shown.</param>
/// <param name="IsPart">Whether it is a part of another value, which is not named if it is too short.</param>
internal readonly record struct HiddenValue(string Name, SecretValue Value, bool IsPart);

/// <summary>
/// What a command hides, in all its forms, ready to be looked for. Shared by all streams of the command. Disposing zeroes the copies.
/// </summary>
internal sealed class RedactionPatterns : IDisposable
{
    /// <summary>A shorter value would hide parts of many words.</summary>
    public const int Shortest = 4;

    private const int HashBits = 18;

    private readonly List<Pattern> _patterns = [];
    private readonly ulong[] _starts = new ulong[(1 << HashBits) / 64];
    private readonly Dictionary<uint, Pattern[]> _byStart;
    private readonly HashSet<uint> _shortStarts = [];

    private RedactionPatterns(IEnumerable<(byte[] Bytes, byte[] Mark)> forms)
    {
        HashSet<string> known = new(StringComparer.Ordinal);
        foreach ((byte[] bytes, byte[] mark) in forms)
        {
            if (bytes.Length >= Shortest && known.Add(Convert.ToBase64String(bytes)))
            {
                byte[] pinned = GC.AllocateUninitializedArray<byte>(bytes.Length, pinned: true);
                bytes.CopyTo(pinned, 0);
                _patterns.Add(new Pattern(pinned, mark));
            }
        }

        _byStart = _patterns
            .GroupBy(static p => Start(p.Bytes))
            .ToDictionary(static g => g.Key, static g => g.OrderByDescending(static p => p.Bytes.Length).ToArray());
        foreach (uint start in _byStart.Keys)
        {
            uint hash = Hash(start);
            _starts[hash >> 6] |= 1UL << (int)(hash & 63);
        }

        foreach (Pattern pattern in _patterns)
        {
            for (int length = 1; length < Shortest; length++)
            {
                _shortStarts.Add(ShortStart(pattern.Bytes.AsSpan(0, length)));
            }

            Longest = Math.Max(Longest, pattern.Bytes.Length);
        }
    }

    /// <summary>Names of the values that are not hidden, because they are too short.</summary>
    public IReadOnlyList<string> NotMasked { get; private init; } = [];

    /// <summary>Length of the longest form, in bytes.</summary>
    public int Longest { get; }

    public bool IsEmpty => _patterns.Count == 0;

    /// <param name="showName">Whether [name] stands in place of a value, instead of ***.</param>
    public static RedactionPatterns Build(IReadOnlyCollection<HiddenValue> values, bool showName)
    {
        List<(byte[], byte[])> forms = [];
        List<string> notMasked = [];
        foreach (HiddenValue hidden in values)
        {
            byte[] value = hidden.Value.AsSpan().ToArray();
            int length = hidden.Value.IsText() ? Encoding.UTF8.GetCharCount(value) : value.Length;
            if (length >= Shortest)
            {
                byte[] mark = Encoding.UTF8.GetBytes(showName ? $"[{hidden.Name}]" : "***");
                forms.AddRange(ValueForms.Of(value).Select(f => (f, mark)));
            }
            else if (!hidden.IsPart && length > 0 && !notMasked.Contains(hidden.Name, StringComparer.Ordinal))
            {
                notMasked.Add(hidden.Name);
            }

            CryptographicOperations.ZeroMemory(value);
        }

        RedactionPatterns patterns = new(forms) { NotMasked = notMasked };
        forms.ForEach(static f => CryptographicOperations.ZeroMemory(f.Item1));
        return patterns;
    }

    /// <summary>The text without the values; the same instance if it has none.</summary>
    public string Redact(string text)
    {
        if (IsEmpty || text.Length < Shortest)
        {
            return text;
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text);
        ArrayBufferWriter<byte> shown = new(bytes.Length + 16);
        StreamRedactor redactor = new(this);
        redactor.Write(bytes, shown);
        redactor.Flush(shown);
        string result = redactor.HasHidden ? Encoding.UTF8.GetString(shown.WrittenSpan) : text;
        CryptographicOperations.ZeroMemory(bytes);
        return result;
    }

    public void Dispose() => _patterns.ForEach(static p => CryptographicOperations.ZeroMemory(p.Bytes));

    /// <summary>The first place at or after one where a form may begin, by its first four bytes; the data's end if none.</summary>
    internal int NextCandidate(ReadOnlySpan<byte> data, int from)
    {
        ref byte first = ref MemoryMarshal.GetReference(data);
        ref ulong starts = ref MemoryMarshal.GetArrayDataReference(_starts);
        int last = data.Length - Shortest;
        for (int i = from; i <= last; i++)
        {
            uint hash = Hash(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref first, i)));
            if ((Unsafe.Add(ref starts, hash >> 6) & (1UL << (int)(hash & 63))) != 0)
            {
                return i;
            }
        }

        return data.Length;
    }

    /// <summary>The longest form that stands at the beginning of the data; null: none does.</summary>
    internal Pattern? LongestAt(ReadOnlySpan<byte> data)
    {
        if (_byStart.TryGetValue(Start(data), out Pattern[]? candidates))
        {
            foreach (Pattern pattern in candidates)
            {
                if (data.StartsWith(pattern.Bytes))
                {
                    return pattern;
                }
            }
        }

        return null;
    }

    /// <summary>Whether the data, to its end, is the beginning of a form that is longer.</summary>
    internal bool MayGoOn(ReadOnlySpan<byte> data)
    {
        if (data.Length < Shortest)
        {
            return _shortStarts.Contains(ShortStart(data));
        }

        if (_byStart.TryGetValue(Start(data), out Pattern[]? candidates))
        {
            foreach (Pattern pattern in candidates)
            {
                if (pattern.Bytes.Length <= data.Length)
                {
                    return false;
                }

                if (pattern.Bytes.AsSpan().StartsWith(data))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static uint Start(ReadOnlySpan<byte> data) => MemoryMarshal.Read<uint>(data);

    private static uint Hash(uint start) => (start * 0x9E3779B1u) >> (32 - HashBits);

    /// <summary>One to three bytes, and how many.</summary>
    private static uint ShortStart(ReadOnlySpan<byte> data)
    {
        uint start = (uint)data.Length << 24;
        for (int i = 0; i < data.Length; i++)
        {
            start |= (uint)data[i] << (8 * i);
        }

        return start;
    }

    /// <param name="Mark">What is shown in its place.</param>
    internal sealed record Pattern(byte[] Bytes, byte[] Mark);
}
