using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Trust;
using FlowSecrets.Errors;
using FlowSecrets.Model;

namespace FlowSecrets.Operations.LocalEnv;

/// <summary>What the .env file of a catalog needs the user's approval for.</summary>
/// <param name="tracked">Absolute paths of the catalog's files that git has in its index.</param>
/// <param name="delivers">Whether values are written; a check writes none.</param>
internal sealed class EnvTrust(Workspace workspace, EnvPlan plan, IReadOnlyCollection<string> tracked, bool delivers)
{
    private readonly Catalog _catalog = workspace.Catalog!;
    private readonly TrustGate _trust = workspace.Trust!;

    /// <summary>Asks once for everything.</summary>
    /// <param name="path">The .env file where the catalog names it; null: the user does.</param>
    /// <param name="fetched">What was read from the shared store; empty for any other.</param>
    /// <exception cref="FlowSecretException">CatalogNotTrusted: the .env file itself.</exception>
    public async Task AskAsync(string? path, IReadOnlyDictionary<string, ReadOutcome> fetched, CancellationToken cancellationToken)
    {
        TrustRecord[] whole = path is null ? [] : [.. FileRecords(path)];
        IEnumerable<TrustRecord> items = plan.Wishes.SelectMany(RecordsOf).Concat(fetched.Values.Select(UseOf).OfType<TrustRecord>());
        await _trust.AskAsync([.. whole, .. items, .. Reads], cancellationToken);
        if (_trust.Refusal(whole) is { } refusal)
        {
            throw refusal;
        }
    }

    /// <summary>Why nothing may be fetched; null: it may.</summary>
    public FlowSecretException? FetchRefusal => _trust.Refusal(Reads, _catalog.Path);

    /// <summary>Why a variable or file may not be written; null: it may.</summary>
    public FlowSecretException? Refusal(EnvWish wish) => _trust.Refusal(RecordsOf(wish), wish.Name);

    /// <summary>The outcome, or why the value may not be used.</summary>
    public ReadOutcome Checked(ReadOutcome outcome)
    {
        if (UseOf(outcome) is not { } use || _trust.Refusal([use], outcome.StoreName) is not { } refusal)
        {
            return outcome;
        }

        outcome.Dispose();
        return new ReadOutcome(outcome.StoreName, null, refusal);
    }

    /// <summary>A secret from before owners were recorded is, after the question, this catalog's.</summary>
    public async Task ClaimAsync(IEnumerable<ReadOutcome> outcomes, CancellationToken cancellationToken)
    {
        if (!delivers || _trust.IsTrusted)
        {
            return;
        }

        foreach (ReadOutcome outcome in outcomes.Where(o => o.Secret is { Owner: null } && UseOf(o) is { } use && _trust.Allows(use)))
        {
            await workspace.ClaimAsync(outcome.StoreName, cancellationToken);
        }
    }

    private TrustRecord[] Reads => delivers && plan.Fetch.Count > 0 ? [.. workspace.ReadRecords] : [];

    private TrustRecord? UseOf(ReadOutcome outcome) =>
        delivers && outcome.Secret is { } secret ? workspace.UseRecord(secret.StoreName, secret.Owner) : null;

    private IEnumerable<TrustRecord> FileRecords(string path)
    {
        if (CatalogReach.Outside(_catalog, path) is { } outside)
        {
            yield return outside;
        }
        else if (delivers && tracked.Contains(_catalog.Resolve(path), StringComparer.Ordinal))
        {
            yield return CatalogReach.Tracked(_catalog.Resolve(path));
        }
    }

    private IEnumerable<TrustRecord> RecordsOf(EnvWish wish)
    {
        foreach (TrustRecord record in wish.File is { } file ? FileRecords(file.Path) : [])
        {
            yield return record;
        }

        if (delivers && CatalogReach.LoadsCode(wish.Name))
        {
            yield return CatalogReach.Sets(wish.Name);
        }
    }
}
