using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Model;

namespace FlowSecrets.Catalogs;

/// <summary>Finds templates that refer to each other in a circle, in time that grows with their number and no faster.</summary>
internal static class TemplateCircles
{
    private const int Shown = 6;

    /// <returns>Each circle once, at the first of its templates.</returns>
    public static IEnumerable<(DocNode At, string Circle)> Find(IEnumerable<TemplateUse> templates) =>
        templates
            .Where(static t => t.Owner is not null)
            .GroupBy(static t => t.Kind)
            .SelectMany(static kind => FindIn(kind.ToDictionary(static t => t.Owner!.Value)));

    private static List<(DocNode At, string Circle)> FindIn(Dictionary<TemplateReference, TemplateUse> uses)
    {
        List<(DocNode, string)> circles = [];
        HashSet<TemplateReference> found = [];
        Dictionary<TemplateReference, int> places = []; // on the way from the start; -1: done with
        foreach (TemplateReference start in uses.Keys.Where(k => !places.ContainsKey(k)))
        {
            List<TemplateReference> way = [];
            Stack<Queue<TemplateReference>> open = [];
            Enter(start);
            while (open.TryPeek(out Queue<TemplateReference>? rest))
            {
                if (!rest.TryDequeue(out TemplateReference next))
                {
                    open.Pop();
                    places[way[^1]] = -1;
                    way.RemoveAt(way.Count - 1);
                }
                else if (!uses.ContainsKey(next))
                {
                    continue;
                }
                else if (!places.TryGetValue(next, out int place))
                {
                    Enter(next);
                }
                else if (place >= 0 && found.Add(next))
                {
                    circles.Add((uses[next].At, Show(way, place)));
                }
            }

            void Enter(TemplateReference reference)
            {
                places[reference] = way.Count;
                way.Add(reference);
                open.Push(new Queue<TemplateReference>(uses[reference].Template.References.Select(static r => r.Whole).Distinct()));
            }
        }

        return circles;
    }

    private static string Show(List<TemplateReference> way, int start) =>
        string.Join(" → ", way.Skip(start).Take(Shown)) + (way.Count - start > Shown ? " → … → " : " → ") + way[start];
}
