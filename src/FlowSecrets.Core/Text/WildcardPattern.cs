using System.Diagnostics.CodeAnalysis;

namespace FlowSecrets.Text;

/// <summary>A text with wildcards that was read once. A text without any matches only itself, with its case.</summary>
internal sealed class WildcardPattern
{
    /// <summary>No name of any store is longer.</summary>
    public const int LongestPattern = 1024;

    private readonly string _text;
    private readonly Piece[]? _pieces;

    private WildcardPattern(string text, Piece[]? pieces)
    {
        (_text, _pieces) = (text, pieces);
        (int start, int best) = (0, 0);
        for (int i = 0, length = 0; i < (pieces?.Length ?? 0); i++)
        {
            length = pieces![i].Kind == PieceKind.Letter ? length + 1 : 0;
            (start, best) = length > best ? (i - length + 1, length) : (start, best);
        }

        LongestPart = string.Concat((pieces ?? []).Skip(start).Take(best).Select(static p => p.Letter));
    }

    /// <summary>The longest text without wildcards, in upper case, that a match has in it.</summary>
    public string LongestPart { get; }

    /// <summary>Whether it is a name, and not a pattern.</summary>
    public bool IsLiteral => _pieces is null;

    /// <param name="problem">What is wrong, one sentence without its full stop.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out WildcardPattern? pattern, [NotNullWhen(false)] out string? problem)
    {
        (pattern, problem) = (null, null);
        if (!Wildcard.HasWildcard(text))
        {
            pattern = new WildcardPattern(text, null);
            return true;
        }

        if (text.Length > LongestPattern)
        {
            problem = $"A pattern with wildcards has more than {LongestPattern} characters";
            return false;
        }

        List<Piece> pieces = [];
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '[')
            {
                // Several '*' mean what one does.
                if (text[i] != '*' || pieces.Count == 0 || pieces[^1].Kind != PieceKind.Rest)
                {
                    pieces.Add(Piece.Of(text[i]));
                }

                continue;
            }

            int close = text.IndexOf(']', i + 1);
            if (close <= i + 1 || Piece.Set(text[(i + 1)..close]) is not { } set)
            {
                problem = close <= i + 1 ? $"'{text}' has a '[' without characters and a ']' after it" : $"'{text}' has a range backwards";
                return false;
            }

            pieces.Add(set);
            i = close;
        }

        pattern = new WildcardPattern(text, [.. pieces]);
        return true;
    }

    public bool IsMatch(string text)
    {
        if (_pieces is null)
        {
            return string.Equals(_text, text, StringComparison.Ordinal);
        }

        int piece = 0;
        int at = 0;
        int lastRest = -1;
        int retry = 0;
        while (at < text.Length)
        {
            if (piece < _pieces.Length && _pieces[piece].Kind == PieceKind.Rest)
            {
                (lastRest, retry) = (piece++, at);
            }
            else if (piece < _pieces.Length && _pieces[piece].Takes(text[at]))
            {
                piece++;
                at++;
            }
            else if (lastRest >= 0)
            {
                // The last '*' takes one more character.
                (piece, at) = (lastRest + 1, ++retry);
            }
            else
            {
                return false;
            }
        }

        return piece == _pieces.Length || (piece == _pieces.Length - 1 && _pieces[piece].Kind == PieceKind.Rest);
    }

    public override string ToString() => _text;

    private enum PieceKind
    {
        Letter,
        Any,
        Set,
        Rest,
    }

    private readonly record struct Piece(PieceKind Kind, char Letter, (char From, char To)[]? Ranges)
    {
        public static Piece Of(char c) =>
            c switch
            {
                '*' => new Piece(PieceKind.Rest, default, null),
                '?' => new Piece(PieceKind.Any, default, null),
                _ => new Piece(PieceKind.Letter, char.ToUpperInvariant(c), null),
            };

        /// <returns>Null: a range ends before it begins.</returns>
        public static Piece? Set(string members)
        {
            List<(char From, char To)> ranges = [];
            for (int i = 0; i < members.Length; i++)
            {
                bool isRange = i + 2 < members.Length && members[i + 1] == '-';
                (char from, char to) = (members[i], isRange ? members[i + 2] : members[i]);
                if (to < from)
                {
                    return null;
                }

                ranges.Add((from, to));
                i += isRange ? 2 : 0;
            }

            return new Piece(PieceKind.Set, default, [.. ranges]);
        }

        public bool Takes(char c) =>
            Kind switch
            {
                PieceKind.Any => true,
                PieceKind.Letter => Letter == c || Letter == char.ToUpperInvariant(c),
                _ => Has(c) || Has(char.ToUpperInvariant(c)) || Has(char.ToLowerInvariant(c)),
            };

        private bool Has(char c) => Array.Exists(Ranges!, r => r.From <= c && c <= r.To);
    }
}
