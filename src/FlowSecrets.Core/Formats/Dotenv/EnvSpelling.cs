namespace FlowSecrets.Formats.Dotenv;

/// <summary>How each dialect spells a value that cannot stand bare; null where it has no spelling.</summary>
internal static class EnvSpelling
{
    /// <summary>PowerShell takes the typographic single quotes for its own.</summary>
    public const string PwshQuotes = "'\u2018\u2019\u201A\u201B";

    public static string? Portable(string value)
    {
        bool hasSingle = value.Contains('\'');
        bool hasCarriageReturn = value.Contains('\r');
        if (!hasSingle)
        {
            bool alike =
                !hasCarriageReturn
                && !value.Contains(@"\\", StringComparison.Ordinal)
                && !value.EndsWith('\\')
                && !value.Contains("${", StringComparison.Ordinal);
            return alike ? Quote('\'', value) : null;
        }

        return hasCarriageReturn || value.AsSpan().IndexOfAny("\"\\$`") >= 0 ? null : Quote('"', value);
    }

    /// <summary>A backslash at the end would protect the closing quote as soon as the file has another quote further down.</summary>
    public static string? Dotenv(string value)
    {
        if (value.EndsWith('\\') || value.Contains('\r'))
        {
            return null;
        }

        bool isPlain = !value.Contains(@"\n", StringComparison.Ordinal) && !value.Contains(@"\r", StringComparison.Ordinal);
        return !value.Contains('\'') ? Quote('\'', value)
            : !value.Contains('`') ? Quote('`', value)
            : !value.Contains('"') && isPlain ? Quote('"', value)
            : null;
    }

    public static string? Compose(string value)
    {
        if (!value.Contains('\'') && !value.EndsWith('\\'))
        {
            return Quote('\'', value);
        }

        return value.Contains('$') ? null : Quote('"', Escape(value, '\\', '"'));
    }

    /// <summary>
    /// It reads the file as text, which turns a CR into LF; only the escape between double quotes carries one. It takes a backslash before
    /// the closing quote for an escape as soon as the file has another quote further down, so such a value must stand bare.
    /// </summary>
    public static string? Python(string value)
    {
        if (value.Contains("${", StringComparison.Ordinal))
        {
            return null;
        }

        if (value.EndsWith('\\'))
        {
            bool canStandBare =
                value[0] is not ('\'' or '"')
                && !char.IsWhiteSpace(value[0])
                && !char.IsControl(value[0])
                && value.AsSpan().IndexOfAny('\n', '\r', '#') < 0;
            return canStandBare ? value : null;
        }

        return value.Contains('\r')
            ? Quote('"', Escape(value, '\\', '"').Replace("\r", @"\r", StringComparison.Ordinal))
            : Quote('\'', Escape(value, '\\', '\''));
    }

    public static string? Node(string value)
    {
        if (value.Contains('\r'))
        {
            return null;
        }

        if (!value.Contains('\''))
        {
            return Quote('\'', value);
        }

        if (!value.Contains('`'))
        {
            return Quote('`', value);
        }

        return value.Contains('"') || value.Contains(@"\n", StringComparison.Ordinal) ? null : Quote('"', value);
    }

    public static string Systemd(string value) =>
        value.Contains('\'') ? Quote('"', Escape(value, '\\', '"', '$', '`')) : Quote('\'', value);

    public static string Bash(string value) => Quote('\'', value.Replace("'", @"'\''", StringComparison.Ordinal));

    public static string Pwsh(string value) =>
        Quote('\'', string.Concat(value.Select(static c => PwshQuotes.Contains(c) ? $"{c}{c}" : c.ToString())));

    private static string Quote(char quote, string text) => $"{quote}{text}{quote}";

    private static string Escape(string value, params char[] escaped) =>
        string.Concat(value.Select(c => escaped.Contains(c) ? $"\\{c}" : c.ToString()));
}
