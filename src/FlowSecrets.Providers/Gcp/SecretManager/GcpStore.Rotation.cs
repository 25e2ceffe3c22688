using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Gcp.Connection;

namespace FlowSecrets.Providers.Gcp.SecretManager;

/// <content>What rotations ask of the API beyond what a store does.</content>
internal sealed partial class GcpStore
{
    /// <returns>Null where there is none.</returns>
    internal async Task<GcpSecret?> FindAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await CallAsync(
                new GcpCall("secretmanager.secrets.get", name) { Explains = false },
                (c, ct) => c.GetSecretAsync(name, ct),
                cancellationToken
            );
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.SecretNotFound)
        {
            return null;
        }
    }

    /// <summary>The newest version's number. 'latest' may lag behind, so the numbers after it are asked for.</summary>
    /// <exception cref="FlowSecretException">SecretHasNoVersion, AccessDenied.</exception>
    internal async Task<string> NewestNumberAsync(string name, CancellationToken cancellationToken)
    {
        long newest = await LatestAsync(name, cancellationToken);
        newest = _written.NewerThan(name, newest.ToString()) ?? newest;
        while (await IsThereAsync(name, (newest + 1).ToString(), cancellationToken))
        {
            newest++;
        }

        return newest > 0 ? newest.ToString() : throw StoreErrors.HasNoVersion(Place, name);
    }

    /// <summary>Makes a secret that is kept and encrypted as another one is.</summary>
    /// <returns>Null: there is one of that name.</returns>
    internal async Task<GcpSecret?> CreateBesideAsync(
        string name,
        GcpSecret like,
        Dictionary<string, string> labels,
        Dictionary<string, string> annotations,
        CancellationToken cancellationToken
    )
    {
        GcpSecret wanted = new()
        {
            Replication = like.Replication,
            CustomerManagedEncryption = like.CustomerManagedEncryption,
            Labels = labels,
            Annotations = annotations,
        };
        try
        {
            // Of one that a lost answer left, the next look tells.
            GcpSecret made = await CallAsync(
                new GcpCall("secretmanager.secrets.create", name, Changes: true) { Explains = false },
                (c, ct) => c.CreateSecretAsync(name, wanted, ct),
                cancellationToken
            );
            _written.Forget(name);
            return made;
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.SecretExists)
        {
            return null;
        }
    }

    /// <summary>Writes notes, and aliases with them, in one update with the etag; the record must be the view's.</summary>
    /// <param name="notes">What to set, by what is there; null: nothing shall be written.</param>
    internal async Task<GcpSecret> WriteNotesAsync(
        RotationView view,
        Func<GcpSecret, Dictionary<string, string>?> notes,
        Action<Dictionary<string, long>>? aliases,
        CancellationToken cancellationToken
    )
    {
        string name = view.StoreName;
        GcpSecret secret = (GcpSecret)view.Mark!;
        for (int attempt = 1; ; attempt++)
        {
            if (notes(secret) is not { } changes)
            {
                return secret;
            }

            Dictionary<string, long> moved = new(secret.VersionAliases ?? [], StringComparer.Ordinal);
            aliases?.Invoke(moved);
            Dictionary<string, string>? all = LabelChanges.Merge(secret.Annotations, changes);
            bool isMoved =
                moved.Count != (secret.VersionAliases?.Count ?? 0)
                || moved.Any(m => secret.VersionAliases?.TryGetValue(m.Key, out long number) != true || number != m.Value);
            if (all is null && !isMoved)
            {
                return secret;
            }

            string? there = secret.Annotations?.GetValueOrDefault(RotationNotes.Record);
            if (changes.TryGetValue(RotationNotes.Record, out string? record) && there != record)
            {
                RotationNotes.RequireSame(name, there, view.Record);
            }

            GcpSecret wanted = new()
            {
                Etag = secret.Etag,
                Annotations = GcpStoreRules.CheckedAnnotations(name, all ?? secret.Annotations ?? []),
                VersionAliases = moved,
            };
            try
            {
                return await CallAsync(
                    new GcpCall("secretmanager.secrets.update", name, Changes: true),
                    (c, ct) => c.UpdateSecretAsync(name, wanted, isMoved ? "annotations,versionAliases" : "annotations", ct),
                    cancellationToken
                );
            }
            catch (FlowSecretException e) when (e.Id == ErrorIds.Conflict && attempt < EtagTries)
            {
                // Somebody else's change, or our own of which no answer came.
                await Task.Delay(Random.Shared.Next(20, 200) * attempt, cancellationToken);
                secret = await GetAsync(name, cancellationToken);
            }
        }
    }

    internal Task<JsonObject> GetPolicyAsync(string name, CancellationToken cancellationToken) =>
        CallAsync(new GcpCall(GcpRoles.GetPolicy, name) { Explains = false }, (c, ct) => c.GetPolicyAsync(name, ct), cancellationToken);

    internal Task SetPolicyAsync(string name, JsonObject policy, CancellationToken cancellationToken) =>
        CallAsync(
            new GcpCall(GcpRoles.SetPolicy, name, Changes: true) { Explains = false },
            (c, ct) => c.SetPolicyAsync(name, policy, ct),
            cancellationToken
        );

    private async Task<long> LatestAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            // Reading a value has by far the larger quota.
            using ReadSecret latest = await AccessAsync(name, Latest, cancellationToken, explains: false);
            return long.Parse(latest.Version);
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.SecretNotFound or ErrorIds.VersionDisabled or ErrorIds.VersionDestroyed)
        {
            // It may lag behind a first version as well.
            return Number((await NewestAsync(name, cancellationToken))?.Number);
        }
    }

    private async Task<bool> IsThereAsync(string name, string number, CancellationToken cancellationToken)
    {
        try
        {
            (await AccessAsync(name, number, cancellationToken, explains: false)).Dispose();
            return true;
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.VersionDisabled or ErrorIds.VersionDestroyed)
        {
            return true;
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.VersionNotFound)
        {
            return false;
        }
    }
}
