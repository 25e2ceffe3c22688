using System.Text;

namespace FlowSecrets.Operations.Use;

/// <summary>Cuts text into lines as PowerShell does for the output of a program: at CR, LF and CRLF.</summary>
internal sealed class LineSplitter(Encoding encoding)
{
    private readonly Decoder _decoder = encoding.GetDecoder();
    private readonly StringBuilder _open = new();
    private char[] _characters = new char[4096];
    private bool _afterReturn;

    /// <summary>Adds the lines that are complete.</summary>
    public void Split(ReadOnlySpan<byte> bytes, List<string> lines, bool isEnd = false)
    {
        int most = encoding.GetMaxCharCount(bytes.Length);
        if (_characters.Length < most)
        {
            _characters = new char[most];
        }

        int count = _decoder.GetChars(bytes, _characters, flush: isEnd);
        ReadOnlySpan<char> left = _characters.AsSpan(0, count);
        while (!left.IsEmpty)
        {
            if (_afterReturn && left[0] == '\n')
            {
                left = left[1..];
            }

            _afterReturn = false;
            int end = left.IndexOfAny('\r', '\n');
            if (end < 0)
            {
                _open.Append(left);
                break;
            }

            lines.Add(Line(left[..end]));
            _afterReturn = left[end] == '\r';
            left = left[(end + 1)..];
        }

        if (isEnd && _open.Length > 0)
        {
            lines.Add(Line(default));
        }
    }

    private string Line(ReadOnlySpan<char> rest)
    {
        if (_open.Length == 0)
        {
            return rest.ToString();
        }

        string line = _open.Append(rest).ToString();
        _open.Clear();
        return line;
    }
}
