using System.Text;

namespace FlowSecrets.Formats.Json;

/// <summary>JSON with comments and trailing commas, as .NET's configuration reads it.</summary>
internal static class JsonComments
{
    /// <summary>The same text with blanks for comments and trailing commas, so that all positions stay.</summary>
    public static string Blank(string text) => Encoding.UTF8.GetString(Blank(Encoding.UTF8.GetBytes(text)));

    /// <summary>The same for UTF-8, so that all offsets stay.</summary>
    public static byte[] Blank(byte[] text)
    {
        byte[] result = [.. text];
        int comma = -1;
        for (int i = 0; i < result.Length; i++)
        {
            byte c = result[i];
            if (c == (byte)'/' && i + 1 < result.Length && result[i + 1] is (byte)'/' or (byte)'*')
            {
                i = BlankComment(result, i);
            }
            else if (c == (byte)'"')
            {
                comma = -1;
                i = EndOfText(result, i);
            }
            else if (c is (byte)'}' or (byte)']' && comma >= 0)
            {
                result[comma] = (byte)' ';
                comma = -1;
            }
            else if (c > (byte)' ')
            {
                comma = c == (byte)',' ? i : -1;
            }
        }

        return result;
    }

    /// <returns>The last position of the comment. A comment that is not closed stays, so that the reader complains.</returns>
    private static int BlankComment(byte[] text, int start)
    {
        bool isLine = text[start + 1] == (byte)'/';
        int end = start + 2;
        while (
            end < text.Length
            && !(isLine ? text[end] is (byte)'\n' or (byte)'\r' : text[end] == (byte)'/' && text[end - 1] == (byte)'*' && end > start + 2)
        )
        {
            end++;
        }

        if (end >= text.Length && !isLine)
        {
            return text.Length;
        }

        int last = isLine ? end - 1 : end;
        for (int i = start; i <= last; i++)
        {
            text[i] = text[i] is (byte)'\n' or (byte)'\r' ? text[i] : (byte)' ';
        }

        return last;
    }

    private static int EndOfText(byte[] text, int start)
    {
        int i = start + 1;
        while (i < text.Length && text[i] != (byte)'"')
        {
            i += text[i] == (byte)'\\' ? 2 : 1;
        }

        return i;
    }
}
