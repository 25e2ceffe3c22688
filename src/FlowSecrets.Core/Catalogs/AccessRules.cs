using FlowSecrets.Catalogs.Grammar;
using FlowSecrets.Model;
using FlowSecrets.Text;

namespace FlowSecrets.Catalogs;

/// <summary>The 'access' entries: whom they name, and that each of their patterns means a secret.</summary>
internal sealed class AccessRules(Catalog catalog, ProblemList problems)
{
    private readonly WildcardIndex _index = new(catalog.Secrets.Select(static s => s.Key));

    public void Check(DocNode? node)
    {
        foreach (DocNode entry in node?.Items ?? [])
        {
            if (Principals.Problem(entry.GetText("principal")!) is { } problem)
            {
                problems.Add(entry.Get("principal")!, problem);
            }

            foreach (DocNode pattern in entry.Get("secrets")!.Items)
            {
                CheckPattern(pattern);
            }
        }
    }

    private void CheckPattern(DocNode pattern)
    {
        if (!WildcardPattern.TryParse(pattern.Text, out WildcardPattern? parsed, out string? problem))
        {
            problems.Add(pattern, $"'access': {problem}.");
        }
        else if (_index.Left < 0)
        {
            // The first pattern that was too much was reported.
        }
        else if (_index.HasMatch(parsed) is not { } found)
        {
            problems.Add(pattern, "'access' has too many wildcards for so many secrets: name the secrets, or use fewer patterns.");
        }
        else if (!found)
        {
            problems.Add(
                pattern,
                $"'access' names '{pattern.Text}', which matches no "
                    + $"secret.{problems.Near(pattern.Text, catalog.Secrets.Select(static s => s.Key))}"
            );
        }
    }
}
