using System.Security.Cryptography;
using FlowSecrets.Model;
using FlowSecrets.Values;

namespace FlowSecrets.Providers.Aws.SecretsManager;

/// <summary>The two forms of a value: text as SecretString, which consoles show and other tools read; all else as SecretBinary.</summary>
internal static class AwsValueForms
{
    public static (SecretValue? Text, byte[]? Binary) Of(SecretValue? value) =>
        value is null ? (null, null)
        : value.IsText() && !value.AsSpan().Contains((byte)0) ? (value, null)
        : (null, value.AsSpan().ToArray());

    public static ReadSecret Read(string name, AwsValue value)
    {
        string version = value.VersionId ?? "";
        if (value.SecretString is { } text)
        {
            return new ReadSecret(name, version, text);
        }

        byte[] bytes = value.SecretBinary ?? [];
        try
        {
            return new ReadSecret(name, version, SecretValue.FromBytes(bytes));
        }
        finally
        {
            Clear(bytes);
        }
    }

    public static void Clear(byte[]? bytes)
    {
        if (bytes is not null)
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
