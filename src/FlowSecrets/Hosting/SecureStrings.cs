using System.Runtime.InteropServices;
using System.Security;
using FlowSecrets.Values;

namespace FlowSecrets.Hosting;

/// <summary>Between PowerShell's SecureString and our value; no copy stays behind.</summary>
internal static class SecureStrings
{
    public static SecretValue ToValue(SecureString text)
    {
        nint pointer = Marshal.SecureStringToGlobalAllocUnicode(text);
        char[] characters = new char[text.Length];
        try
        {
            Marshal.Copy(pointer, characters, 0, characters.Length);
            return SecretValue.FromText(characters);
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(pointer);
            Array.Clear(characters);
        }
    }

    /// <exception cref="FlowSecretException">ValueNotText: a SecureString holds text alone.</exception>
    public static SecureString FromValue(SecretValue value, string name)
    {
        if (!value.IsText())
        {
            value.RevealText(name);
        }

        SecureString result = new();
        Span<char> characters = new char[value.AsSpan().Length];
        int count = System.Text.Encoding.UTF8.GetChars(value.AsSpan(), characters);
        foreach (char c in characters[..count])
        {
            result.AppendChar(c);
        }

        characters.Clear();
        result.MakeReadOnly();
        return result;
    }
}
