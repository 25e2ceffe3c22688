using FlowSecrets.Formats.Writing;

namespace FlowSecrets.Formats;

/// <summary>How a format reaches the one who reads it.</summary>
internal enum FormatDelivery
{
    /// <summary>A document of its own.</summary>
    Document,

    /// <summary>Lines at the end of a file that others write to as well.</summary>
    Append,

    /// <summary>A file in which the keys of others stay.</summary>
    Merge,

    /// <summary>Lines of the log.</summary>
    Log,

    /// <summary>A document, and a file for each value beside it.</summary>
    Folder,
}

/// <summary>One format: names, reader, writer and limits; see the table in <see cref="FormatProfiles"/>.</summary>
/// <param name="Name">How people and messages call it.</param>
internal sealed record FormatProfile(string Name)
{
    /// <summary>Null: it is only read.</summary>
    public ExportFormat? Format => Enum.TryParse(Name, out ExportFormat format) ? format : null;

    /// <summary>Further names that parameters take.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>What names of its files end with; none: it has to be stated. The first format in the table counts.</summary>
    public IReadOnlyList<string> Endings { get; init; } = [];

    /// <summary>The dialect of .env files by which a file is kept up to date; null: it is none.</summary>
    public EnvDialect? Dialect { get; init; }

    /// <summary>The format in <see cref="ValueFiles.Formats"/> that reads it; null: it is only written.</summary>
    public string? Reader { get; init; }

    public FormatDelivery Delivery { get; init; }

    /// <summary>Whether a value can be any bytes; else it must be UTF-8 text.</summary>
    public bool CarriesBytes { get; init; }

    /// <summary>Whether names that differ in case alone are one.</summary>
    public bool IgnoresCase { get; init; }

    /// <summary>What stands for a variable's name there.</summary>
    public Func<string, string> KeyOf { get; init; } = static name => name;

    /// <summary>Why it does not carry a value as it is; null: it does. The value is text, unless the format carries bytes.</summary>
    public Func<FormatVariable, FormatSettings, string?> Limit { get; init; } = static (_, _) => null;

    /// <summary>Why it does not carry all of them together; null: it does.</summary>
    public Func<IReadOnlyList<FormatVariable>, FormatSettings, string?> WholeLimit { get; init; } = static (_, _) => null;

    /// <summary>The text of variables that it carries; null: it is only read.</summary>
    public Func<IReadOnlyList<FormatVariable>, FormatSettings, string>? Write { get; init; }

    /// <summary>The files beside the document.</summary>
    public Func<IReadOnlyList<FormatVariable>, FormatSettings, IReadOnlyList<FormatFile>> Files { get; init; } = static (_, _) => [];

    public bool IsNameOf(string file) => Endings.Any(e => file.EndsWith(e, StringComparison.OrdinalIgnoreCase));

    /// <summary>Why a value is refused; null: it is carried.</summary>
    public string? Problem(FormatVariable variable, FormatSettings settings) =>
        !CarriesBytes && !variable.IsText ? "the value is binary, not UTF-8 text" : Limit(variable, settings);

    public override string ToString() => Name;
}
