using System.Globalization;

namespace FlowSecrets.Text;

/// <summary>The words of PowerShell's completion: what was typed, and what is inserted for it.</summary>
internal static class CompletedWord
{
    /// <summary>The text of a word that somebody is typing, without the quotation marks around it.</summary>
    public static string Typed(string word)
    {
        if (word.Length == 0 || !(IsSingle(word) || IsDouble(word)))
        {
            return word;
        }

        Func<char, bool> closes = IsSingle(word) ? PowerShellText.IsSingleQuote : PowerShellText.IsDoubleQuote;
        string inside = word[1..(word.Length > 1 && closes(word[^1]) ? ^1 : ^0)];
        return IsSingle(word) ? inside.Replace("''", "'", StringComparison.Ordinal) : inside.Replace("`", "", StringComparison.Ordinal);
    }

    /// <summary>What PowerShell reads as exactly the name, in the quotation marks that the word begins with.</summary>
    public static string Of(string name, string word) =>
        IsSingle(word) ? PowerShellText.SingleQuote(name)
        : IsDouble(word) ? PowerShellText.DoubleQuote(name)
        : IsBareWord(name) ? name
        : PowerShellText.SingleQuote(name);

    private static bool IsSingle(string word) => word.Length > 0 && PowerShellText.IsSingleQuote(word[0]);

    private static bool IsDouble(string word) => word.Length > 0 && PowerShellText.IsDoubleQuote(word[0]);

    /// <summary>Whether PowerShell reads the argument as these characters: a plain number, or a word that begins with a letter.</summary>
    private static bool IsBareWord(string name) =>
        name is [>= '1' and <= '9', ..]
            ? int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            : name is [(>= 'A' and <= 'Z') or (>= 'a' and <= 'z') or '_', ..]
                && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/');
}
