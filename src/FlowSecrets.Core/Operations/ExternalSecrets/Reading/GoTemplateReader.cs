using System.Text;
using FlowSecrets.Text;

namespace FlowSecrets.Operations.ExternalSecrets.Reading;

/// <summary>A piece of a template: text, or a value of the operator's data with filters of the catalog.</summary>
/// <param name="Text">Null: it is a value.</param>
/// <param name="Key">The operator's name of the value.</param>
/// <param name="Filters">As a template of the catalog writes them.</param>
internal sealed record TemplatePiece(string? Text, string? Key, IReadOnlyList<string> Filters);

/// <summary>Reads the part of Go's templates that a template of the catalog can say.</summary>
internal sealed class GoTemplateReader
{
    private const int MaxActions = 1000;

    private readonly string _text;
    private readonly List<TemplatePiece> _pieces = [];
    private readonly StringBuilder _plain = new();
    private bool _trimsNext;

    private GoTemplateReader(string text) => _text = text;

    /// <returns>Null: the catalog cannot say it.</returns>
    public static IReadOnlyList<TemplatePiece>? Read(string text)
    {
        GoTemplateReader reader = new(text);
        return reader.Run() ? reader._pieces : null;
    }

    private bool Run()
    {
        int at = 0;
        for (int actions = 0; ; actions++)
        {
            int open = _text.IndexOf("{{", at, StringComparison.Ordinal);
            AppendPlain(_text[at..(open < 0 ? _text.Length : open)]);
            if (open < 0)
            {
                break;
            }

            if (GoTokens.Read(_text, open + 2) is not { } action || actions == MaxActions)
            {
                return false;
            }

            if (action.TrimsBefore)
            {
                TrimEnd();
            }

            _trimsNext = action.TrimsAfter;
            if (!Add(action.Tokens))
            {
                return false;
            }

            at = action.End;
        }

        Flush();
        return true;
    }

    private void AppendPlain(string text)
    {
        _plain.Append(_trimsNext ? text.TrimStart(' ', '\t', '\r', '\n') : text);
        _trimsNext = false;
    }

    /// <summary>Takes the blanks off what precedes, which is text or nothing.</summary>
    private void TrimEnd()
    {
        string kept = _plain.ToString().TrimEnd(' ', '\t', '\r', '\n');
        _plain.Clear().Append(kept);
    }

    private void Flush()
    {
        if (_plain.Length > 0)
        {
            _pieces.Add(new TemplatePiece(_plain.ToString(), null, []));
            _plain.Clear();
        }
    }

    /// <summary>An action: a pipeline of commands.</summary>
    private bool Add(IReadOnlyList<GoToken> tokens)
    {
        // A comment, which is nothing.
        if (tokens.Count == 0)
        {
            return true;
        }

        List<List<GoToken>> commands =
        [
            [],
        ];
        foreach (GoToken token in tokens)
        {
            if (token.Kind == GoTokenKind.Pipe)
            {
                commands.Add([]);
            }
            else
            {
                commands[^1].Add(token);
            }
        }

        if (commands is [[{ Kind: GoTokenKind.Text, Value: var constant }]])
        {
            _plain.Append(constant);
            return true;
        }

        (string? key, List<GoToken>? call) = First(commands[0]);
        if (key is null)
        {
            return false;
        }

        List<List<GoToken>> calls = [.. call is null ? [] : new[] { call }, .. commands.Skip(1)];
        List<string>? filters = Filters(calls);
        if (filters is null)
        {
            return false;
        }

        Flush();
        _pieces.Add(new TemplatePiece(null, key, filters));
        return true;
    }

    /// <summary><c>.x</c>, <c>index . "x"</c>, or a function with the value as its last argument.</summary>
    private static (string? Key, List<GoToken>? Call) First(List<GoToken> command) =>
        command switch
        {
            [{ Kind: GoTokenKind.Field, Value: var name }] => (name, null),
            [{ Kind: GoTokenKind.Word, Value: "index" }, { Kind: GoTokenKind.Dot }, { Kind: GoTokenKind.Text, Value: var name }] => (
                name,
                null
            ),
            [{ Kind: GoTokenKind.Word }, .., { Kind: GoTokenKind.Field, Value: var name }] => (name, command[..^1]),
            _ => (null, null),
        };

    /// <summary>The catalog's filters for the operator's functions; null: one has no equal.</summary>
    private static List<string>? Filters(List<List<GoToken>> calls)
    {
        List<string> filters = [];
        for (int i = 0; i < calls.Count; i++)
        {
            string? filter = calls[i] switch
            {
                [{ Kind: GoTokenKind.Word, Value: "urlquery" }] when i + 1 < calls.Count && IsBlankFix(calls[i + 1]) => "urlencode",
                [{ Kind: GoTokenKind.Word, Value: "b64enc" }] => "base64",
                [{ Kind: GoTokenKind.Word, Value: "toRawJson" }] => "json",
                [{ Kind: GoTokenKind.Word, Value: "toString" }] => "",
                [{ Kind: GoTokenKind.Word, Value: "default" }, { Kind: GoTokenKind.Text, Value: var other }] =>
                    $"default {CatalogText.Quote(other)}",
                _ => null,
            };
            if (filter is null)
            {
                return null;
            }

            // The blank's own step goes with the encoding.
            i += filter == "urlencode" ? 1 : 0;
            if (filter.Length > 0)
            {
                filters.Add(filter);
            }
        }

        return filters;
    }

    /// <summary>Go writes a blank as +, which the catalog's filter does not.</summary>
    private static bool IsBlankFix(List<GoToken> call) =>
        call
            is [
                { Kind: GoTokenKind.Word, Value: "replace" },
                { Kind: GoTokenKind.Text, Value: "+" },
                { Kind: GoTokenKind.Text, Value: "%20" },
            ];
}
