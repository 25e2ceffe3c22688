using FlowSecrets.Catalogs;
using FlowSecrets.Concurrency;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.Access;

/// <summary>
/// Looks for a secret that is not here, or not for this identity, in the places that may have been meant: the catalog's other environments,
/// what
/// variables and configurations of this machine name, and the store's other regions.
/// </summary>
internal sealed class AccessElsewhere(OperationContext context, Workspace workspace)
{
    private const int RegionsAtATime = 16;

    private IReadOnlyList<Candidate>? _found;

    /// <param name="How">What leads there, in words.</param>
    /// <param name="Environment">The environment of the catalog that means it; null: none does.</param>
    private sealed record Candidate(StoreSelection Selection, string How, EnvironmentArgument? Environment = null);

    public async Task<AccessAnswer> LookAsync(AccessAnswer answer, CancellationToken cancellationToken)
    {
        if (answer.Cause is not (AccessCauses.SecretNotFound or AccessCauses.SecretNotFoundOrForbidden))
        {
            return answer;
        }

        // Where one is, the others are: all regions are asked for the first one alone.
        IReadOnlyList<Candidate> candidates = _found ?? [.. Candidates(), .. await RegionsAsync(cancellationToken)];
        List<Candidate> found = [];
        await foreach (
            Candidate? there in Bounded.RunAsync(
                candidates,
                RegionsAtATime,
                (c, ct) => ThereAsync(c, answer.StoreName, ct),
                cancellationToken
            )
        )
        {
            if (there is { } place)
            {
                found.Add(place);
            }
        }

        _found ??= found.Count > 0 ? found : [.. Candidates()];
        return found.Count == 0
            ? answer
            : await ElsewhereAsync(
                answer,
                found
                    .OrderBy(f => f.Selection.Region == workspace.Selection.Region ? 0 : 1)
                    .ThenBy(static f => f.Environment is null)
                    .ThenBy(static f => f.How, StringComparer.Ordinal)
                    .First(),
                cancellationToken
            );
    }

    private async Task<AccessAnswer> ElsewhereAsync(AccessAnswer answer, Candidate there, CancellationToken cancellationToken)
    {
        StoreSelection here = workspace.Selection;
        bool isEndpoint =
            here.Store == StoreKind.Gcp
            && there.Selection.Project == here.Project
            && (there.Selection.Region is null || here.Region is null);
        if (answer.Cause == AccessCauses.SecretNotFoundOrForbidden)
        {
            // It may be here as well: another place has one of that name, and that is all that is known.
            return answer with
            {
                Evidence = $"{answer.Evidence}; there is one in the {await PlaceAsync(there.Selection, cancellationToken)}",
            };
        }

        Place place = await PlaceAsync(there.Selection, cancellationToken);

        // What the selection leaves to the machine is said all the same.
        string[] found = place.Location.Split('/');
        (string? project, string? at) = here.Store == StoreKind.Gcp ? (found[0], found.ElementAtOrDefault(1)) : (null, found[^1]);
        ShellCommand connect = Shell($"Connect-FlowSecretStore -Store {here.Store:bare}");
        foreach ((string name, string? value) in new[] { ("Project", project), ("Region", at), ("Profile", there.Selection.Profile) })
        {
            connect = value is null ? connect : Shell($"{connect} -{name:bare} {value}");
        }

        Remedy remedy = there.Environment is { } environment
            ? Remedy.Of($"Use that one: {Shell($"{environment}")}")
            : Remedy.Of($"Use that one: {connect}");
        return isEndpoint
            ? answer with
            {
                Result = AccessResult.Denied,
                Cause = AccessCauses.OtherEndpoint,
                Evidence =
                    $"'{answer.StoreName}' is a "
                    + $"{(there.Selection.Region is { } region ? $"regional secret of {region}" : "global secret")}, and the "
                    + $"{workspace.Place} was asked, whose endpoint does not have it",
                Remedy =
                    $"{remedy}; or set {(there.Selection.Region is { } r ? $"'region: {r}'" : "no 'region'")} in the catalog's environment",
            }
            : answer with
            {
                Result = AccessResult.Denied,
                Cause = AccessCauses.OtherPlace,
                Evidence =
                    $"'{answer.StoreName}' is in the {place}{(there.Environment is not null ? "" : $" ({there.How})")}, and the "
                    + $"{workspace.Place} was asked",
                Remedy = remedy,
            };
    }

    private async Task<Place> PlaceAsync(StoreSelection selection, CancellationToken cancellationToken) =>
        await context.Providers().OpenStore(selection, context.Variable).IdentifyAsync(cancellationToken);

    private IEnumerable<Candidate> Candidates()
    {
        StoreSelection here = workspace.Selection;
        IEnumerable<Candidate> environments = (workspace.Catalog?.Environments.Values ?? [])
            .Where(e => e.Selection.Store == here.Store)
            .Select(static e => new Candidate(e.Selection, e.Name, new EnvironmentArgument(e.Name)));

        // Without its place, a selection means what this machine is set to.
        Candidate machine = new(
            new StoreSelection(here.Store)
            {
                AccessToken = here.AccessToken,
                CredentialPath = here.CredentialPath,
                Endpoint = here.Endpoint,
                AllowUnencryptedEndpoint = here.AllowUnencryptedEndpoint,
            },
            "as this machine is set"
        );
        return environments.Append(machine).Where(c => here.Store != StoreKind.Local && !IsHere(c.Selection));
    }

    /// <summary>Whether it is the place that was asked already.</summary>
    private bool IsHere(StoreSelection selection)
    {
        try
        {
            return context.Providers().OpenStore(selection, context.Variable).Place.Location == workspace.Place.Location;
        }
        catch (FlowSecretException)
        {
            // It cannot be opened, so nothing is found there.
            return true;
        }
    }

    private async Task<IEnumerable<Candidate>> RegionsAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string?> regions = await workspace.Store.Access.RegionsAsync(cancellationToken);
        return regions
            .Select(r => new Candidate(workspace.Selection with { Region = r }, "another region"))
            .Where(c => !IsHere(c.Selection));
    }

    private async Task<Candidate?> ThereAsync(Candidate candidate, string name, CancellationToken cancellationToken)
    {
        try
        {
            return
                await context.Providers().OpenStore(candidate.Selection, context.Variable).DescribeAsync(name, cancellationToken)
                    is { Deleted: null }
                ? candidate
                : null;
        }
        catch (FlowSecretException)
        {
            // It may not be asked there: nothing is known.
            return null;
        }
    }
}
