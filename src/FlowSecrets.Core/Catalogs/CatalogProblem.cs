using FlowSecrets.Model;
using FlowSecrets.Text;

namespace FlowSecrets.Catalogs;

/// <summary>Collects all problems of one document.</summary>
internal sealed class ProblemList(string file)
{
    private readonly List<CatalogProblem> _problems = [];

    public IReadOnlyList<CatalogProblem> All => [.. _problems.OrderBy(static p => p.Line).ThenBy(static p => p.Column)];

    public bool Any => _problems.Count > 0;

    public void Add(DocNode at, string message) => _problems.Add(new CatalogProblem(file, at.Line, at.Column, PlainText.Line(message)));
}
