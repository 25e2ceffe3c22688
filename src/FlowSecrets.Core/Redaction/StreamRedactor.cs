using System.Buffers;
using System.Security.Cryptography;

namespace FlowSecrets.Redaction;

/// <summary>
/// Hides values in a stream of bytes, wherever writes cut it. It holds back only what can still become a value, so what cannot is written
/// at once. Values that overlap become one mark, so that no part of one is shown.
/// </summary>
internal sealed class StreamRedactor(RedactionPatterns patterns)
{
    private byte[] _held = [];
    private int _heldLength;

    /// <summary>Bytes from the beginning of what is held back that belong to a value before it.</summary>
    private int _hiddenAhead;

    /// <summary>Whether something was hidden so far.</summary>
    public bool HasHidden { get; private set; }

    /// <summary>Writes all that is decided with these bytes.</summary>
    public void Write(ReadOnlySpan<byte> input, IBufferWriter<byte> output)
    {
        if (_heldLength == 0)
        {
            Decide(input, output, isEnd: false);
            return;
        }

        int length = _heldLength + input.Length;
        byte[] all = ArrayPool<byte>.Shared.Rent(length);
        _held.AsSpan(0, _heldLength).CopyTo(all);
        input.CopyTo(all.AsSpan(_heldLength));
        _heldLength = 0;
        Decide(all.AsSpan(0, length), output, isEnd: false);
        CryptographicOperations.ZeroMemory(all.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(all);
    }

    /// <summary>At the end of the stream: what is held back is no value.</summary>
    public void Flush(IBufferWriter<byte> output)
    {
        byte[] held = _held[.._heldLength];
        _heldLength = 0;
        Decide(held, output, isEnd: true);
        CryptographicOperations.ZeroMemory(held);
        CryptographicOperations.ZeroMemory(_held);
    }

    private void Decide(ReadOnlySpan<byte> data, IBufferWriter<byte> output, bool isEnd)
    {
        int decided = isEnd ? data.Length : Undecided(data);
        int hidden = _hiddenAhead;
        int shown = Math.Min(hidden, decided);
        for (int i = patterns.NextCandidate(data, 0); i < decided; i = patterns.NextCandidate(data, i + 1))
        {
            if (patterns.LongestAt(data[i..]) is not { } found)
            {
                continue;
            }

            if (i >= hidden)
            {
                output.Write(data[shown..i]);
                output.Write(found.Mark);
                HasHidden = true;
            }

            hidden = Math.Max(hidden, i + found.Bytes.Length);
            shown = Math.Min(hidden, decided);
        }

        output.Write(data[shown..decided]);
        _hiddenAhead = Math.Max(0, hidden - decided);
        Hold(data[decided..]);
    }

    /// <summary>The first place from which on the data can still become a value.</summary>
    private int Undecided(ReadOnlySpan<byte> data)
    {
        int from = Math.Max(0, data.Length - patterns.Longest + 1);
        int last = data.Length - RedactionPatterns.Shortest;
        for (int i = patterns.NextCandidate(data, from); i <= last; i = patterns.NextCandidate(data, i + 1))
        {
            if (patterns.MayGoOn(data[i..]))
            {
                return i;
            }
        }

        for (int i = Math.Max(from, last + 1); i < data.Length; i++)
        {
            if (patterns.MayGoOn(data[i..]))
            {
                return i;
            }
        }

        return data.Length;
    }

    private void Hold(ReadOnlySpan<byte> rest)
    {
        if (_held.Length < rest.Length)
        {
            CryptographicOperations.ZeroMemory(_held);
            _held = GC.AllocateUninitializedArray<byte>(Math.Max(256, rest.Length * 2), pinned: true);
        }

        rest.CopyTo(_held);
        _heldLength = rest.Length;
    }
}
