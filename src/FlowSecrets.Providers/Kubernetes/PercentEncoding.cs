using System.Security.Cryptography;

namespace FlowSecrets.Providers.Kubernetes;

/// <summary>Values as URLs have them (RFC 3986), in memory that can be zeroed.</summary>
internal static class PercentEncoding
{
    private const string Digits = "0123456789ABCDEF";

    /// <summary>The caller zeroes it.</summary>
    public static byte[] Of(ReadOnlySpan<byte> value)
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
                (one[0], one[1], one[2]) = ((byte)'%', (byte)Digits[b >> 4], (byte)Digits[b & 15]);
                size = 3;
            }

            one[..size].CopyTo(room.AsSpan(length));
            length += size;
        }

        byte[] exact = GC.AllocateUninitializedArray<byte>(length, pinned: true);
        room.AsSpan(0, length).CopyTo(exact);
        CryptographicOperations.ZeroMemory(room);
        one.Clear();
        return exact;
    }
}
