using System.Buffers.Binary;
using System.Numerics;

namespace FlowSecrets.Providers.Gcp.SecretManager;

/// <summary>CRC-32C (Castagnoli), as Secret Manager sends and checks it.</summary>
internal static class Crc32C
{
    public static long Of(ReadOnlySpan<byte> bytes)
    {
        uint sum = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (byte b in bytes)
        {
            sum = BitOperations.Crc32C(sum, b);
        }

        return ~sum;
    }
}
