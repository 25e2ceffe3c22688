namespace FlowSecrets.Formats.Dotenv.Grammars;

/// <summary>Line numbers of positions in a text.</summary>
internal sealed class EnvLines
{
    private readonly List<int> _starts = [0];

    public EnvLines(string text)
    {
        for (int at = text.IndexOf('\n'); at >= 0; at = text.IndexOf('\n', at + 1))
        {
            _starts.Add(at + 1);
        }
    }

    /// <summary>From 1.</summary>
    public int Of(int position)
    {
        int found = _starts.BinarySearch(position);
        return found >= 0 ? found + 1 : ~found;
    }
}
