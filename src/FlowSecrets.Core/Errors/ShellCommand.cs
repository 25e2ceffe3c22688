using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using FlowSecrets.Text;

namespace FlowSecrets.Errors;

/// <summary>
/// A command that a message shows and that somebody may paste: its program or cmdlet and its arguments, each a text of its own. It is
/// written as an interpolated string, <c>Shell($"git rm --cached {file}")</c>. Blanks of the string separate arguments. A hole is never
/// more than one argument, whatever its text is, so the string has no quotation marks around it.
/// </summary>
[InterpolatedStringHandler]
internal sealed class ShellCommand
{
    private readonly List<Word> _words = [];
    private StringBuilder? _literal;
    private StringBuilder? _value;
    private bool _isBare = true;

    public ShellCommand(int literalLength, int formattedCount)
    {
        _ = literalLength + formattedCount;
    }

    private ShellCommand(IEnumerable<Word> words) => _words.AddRange(words);

    /// <summary>Nothing, where a command may have further arguments.</summary>
    public static ShellCommand None => new([]);

    /// <summary>The program or cmdlet.</summary>
    public string Program => Texts.FirstOrDefault() ?? "";

    /// <summary>What stands after it, without quotation marks of ours.</summary>
    public IReadOnlyList<string> Arguments => [.. Texts.Skip(1)];

    private IEnumerable<string> Texts => Words.SelectMany(static w => w.Texts());

    private IEnumerable<Word> Words
    {
        get
        {
            End();
            return _words;
        }
    }

    public static ShellCommand Shell(ShellCommand command) => command;

    /// <summary>A secret by its name in the store, until somebody knows its key and its environment.</summary>
    public static SecretArgument Stored(string storeName) => new(storeName);

    /// <summary>The environment, until somebody knows it.</summary>
    public static EnvironmentArgument Here => default;

    /// <summary>The text, or what stands in for one that is not known.</summary>
    public static string Known(string? text, string placeholder) => string.IsNullOrEmpty(text) ? placeholder : text;

    /// <summary>The same command for a secret whose key and environment are known.</summary>
    public ShellCommand For(SecretArgument secret) => new(Words.Select(w => w.For(secret)));

    /// <summary>The same command with a text that became known, in place of what stood in for it in an argument.</summary>
    public ShellCommand Fill(string placeholder, string text) =>
        new(Words.Select(w => w with { Value = w.Value?.Replace(placeholder, text, StringComparison.Ordinal) }));

    /// <summary>As PowerShell and a POSIX shell read it.</summary>
    public override string ToString() => string.Join(' ', Words.Select(static w => w.ToString()).Where(static w => w.Length > 0));

    public void AppendLiteral(string literal)
    {
        string[] parts = literal.Split(' ');
        for (int i = 0; i < parts.Length; i++)
        {
            if (i > 0)
            {
                End();
            }

            if (parts[i].Length > 0)
            {
                (_value ?? (_literal ??= new StringBuilder())).Append(parts[i]);
            }
        }
    }

    /// <param name="format"><c>bare</c>: without quotation marks, if the text needs none.</param>
    public void AppendFormatted(string? text, string? format = null)
    {
        if (_value is null)
        {
            _value = new StringBuilder();
            string before = _literal?.ToString() ?? "";
            int option =
                !before.StartsWith('-') ? 0
                : before.IndexOf('=') is >= 0 and int at ? at + 1
                : before.Length;
            _literal = new StringBuilder(before[..option]);
            _value.Append(before[option..]);
        }

        _isBare &= format == "bare";
        _value.Append(text);
    }

    public void AppendFormatted<T>(T value, string? format = null) =>
        AppendFormatted(Convert.ToString(value, CultureInfo.InvariantCulture), value is int or long ? "bare" : format);

    public void AppendFormatted(SecretArgument secret) => Add(new Word("", null, false, secret, null));

    public void AppendFormatted(EnvironmentArgument environment) => Add(new Word("", null, false, null, environment));

    /// <summary>Further arguments.</summary>
    public void AppendFormatted(ShellCommand arguments)
    {
        End();
        _words.AddRange(arguments.Words);
    }

    private void Add(Word word)
    {
        End();
        _words.Add(word);
    }

    private void End()
    {
        if (_literal is not null || _value is not null)
        {
            _words.Add(new Word(_literal?.ToString() ?? "", _value?.ToString(), _isBare, null, null));
        }

        (_literal, _value, _isBare) = (null, null, true);
    }

    /// <param name="Literal">What the code wrote.</param>
    /// <param name="Value">What comes from elsewhere, after it; null: nothing.</param>
    private sealed record Word(string Literal, string? Value, bool IsBare, SecretArgument? Secret, EnvironmentArgument? Environment)
    {
        public Word For(SecretArgument known) =>
            Secret is { Environment: null } secret && secret.StoreName == known.StoreName
                ? this with
                {
                    Secret = known with { Key = secret.Key ?? known.Key },
                }
            : Environment is { Name: null } ? this with { Environment = new EnvironmentArgument(known.Environment) }
            : this;

        public IEnumerable<string> Texts() =>
            Secret is { } secret
                ? [.. secret.Key is { } key ? [key] : (string[])["-StoreName", secret.StoreName], .. Named(secret.Environment)]
            : Environment is { } environment ? Named(environment.Name)
            : [Literal + Value];

        public override string ToString() =>
            Secret?.ToString()
            ?? Environment?.ToString()
            ?? Literal
                + (
                    Value is null ? ""
                    : IsBare && IsPlainWord(Value) ? Value
                    : PowerShellText.Quote(PlainText.Visible(Value))
                );

        private static string[] Named(string? environment) => environment is null ? [] : ["-Environment", environment];

        /// <summary>Whether no shell sees more in it than letters.</summary>
        private static bool IsPlainWord(string text) =>
            text is [not ('-' or '@' or '%'), ..]
            && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':' or '+' or '@' or '%');
    }
}
