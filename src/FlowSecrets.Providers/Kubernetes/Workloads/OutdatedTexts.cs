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
                _texts.Add(PercentEncoding.Of(value.AsSpan()));
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

    private static byte[] Pinned(ReadOnlySpan<byte> text, int length)
    {
        byte[] pinned = GC.AllocateUninitializedArray<byte>(length, pinned: true);
        text[..length].CopyTo(pinned);
        return pinned;
    }
}
