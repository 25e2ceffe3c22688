using System.Security.Cryptography;
using FlowSecrets.Model;
using FlowSecrets.Values;

namespace FlowSecrets.Providers.Kubernetes.Workloads;

/// <summary>
/// Values from before, as they may stand inside other values: a connection string has a password URL-encoded. Owns what it makes of them.
/// </summary>
internal sealed class OutdatedTexts : IDisposable
{
    /// <summary>A shorter one stands in other values by chance.</summary>
    private const int Shortest = 8;

    private readonly List<byte[]> _texts = [];

    public OutdatedTexts(WorkloadSecret secret)
    {
        foreach (SecretValue value in secret.Outdated)
        {
            // What the value of now has in it says nothing.
            if (value.AsSpan().Length >= Shortest && !secret.Variables.Values.Any(v => v.AsSpan().IndexOf(value.AsSpan()) >= 0))
            {
                _texts.Add(Pinned(value.AsSpan(), value.AsSpan().Length));
                _texts.Add(Encoded(value.AsSpan()));
            }
        }
    }

    public bool AreIn(ReadOnlySpan<byte> value)
    {
        foreach (byte[] text in _texts)
        {
            if (value.IndexOf(text) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    public void Dispose() => _texts.ForEach(static t => CryptographicOperations.ZeroMemory(t));

    private static byte[] Encoded(ReadOnlySpan<byte> value)
    {
        Span<byte> one = stackalloc byte[3];
        byte[] room = GC.AllocateUninitializedArray<byte>(value.Length * 3, pinned: true);
        int length = 0;
        foreach (byte b in value)
        {
            one[0] = b;
            int size = 1;
            if (!char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'-' or (byte)'_' or (byte)'.' or (byte)'~'))
            {
                const string Digits = "0123456789ABCDEF";
                (one[0], one[1], one[2]) = ((byte)'%', (byte)Digits[b >> 4], (byte)Digits[b & 15]);
                size = 3;
            }

            one[..size].CopyTo(room.AsSpan(length));
            length += size;
        }

        byte[] exact = Pinned(room, length);
        CryptographicOperations.ZeroMemory(room);
        one.Clear();
        return exact;
    }

    private static byte[] Pinned(ReadOnlySpan<byte> text, int length)
    {
        byte[] pinned = GC.AllocateUninitializedArray<byte>(length, pinned: true);
        text[..length].CopyTo(pinned);
        return pinned;
    }
}
