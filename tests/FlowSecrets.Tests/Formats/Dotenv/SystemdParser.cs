using System.Text;

namespace FlowSecrets.Tests.Formats.Dotenv;

/// <summary>systemd's EnvironmentFile, a port of the states of env-file.c.</summary>
internal sealed class SystemdParser
{
    private const string NewLine = "\n\r";
    private const string Blank = " \t\n\r";

    private readonly Dictionary<string, string> _read = new(StringComparer.Ordinal);
    private readonly StringBuilder _key = new();
    private readonly StringBuilder _value = new();
    private int _lastKeyBlank = -1;
    private int _lastValueBlank = -1;
    private State _state;

    private enum State
    {
        PreKey,
        Key,
        PreValue,
        Value,
        ValueEscape,
        Single,
        Double,
        DoubleEscape,
        Comment,
        CommentEscape,
    }

    public Dictionary<string, string> Read(string text)
    {
        foreach (char c in text)
        {
            switch (_state)
            {
                case State.PreKey or State.Key:
                    TakeKey(c);
                    break;
                case State.PreValue or State.Value or State.ValueEscape:
                    TakeValue(c);
                    break;
                case State.Single or State.Double or State.DoubleEscape:
                    TakeQuoted(c);
                    break;
                default:
                    TakeComment(c);
                    break;
            }
        }

        if (_state is not (State.PreKey or State.Key or State.Comment or State.CommentEscape))
        {
            Push();
        }

        return _read;
    }

    private void TakeKey(char c)
    {
        switch (_state)
        {
            case State.PreKey when "#;".Contains(c):
                _state = State.Comment;
                break;
            case State.PreKey when !Blank.Contains(c):
                (_state, _lastKeyBlank) = (State.Key, -1);
                _key.Append(c);
                break;
            case State.Key when NewLine.Contains(c):
                _state = State.PreKey;
                _key.Clear();
                break;
            case State.Key when c == '=':
                (_state, _lastValueBlank) = (State.PreValue, -1);
                break;
            case State.Key:
                _lastKeyBlank = LastBlank(c, _lastKeyBlank, _key.Length);
                _key.Append(c);
                break;
        }
    }

    private void TakeValue(char c)
    {
        switch (_state)
        {
            case State.ValueEscape:
                _state = State.Value;
                _value.Append(NewLine.Contains(c) ? "" : c.ToString());
                break;
            case var _ when NewLine.Contains(c):
                Push();
                break;
            case State.PreValue when c is '\'' or '"':
                _state = c == '"' ? State.Double : State.Single;
                break;
            case var _ when c == '\\':
                (_state, _lastValueBlank) = (State.ValueEscape, -1);
                break;
            case State.PreValue when !Blank.Contains(c):
                _state = State.Value;
                _value.Append(c);
                break;
            case State.Value:
                _lastValueBlank = LastBlank(c, _lastValueBlank, _value.Length);
                _value.Append(c);
                break;
        }
    }

    private void TakeQuoted(char c)
    {
        switch (_state)
        {
            case State.Single when c == '\'':
            case State.Double when c == '"':
                _state = State.PreValue;
                break;
            case State.Double when c == '\\':
                _state = State.DoubleEscape;
                break;
            case State.DoubleEscape:
                _state = State.Double;
                _value.Append(
                    "\"\\`$".Contains(c) ? c.ToString()
                    : c != '\n' ? $"\\{c}"
                    : ""
                );
                break;
            default:
                _value.Append(c);
                break;
        }
    }

    private void TakeComment(char c) =>
        _state =
            _state == State.CommentEscape ? State.Comment
            : c == '\\' ? State.CommentEscape
            : NewLine.Contains(c) ? State.PreKey
            : State.Comment;

    private void Push()
    {
        string name = _lastKeyBlank >= 0 ? _key.ToString(0, _lastKeyBlank) : _key.ToString();
        _read[name] = _state == State.Value && _lastValueBlank >= 0 ? _value.ToString(0, _lastValueBlank) : _value.ToString();
        _key.Clear();
        _value.Clear();
        _state = State.PreKey;
    }

    private static int LastBlank(char c, int before, int at) =>
        !Blank.Contains(c) ? -1
        : before == -1 ? at
        : before;
}
