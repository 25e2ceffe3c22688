using System.Security.Cryptography;
using FlowSecrets.Model;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Kubernetes.ExternalSecrets;

/// <summary>Compares a Kubernetes Secret with what it must have, in memory. What it says has names only.</summary>
internal static class ExternalValues
{
    /// <summary>What is lacking, each a sentence without its full stop.</summary>
    public static IEnumerable<(ExpectedValue Expected, string What)> Lacking(KubernetesSecret secret, IEnumerable<ExpectedValue> expected)
    {
        foreach (ExpectedValue one in expected)
        {
            string? what =
                !secret.IsThere ? $"there is no Kubernetes Secret '{secret.Name}'"
                : !secret.Data.TryGetValue(one.Key, out Values.SecretValue? there)
                    ? $"the Kubernetes Secret '{secret.Name}' has no key '{one.Key}'"
                : (one.IsPart ? Has(there.AsSpan(), one.Value.AsSpan()) : there.Equals(one.Value)) ? null
                : $"the key '{one.Key}' of the Kubernetes Secret '{secret.Name}' does not have the value of version {one.Version} of "
                    + $"'{one.StoreName}'";
            if (what is not null)
            {
                yield return (one, what);
            }
        }
    }

    public static bool AreSame(KubernetesSecret one, KubernetesSecret other) =>
        one.IsThere == other.IsThere
        && one.Data.Count == other.Data.Count
        && one.Data.All(d => other.Data.TryGetValue(d.Key, out Values.SecretValue? value) && value.Equals(d.Value));

    /// <summary>Whether the text has the value in it: as it is, encoded for URLs, or in base64.</summary>
    private static bool Has(ReadOnlySpan<byte> text, ReadOnlySpan<byte> value)
    {
        if (text.IndexOf(value) >= 0)
        {
            return true;
        }

        byte[] percent = PercentEncoding.Of(value);
        byte[] base64 = GC.AllocateUninitializedArray<byte>(
            System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(value.Length),
            pinned: true
        );
        try
        {
            System.Buffers.Text.Base64.EncodeToUtf8(value, base64, out _, out int length);
            return text.IndexOf(percent) >= 0 || text.IndexOf(base64.AsSpan(0, length)) >= 0;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(percent);
            CryptographicOperations.ZeroMemory(base64);
        }
    }
}
