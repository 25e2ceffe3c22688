using System.Buffers;
using FlowSecrets.Errors;

namespace FlowSecrets.Formats.Dotenv;

/// <summary>
/// Spells one variable for a dialect. The portable rules are those of docs/env-files.md: what they write, six parsers read alike
/// (seven where the value needs no quotes); what has no such spelling is refused rather than guessed.
/// </summary>
internal static class EnvWriter
{
    private const int DockerLineLimit = 64 * 1024;

    private static readonly SearchValues<char> Raw = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:@%+,=-"
    );

    /// <summary>PowerShell takes the typographic single quotes for its own.</summary>
    private static readonly char[] PwshQuotes = ['\'', '\u2018', '\u2019', '\u201A', '\u201B'];

    /// <returns>The line or lines, without the last newline; null when the dialect has no spelling for the value.</returns>
    public static string? Format(EnvDialect dialect, string name, string value)
    {
        if (dialect == EnvDialect.Pwsh)
        {
            return value.Contains('\0') ? null : $"$env:{name} = '{PwshEscape(value)}'";
        }

        return Spell(dialect, name, value) is { } spelled ? $"{name}={spelled}" : null;
    }

    /// <summary>Why a value has no spelling, and which dialect has one; never the value.</summary>
    public static FlowSecretException NotPortable(EnvDialect dialect, string name, string value)
    {
        EnvDialect[] others = [.. Enum.GetValues<EnvDialect>().Where(d => d is not EnvDialect.Json && Format(d, name, value) is not null)];
        string remedy =
            others.Length == 0
                ? "No .env file can carry it: write the secret to a file of its own (localEnv.files), or store it base64-encoded."
                : $"Name the program that reads the file: -Target "
                    + $"{string.Join(", ", others.Select(static o => o.ToString().ToLowerInvariant()))} can carry it; or store it "
                    + $"base64-encoded.";
        string reader =
            dialect == EnvDialect.Portable ? "all .env parsers read alike" : $"the dialect {dialect.ToString().ToLowerInvariant()} has";
        return new FlowSecretException(
            ErrorIds.EnvValueNotPortable,
            FlowErrorCategory.InvalidData,
            name,
            $"The value of {name} has no spelling that {reader}",
            remedy
        );
    }

    private static string? Spell(EnvDialect dialect, string name, string value)
    {
        if (value.Contains('\0'))
        {
            return null;
        }

        if (dialect == EnvDialect.Docker)
        {
            bool fits =
                value.AsSpan().IndexOfAny('\n', '\r') < 0
                && System.Text.Encoding.UTF8.GetByteCount(value) + name.Length + 2 < DockerLineLimit;
            return fits ? value : null;
        }

        if (value.AsSpan().IndexOfAnyExcept(Raw) < 0)
        {
            return value;
        }

        bool hasSingle = value.Contains('\'');
        return dialect switch
        {
            EnvDialect.Portable => Portable(value, hasSingle),
            EnvDialect.Compose => Compose(value, hasSingle),
            EnvDialect.Node => Node(value),
            EnvDialect.Python => Python(value),
            EnvDialect.Systemd => hasSingle ? Quote('"', Escape(value, '\\', '"', '$', '`')) : Quote('\'', value),
            EnvDialect.Bash => Quote('\'', value.Replace("'", @"'\''", StringComparison.Ordinal)),
            _ => throw new ArgumentOutOfRangeException(nameof(dialect), dialect, null),
        };
    }

    private static string? Portable(string value, bool hasSingle)
    {
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

    private static string? Compose(string value, bool hasSingle)
    {
        if (!hasSingle && !value.EndsWith('\\'))
        {
            return Quote('\'', value);
        }

        return value.Contains('$') ? null : Quote('"', Escape(value, '\\', '"'));
    }

    /// <summary>
    /// It reads the file as text, which turns a CR into LF; only the escape between double quotes carries one. It takes a backslash before
    /// the closing quote for an escape as soon as the file has another quote further down, so such a value must stand bare.
    /// </summary>
    private static string? Python(string value)
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

    private static string? Node(string value)
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

    private static string Quote(char quote, string text) => $"{quote}{text}{quote}";

    private static string Escape(string value, params char[] escaped) =>
        string.Concat(value.Select(c => escaped.Contains(c) ? $"\\{c}" : c.ToString()));

    private static string PwshEscape(string value) =>
        string.Concat(value.Select(static c => PwshQuotes.Contains(c) ? $"{c}{c}" : c.ToString()));
}
