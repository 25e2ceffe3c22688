using FlowSecrets.Model;
using FlowSecrets.Text;

namespace FlowSecrets.Catalogs.Grammar;

/// <summary>Collects the problems of one document.</summary>
internal sealed class ProblemList(string file)
{
    /// <summary>The most that are reported: more than anybody fixes in one go.</summary>
    public const int MaxShown = 100;

    /// <summary>Further ones are counted only.</summary>
    private const int MaxKept = 10_000;

    private readonly List<CatalogProblem> _problems = [];
    private int _count;

    /// <summary>In the order of the file; the last one says how many more there are.</summary>
    public IReadOnlyList<CatalogProblem> All
    {
        get
        {
            CatalogProblem[] sorted = [.. _problems.OrderBy(static p => p.Line).ThenBy(static p => p.Column)];
            return sorted.Length <= MaxShown
                ? sorted
                :
                [
                    .. sorted[..MaxShown],
                    sorted[MaxShown] with
                    {
                        Message =
                            $"From here on there are {(IsFull ? "at least " : "")}{_count - MaxShown} more. "
                            + "Fix these first, then check again.",
                    },
                ];
        }
    }

    public bool Any => _count > 0;

    /// <summary>Whether looking for more is of no use.</summary>
    public bool IsFull => _count >= MaxKept;

    /// <summary>One for the whole document, because its work is bounded.</summary>
    public Suggestion Suggestions { get; } = new();

    /// <summary>" Did you mean 'x'?"; empty: nothing is near.</summary>
    public string Near(string word, IEnumerable<string> names) =>
        Suggestions.Find(word, names) is { } near ? $" Did you mean '{near}'?" : "";

    public void Add(DocNode at, string message)
    {
        if (_count++ < MaxKept)
        {
            _problems.Add(new CatalogProblem(file, at.Line, at.Column, PlainText.Line(message)));
        }
    }
}
