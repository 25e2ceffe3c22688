using System.Text.RegularExpressions;
using FlowSecrets.Errors;
using FlowSecrets.Formats.Dotenv.Grammars;

namespace FlowSecrets.Formats.Dotenv;

/// <summary>
/// Reads a .env file whose values are taken over: as the stated program does, or else as all programs do that a .env file is made for. A
/// value that they read differently is not guessed.
/// </summary>
internal static partial class EnvImport
{
    /// <summary>How a sentence about a name ends that has no '=' and so no value.</summary>
    private const string NoValue = "has no value in the file";

    /// <param name="file">Named in errors.</param>
    /// <param name="format">The program, by the name of its grammar or dialect; null: all have to agree.</param>
    /// <exception cref="FlowSecretException">BadInput: a line that sets no variable; EnvFileInvalid, LimitReached.</exception>
    public static EnvContent Read(string text, string file, string? format)
    {
        EnvGrammar[] grammars = [.. EnvGrammar.All.Where(g => format is null || g.Name == format)];
        try
        {
            return grammars.Length == 0
                ? ReadLines(text, file, Enum.Parse<EnvDialect>(format!, ignoreCase: true))
                : Compare(EnvText.Normalise(text), file, grammars);
        }
        catch (RegexMatchTimeoutException)
        {
            throw new FlowSecretException(
                ErrorIds.LimitReached,
                file,
                $"'{file}' takes too long to read",
                "Look for quotes that are not closed and for very many blank lines; nothing was changed."
            );
        }
    }

    /// <summary>The lines that set a variable, from 1, as each program reads them.</summary>
    /// <param name="format">As for <see cref="Read"/>.</param>
    /// <exception cref="FlowSecretException">EnvFileInvalid.</exception>
    public static IEnumerable<(string Name, int First, int Last)> Lines(string text, string file, string? format)
    {
        EnvGrammar[] grammars = [.. EnvGrammar.All.Where(g => format is null || g.Name == format)];
        if (grammars.Length > 0)
        {
            string normal = EnvText.Normalise(text);
            return grammars.SelectMany(g => g.Read(normal)).Where(IsVariable).Select(static s => (s.Name!, s.Line, s.LastLine));
        }

        EnvDialect dialect = Enum.Parse<EnvDialect>(format!, ignoreCase: true);
        return EnvReader
            .Read(EnvDocument.Normalise(text, EnvDialectProfiles.Of(dialect)), dialect, file)
            .Where(static s => s.Name is not null)
            .Select(static s => (s.Name!, s.Line, s.Line + s.Text.AsSpan().Count('\n')));
    }

    private static EnvContent Compare(string text, string file, EnvGrammar[] grammars)
    {
        List<(EnvGrammar Grammar, ILookup<string, EnvStatement> Read)> readings = [];
        SortedDictionary<int, List<string>> names = [];
        bool[] covered = new bool[text.AsSpan().Count('\n') + 2];
        foreach (EnvGrammar grammar in grammars)
        {
            EnvStatement[] statements = [.. grammar.Read(text).Where(IsVariable)];
            readings.Add((grammar, statements.ToLookup(static s => s.Name!, StringComparer.Ordinal)));
            foreach (EnvStatement statement in statements)
            {
                covered.AsSpan(statement.Line..(Math.Min(statement.LastLine, covered.Length - 1) + 1)).Fill(true);
                List<string> here = names.TryGetValue(statement.Line, out List<string>? known) ? known : names[statement.Line] = [];
                here.Add(statement.Name!);
            }
        }

        RequireCovered(text, file, covered);
        List<KeyValuePair<string, string?>> values = [];
        List<string> doubts = [];
        List<string> notes = [];
        bool isBroken = false;
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach ((int first, List<string> here) in names)
        {
            foreach (string name in here.Where(seen.Add))
            {
                EnvOpinions opinions = new(readings.Select(r => (r.Grammar.Program, r.Read[name])));
                int line = Math.Max(first, opinions.Line);
                isBroken |= opinions.IsBroken;
                if (opinions.Doubt is { } doubt)
                {
                    values.Add(new(name, null));
                    doubts.Add($"{file}:{line}: {name}: {doubt}");
                }
                else if (opinions.Value is { } value)
                {
                    values.Add(new(name, value));
                    if (readings.Any(r => r.Read[name].Select(static s => s.Value).Distinct(StringComparer.Ordinal).Skip(1).Any()))
                    {
                        notes.Add(SetAgain(name, line));
                    }
                }
                else
                {
                    notes.Add($"{name} (line {line}) {opinions.Absence ?? NoValue}");
                }
            }
        }

        return new EnvContent(values, doubts, notes, isBroken);
    }

    /// <summary>A dialect that is read line by line.</summary>
    private static EnvContent ReadLines(string text, string file, EnvDialect dialect)
    {
        EnvDialectProfile profile = EnvDialectProfiles.Of(dialect);
        Dictionary<string, string?> values = new(StringComparer.Ordinal);
        List<string> notes = [];
        foreach (EnvSpan span in EnvReader.Read(EnvDocument.Normalise(text, profile), dialect, file))
        {
            string line = span.Text.Trim();
            if (span.Name is not null)
            {
                if (values.TryGetValue(span.Name, out string? before) && !string.Equals(before, span.Value, StringComparison.Ordinal))
                {
                    notes.Add(SetAgain(span.Name, span.Line));
                }

                values[span.Name] = span.Value;
            }
            else if (Bare().IsMatch(line))
            {
                notes.Add($"{line} (line {span.Line}) {NoValue}");
            }
            else if (Head().Match(line) is { Success: true } head)
            {
                notes.Add($"{head.Groups["name"].Value} (line {span.Line}) is no name that the program sets a variable by");
            }
            else if (line.Length > 0 && line[0] != '#' && !(dialect == EnvDialect.Systemd && line[0] == ';'))
            {
                throw NoVariable(file, span.Line);
            }
        }

        return new EnvContent([.. values], [], notes);
    }

    /// <summary>Nothing of a file is dropped in silence.</summary>
    private static void RequireCovered(string text, string file, bool[] covered)
    {
        int number = 0;
        foreach (string line in text.Split('\n'))
        {
            ReadOnlySpan<char> content = line.AsSpan().Trim();
            if (!covered[++number] && content.Length > 0 && content[0] != '#')
            {
                throw NoVariable(file, number);
            }
        }
    }

    private static string SetAgain(string name, int line) =>
        $"{name} has several values in the file, of which the last (line {line}) counts";

    private static bool IsVariable(EnvStatement statement) =>
        statement.Name is { } name && (statement.IsAssignment ? Name() : Bare()).IsMatch(name);

    private static FlowSecretException NoVariable(string file, int line) =>
        new(
            ErrorIds.BadInput,
            file,
            $"{file}:{line}: no variable is set here, and it is no comment",
            "Put the rest of a value in quotes with its beginning, or put # before the line; nothing was changed."
        );

    [GeneratedRegex(@"\A[A-Za-z0-9_.\-]+\z")]
    private static partial Regex Name();

    [GeneratedRegex(@"\A(?<name>[A-Za-z0-9_.\-]+)\s*=", RegexOptions.ExplicitCapture)]
    private static partial Regex Head();

    /// <summary>What is a variable's name rather than a line of a key that was not put in quotes, and can be shown.</summary>
    [GeneratedRegex(@"\A(?:[A-Z]{1,24}|[A-Z0-9]{1,24}(?:_[A-Z0-9]{1,24})+|[a-z0-9]{1,24}(?:_[a-z0-9]{1,24})+)\z")]
    private static partial Regex Bare();
}
