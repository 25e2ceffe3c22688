namespace FlowSecrets.Formats.Dotenv;

/// <summary>A .env file that can be changed in place: what is not set anew stays as it stands.</summary>
internal interface IEnvDocument
{
    /// <summary>The value in force (the last, where a name stands twice); null without one.</summary>
    string? Get(string name);

    /// <summary>Whether a comment line <c># flowsecrets:keep</c> stands over it.</summary>
    bool IsKept(string name);

    IEnumerable<string> Names { get; }

    /// <summary>The first line that is no variable, no comment and not blank; null when there is none.</summary>
    int? UnknownLine { get; }

    /// <summary>Sets a value where the name stands, or at the end of its section.</summary>
    /// <exception cref="FlowSecretException">EnvValueNotPortable.</exception>
    void Set(string name, string value, string section, string? comment);

    string ToText();
}

/// <inheritdoc cref="IEnvDocument"/>
internal sealed class EnvDocument : IEnvDocument
{
    public const string KeepMark = "flowsecrets:keep";

    private readonly EnvDialectProfile _profile;
    private readonly List<EnvSpan> _spans;

    private EnvDocument(EnvDialectProfile profile, IEnumerable<EnvSpan> spans) => (_profile, _spans) = (profile, [.. spans]);

    /// <param name="file">Named in errors.</param>
    /// <exception cref="FlowSecretException">EnvFileInvalid.</exception>
    public static IEnvDocument Parse(string text, EnvDialect dialect, string file)
    {
        EnvDialectProfile profile = EnvDialectProfiles.Of(dialect);
        return profile.ParseWhole is { } parse
            ? parse(text, file)
            : new EnvDocument(profile, EnvReader.Read(Normalise(text, profile), dialect, file));
    }

    /// <summary>
    /// Byte order mark off, line ends LF: what every parser reads alike. Where a dialect's values can hold a CR, and the file has an LF of
    /// its own and so is no CRLF file, a CR within quotes belongs to the value and stays.
    /// </summary>
    public static string Normalise(string text, EnvDialectProfile profile)
    {
        text = text.TrimStart('\uFEFF');
        return profile.TakesCarriageReturns && text.AsSpan().Count('\n') != text.AsSpan().Count("\r\n")
            ? EnvText.LineEnds(text)
            : EnvText.Normalise(text);
    }

    public IEnumerable<string> Names =>
        _spans.Where(static s => s.Name is not null).Select(static s => s.Name!).Distinct(StringComparer.Ordinal);

    public int? UnknownLine =>
        _spans.FirstOrDefault(static s => s.Name is null && !string.IsNullOrWhiteSpace(s.Text) && Comment(s) is null)?.Line;

    public string? Get(string name) => Values.GetValueOrDefault(name);

    /// <summary>The values in force, so that many names are looked up in one go over the file.</summary>
    private Dictionary<string, string?> Values
    {
        get
        {
            if (field is null)
            {
                field = new Dictionary<string, string?>(StringComparer.Ordinal);
                foreach (EnvSpan span in _spans.Where(static s => s.Name is not null))
                {
                    field[span.Name!] = span.Value;
                }
            }

            return field;
        }
    }

    public bool IsKept(string name)
    {
        if (!Values.ContainsKey(name))
        {
            return false;
        }

        for (int i = 1; i < _spans.Count; i++)
        {
            if (
                string.Equals(_spans[i].Name, name, StringComparison.Ordinal)
                && Comment(_spans[i - 1]) is { } comment
                && comment.StartsWith(KeepMark, StringComparison.OrdinalIgnoreCase)
            )
            {
                return true;
            }
        }

        return false;
    }

    public void Set(string name, string value, string section, string? comment)
    {
        EnvDialect dialect = _profile.Dialect;
        string text = EnvWriter.Format(dialect, name, value) ?? throw EnvWriter.NotPortable(dialect, name, value);
        EnvSpan span = new(text, name, value, 0);
        bool stood = false;
        for (int i = 0; i < _spans.Count && Values.ContainsKey(name); i++)
        {
            if (string.Equals(_spans[i].Name, name, StringComparison.Ordinal))
            {
                stood = true;
                if (string.Equals(_spans[i].Value, value, StringComparison.Ordinal))
                {
                    continue;
                }

                string? note = TrailingComment(_spans[i]);
                string export = _spans[i].Text.TrimStart() is ['e', 'x', 'p', 'o', 'r', 't', ' ' or '\t', ..] ? "export " : "";
                _spans[i] = span with { Text = export + text };
                if (note is not null)
                {
                    // Behind a value not every parser takes it for a comment; above it all do.
                    _spans.Insert(i++, CommentLine(note));
                }
            }
        }

        if (!stood)
        {
            int at = SectionEnd(section);
            if (comment is not null)
            {
                _spans.Insert(at++, CommentLine(comment));
            }

            _spans.Insert(at, span);
        }

        Values[name] = value;
    }

    /// <summary>A comment at the top of a new file.</summary>
    public void AddHeader(string comment) => _spans.Add(CommentLine(comment));

    public string ToText() => string.Concat(_spans.Select(static s => s.Text + "\n"));

    /// <summary>What the user wrote behind a value; null without.</summary>
    private string? TrailingComment(EnvSpan span)
    {
        if (_profile.CommentMark is null || span.Text.Contains('\n'))
        {
            return null;
        }

        string behind = span.Text[(span.Text.IndexOf('=') + 1)..].TrimStart();
        int end = behind.Length > 0 && behind[0] is '\'' or '"' or '`' ? behind.LastIndexOf(behind[0]) + 1 : 0;
        int mark = behind.IndexOf(" #", Math.Max(0, end), StringComparison.Ordinal);
        return mark < 0 ? null
            : behind[(mark + 2)..].Trim() is { Length: > 0 } comment ? comment
            : null;
    }

    private static string? Comment(EnvSpan span) =>
        span.Name is null && span.Text.TrimStart() is ['#', .. string rest] ? rest.Trim() : null;

    /// <summary>One line that no parser goes on with: without control characters, not ending in a backslash.</summary>
    private static EnvSpan CommentLine(string text)
    {
        string line = string.Concat(text.Select(static c => char.IsControl(c) ? ' ' : c)).TrimEnd('\\', ' ');
        return new EnvSpan("# " + line, null, null, 0);
    }

    /// <summary>Where a section's next line goes; the section is made at the end of the file when there is none.</summary>
    private int SectionEnd(string section)
    {
        EnvSpan header = CommentLine($"== {section} ==");
        int at = _spans.FindIndex(s => string.Equals(s.Text.Trim(), header.Text, StringComparison.Ordinal));
        if (at < 0)
        {
            if (_spans.Count > 0 && !string.IsNullOrWhiteSpace(_spans[^1].Text))
            {
                _spans.Add(new EnvSpan("", null, null, 0));
            }

            _spans.Add(header);
            return _spans.Count;
        }

        while (at < _spans.Count && !string.IsNullOrWhiteSpace(_spans[at].Text))
        {
            at++;
        }

        return at;
    }
}
