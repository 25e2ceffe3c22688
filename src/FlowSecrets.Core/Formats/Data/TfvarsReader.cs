using FlowSecrets.Model;

namespace FlowSecrets.Formats.Data;

/// <summary>
/// Reads Terraform's variable files (HCL literals): what `terraform apply -var-file` reads, this reads alike, as long as it is
/// literal. A function call, a reference or a template is an error that names its line.
/// </summary>
internal sealed class TfvarsReader
{
    private const int MaxDepth = 64;

    private readonly TfvarsScanner _in;

    private TfvarsReader(string text, string file) => _in = new TfvarsScanner(text.TrimStart('\uFEFF'), file);

    /// <param name="file">Named in errors.</param>
    /// <returns>The variables in the file's order.</returns>
    /// <exception cref="FlowSecretException">BadInput with file, line and column; never a value.</exception>
    public static IReadOnlyList<KeyValuePair<string, DocNode>> Read(string text, string file) => new TfvarsReader(text, file).ReadAll();

    private List<KeyValuePair<string, DocNode>> ReadAll()
    {
        List<KeyValuePair<string, DocNode>> variables = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        for (_in.SkipBlanks(newlines: true); !_in.AtEnd; _in.SkipBlanks(newlines: true))
        {
            // What stands where a name should be may be a piece of a value, so messages name no more than the place.
            (int line, int column) = _in.Place;
            string name = _in.TakeIdentifier() ?? throw _in.Error("a variable's name was expected");
            if (!seen.Add(name))
            {
                throw _in.ErrorAt(line, column, "this variable is set twice");
            }

            _in.SkipBlanks(newlines: false);
            if (!_in.Take('='))
            {
                throw _in.Error("'=' was expected after a variable's name");
            }

            _in.SkipBlanks(newlines: false);
            variables.Add(KeyValuePair.Create(name, ReadValue(0)));
            _in.SkipBlanks(newlines: false);
            if (!_in.AtEnd && !_in.Take('\n'))
            {
                throw _in.Error("the value goes on after its end; only literals can be read here", TfvarsScanner.WriteOut);
            }
        }

        return variables;
    }

    private DocNode ReadValue(int depth)
    {
        if (depth > MaxDepth)
        {
            throw _in.Error("lists and maps are nested too deep");
        }

        (int line, int column) = _in.Place;
        switch (_in.Peek)
        {
            case '"':
                return DocNode.Scalar(DocKind.Text, _in.TakeQuoted(), line, column);
            case '<' when _in.Next == '<':
                return DocNode.Scalar(DocKind.Text, _in.TakeHeredoc(), line, column);
            case '[':
                return ReadList(depth, line, column);
            case '{':
                return ReadMap(depth, line, column);
            case '-' or (>= '0' and <= '9'):
                return DocNode.Scalar(DocKind.Number, _in.TakeNumber(), line, column);
        }

        string? word = _in.TakeIdentifier();
        return word switch
        {
            "true" or "false" => DocNode.Scalar(DocKind.Bool, word, line, column),
            "null" => DocNode.Scalar(DocKind.Null, "", line, column),
            null => throw _in.ErrorAt(line, column, "a literal was expected", TfvarsScanner.WriteOut),
            _ => throw _in.ErrorAt(
                line,
                column,
                "a reference or a function call stands here; only literals can be read. Put text in quotes",
                TfvarsScanner.WriteOut
            ),
        };
    }

    private DocNode ReadList(int depth, int line, int column)
    {
        _in.Take('[');
        List<DocNode> items = [];
        for (_in.SkipBlanks(newlines: true); !_in.Take(']'); _in.SkipBlanks(newlines: true))
        {
            items.Add(ReadValue(depth + 1));
            _in.SkipBlanks(newlines: true);
            if (!_in.Take(',') && _in.Peek != ']')
            {
                throw _in.Error("',' or ']' was expected in a list; only literals can be read here", TfvarsScanner.WriteOut);
            }
        }

        return DocNode.List(items, line, column);
    }

    private DocNode ReadMap(int depth, int line, int column)
    {
        _in.Take('{');
        List<KeyValuePair<DocNode, DocNode>> entries = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        for (_in.SkipBlanks(newlines: true); !_in.Take('}'); _in.SkipBlanks(newlines: true))
        {
            (int keyLine, int keyColumn) = _in.Place;
            string key = _in.Peek switch
            {
                '"' => _in.TakeQuoted(),
                >= '0' and <= '9' => _in.TakeNumber(),
                _ => _in.TakeIdentifier() ?? throw _in.Error("a key was expected in a map"),
            };
            if (!seen.Add(key))
            {
                throw _in.ErrorAt(keyLine, keyColumn, "a key stands twice in a map");
            }

            _in.SkipBlanks(newlines: false);
            if (!_in.Take('=') && !_in.Take(':'))
            {
                throw _in.Error("'=' or ':' was expected after a map's key");
            }

            _in.SkipBlanks(newlines: true);
            entries.Add(KeyValuePair.Create(DocNode.Scalar(DocKind.Text, key, keyLine, keyColumn), ReadValue(depth + 1)));
            _in.SkipBlanks(newlines: false);
            if (!_in.Take(',') && !_in.Take('\n') && _in.Peek != '}')
            {
                throw _in.Error("',', a new line or '}' was expected in a map; only literals can be read here", TfvarsScanner.WriteOut);
            }
        }

        return DocNode.Map(entries, line, column);
    }
}
