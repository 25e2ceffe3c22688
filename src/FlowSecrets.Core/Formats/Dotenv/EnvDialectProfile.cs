using System.Collections.Frozen;

namespace FlowSecrets.Formats.Dotenv;

/// <summary>All that the reader and the writer must know of one dialect; see the table in <see cref="EnvDialectProfiles"/>.</summary>
internal sealed record EnvDialectProfile
{
    public required EnvDialect Dialect { get; init; }

    /// <summary>Ends the sentence "no spelling that …"; null: "the dialect … has".</summary>
    public string? Readers { get; init; }

    /// <summary>Reads a file that is not made of lines, from its text and its name for errors; null: the file is made of lines.</summary>
    public Func<string, string, IEnvDocument>? ParseWhole { get; init; }

    /// <summary>What must stand before a name, in any case.</summary>
    public string NamePrefix { get; init; } = "";

    /// <summary>What the writer sets between name and value.</summary>
    public string Assignment { get; init; } = "=";

    /// <summary>Whether a colon and a blank can stand between name and value.</summary>
    public bool TakesColons { get; init; }

    /// <summary>Whether blanks around a name are no part of it.</summary>
    public bool TrimsNames { get; init; } = true;

    /// <summary>Whether <c>export</c> may stand before a name.</summary>
    public bool AllowsExport { get; init; } = true;

    /// <summary>What can open a quoted value.</summary>
    public string Quotes { get; init; } = "'\"";

    /// <summary>What a backslash and a character mean between these quotes; without an entry both stay.</summary>
    public FrozenDictionary<(char Quote, char Next), string> Escapes { get; init; } =
        FrozenDictionary<(char Quote, char Next), string>.Empty;

    /// <summary>What begins a comment behind a bare value; null: nothing does.</summary>
    public string? CommentMark { get; init; } = " #";

    /// <summary>Whether a CR within quotes is read as it stands.</summary>
    public bool TakesCarriageReturns { get; init; }

    /// <summary>Whether any value with a CR or an LF has a spelling.</summary>
    public bool TakesLineBreaks { get; init; } = true;

    /// <summary>The bytes that a line must stay below; null: no limit.</summary>
    public int? LineLimit { get; init; }

    /// <summary>Whether a value of harmless characters is written without quotes.</summary>
    public bool TakesBareValues { get; init; } = true;

    /// <summary>Reads the value at the reader's position; the file and the line are for errors.</summary>
    public Func<EnvReader, string, int, string> Read { get; init; } = static (reader, file, line) => reader.ReadValue(file, line);

    /// <summary>Spells a value that cannot stand bare; null where the dialect has no spelling for it.</summary>
    public required Func<string, string?> Spell { get; init; }
}
