using System.Collections.Frozen;

namespace FlowSecrets.Formats.Dotenv;

/// <summary>The table of the dialects; docs/env-files.md says where the rules come from.</summary>
internal static class EnvDialectProfiles
{
    private static readonly FrozenDictionary<EnvDialect, EnvDialectProfile> All = new EnvDialectProfile[]
    {
        new()
        {
            Dialect = EnvDialect.Portable,
            Readers = "all .env parsers read alike",
            Quotes = "'\"`",
            // An escaped quote does not end the value, and its backslash stays.
            Escapes = Escapes(('"', 'n', "\n"), ('"', 'r', "\r"), ('"', '"', "\\\""), ('\'', '\'', "\\'"), ('`', '`', "\\`")),
            CommentMark = "#",
            // Some of the programs take them, so a variable in such a line is there.
            TakesColons = true,
            Spell = EnvSpelling.Portable,
        },
        new()
        {
            Dialect = EnvDialect.Dotenv,
            Quotes = "'\"`",
            Escapes = Escapes(('"', 'n', "\n"), ('"', 'r', "\r"), ('"', '"', "\\\""), ('\'', '\'', "\\'"), ('`', '`', "\\`")),
            CommentMark = "#",
            TakesColons = true,
            Spell = EnvSpelling.Dotenv,
        },
        new()
        {
            Dialect = EnvDialect.Docker,
            TrimsNames = false,
            AllowsExport = false,
            Quotes = "",
            CommentMark = null,
            TakesLineBreaks = false,
            LineLimit = 64 * 1024,
            Read = static (reader, _, _) => reader.TakeLine(),
            // Docker may take quotes off that stand around the whole value (docker/cli#3630), so both readings must agree.
            Spell = static value => value is ['"', .., '"'] or ['\'', .., '\''] ? null : value,
        },
        new()
        {
            Dialect = EnvDialect.Compose,
            Escapes = Escapes(('\'', '\'', "'"), ('"', 'n', "\n"), ('"', 'r', "\r"), ('"', 't', "\t"), ('"', '\\', "\\"), ('"', '"', "\"")),
            TakesCarriageReturns = true,
            TakesColons = true,
            Spell = EnvSpelling.Compose,
        },
        new()
        {
            Dialect = EnvDialect.Node,
            Quotes = "'\"`",
            Escapes = Escapes(('"', 'n', "\n")),
            CommentMark = "#",
            Spell = EnvSpelling.Node,
        },
        new()
        {
            Dialect = EnvDialect.Python,
            Escapes = Escapes(
                ('\'', '\\', "\\"),
                ('\'', '\'', "'"),
                ('"', 'n', "\n"),
                ('"', 'r', "\r"),
                ('"', 't', "\t"),
                ('"', '\\', "\\"),
                ('"', '"', "\"")
            ),
            Spell = EnvSpelling.Python,
        },
        new()
        {
            Dialect = EnvDialect.Systemd,
            Escapes = Escapes(('"', '\\', "\\"), ('"', '"', "\""), ('"', '$', "$"), ('"', '`', "`")),
            CommentMark = null,
            TakesCarriageReturns = true,
            Spell = EnvSpelling.Systemd,
        },
        new()
        {
            Dialect = EnvDialect.Bash,
            Escapes = Escapes(('"', '\\', "\\"), ('"', '"', "\""), ('"', '$', "$"), ('"', '`', "`")),
            TakesCarriageReturns = true,
            Read = static (reader, file, line) => reader.ReadShellWord(file, line),
            Spell = EnvSpelling.Bash,
        },
        new()
        {
            Dialect = EnvDialect.Pwsh,
            NamePrefix = "$env:",
            Assignment = " = ",
            AllowsExport = false,
            // PowerShell takes the typographic single quotes for its own.
            Quotes = EnvSpelling.PwshQuotes,
            TakesCarriageReturns = true,
            TakesBareValues = false,
            Read = static (reader, file, line) => reader.ReadPwshText(file, line),
            Spell = EnvSpelling.Pwsh,
        },
        new()
        {
            Dialect = EnvDialect.Json,
            ParseWhole = EnvJsonDocument.Parse,
            TakesBareValues = false,
            Spell = static _ => null,
        },
    }.ToFrozenDictionary(static p => p.Dialect);

    /// <exception cref="ArgumentOutOfRangeException">The dialect is not in the table.</exception>
    public static EnvDialectProfile Of(EnvDialect dialect) =>
        All.TryGetValue(dialect, out EnvDialectProfile? profile)
            ? profile
            : throw new ArgumentOutOfRangeException(nameof(dialect), dialect, null);

    private static FrozenDictionary<(char Quote, char Next), string> Escapes(params (char Quote, char Next, string Meaning)[] escapes) =>
        escapes.ToFrozenDictionary(static e => (e.Quote, e.Next), static e => e.Meaning);
}
