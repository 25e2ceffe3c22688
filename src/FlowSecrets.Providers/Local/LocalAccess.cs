using System.Runtime.CompilerServices;
using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Local;

/// <summary>
/// Who may open a Local store: its owner, with the key file or the passphrase. There are no grants; what can be wrong is the file's owner,
/// its
/// mode, its key, and that others may read it.
/// </summary>
internal sealed class LocalAccess(LocalStore store, LocalStoreLocation location) : IAccessControl
{
    public TimeSpan Propagation => TimeSpan.Zero;

    public async IAsyncEnumerable<AccessAnswer> TestAsync(
        IReadOnlyCollection<string> names,
        AccessQuestion question,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        AccessAnswer? finding = Finding(question.Permission);
        foreach (DescribeOutcome outcome in await DescribeAsync(names, cancellationToken))
        {
            string name = outcome.StoreName;
            FlowSecretException? refusal =
                finding?.Result == AccessResult.Denied ? null : outcome.Error ?? await RefusalAsync(outcome, question, cancellationToken);
            yield return refusal is not null ? AccessAnswer.Of(name, refusal)
            : finding is not null ? finding with { StoreName = name }
            : AccessAnswer.Allowed(name, $"'{location.File}' is this user's alone, and opens by its {store.Place.Identity}.");
        }
    }

    public Task<AccessAnswer?> TryAsync(string name, AccessQuestion question, CancellationToken cancellationToken) => throw NoGrants();

    public async Task<AccessList> ListAsync(string name, CancellationToken cancellationToken)
    {
        _ = await store.DescribeAsync(name, cancellationToken) ?? throw StoreErrors.SecretNotFound(store.Place, name);
        List<SecretGrant> grants =
        [
            new SecretGrant(
                Environment.UserName,
                store.Place.Identity,
                [SecretPermission.Read, SecretPermission.Write, SecretPermission.Manage],
                $"owner of '{location.File}'"
            ),
        ];
        if (PrivateFile.Exposure(location.File) is { } exposure)
        {
            grants.Add(new SecretGrant("other users of this machine", "the file, still encrypted", [], exposure));
        }

        return new AccessList(grants, []);
    }

    public Task<AccessChange> PlanAsync(string name, IReadOnlyList<AccessEdit> edits, CancellationToken cancellationToken) =>
        throw NoGrants();

    public Task<AccessChange> ApplyAsync(string name, IReadOnlyList<AccessEdit> edits, CancellationToken cancellationToken) =>
        throw NoGrants();

    public Task<string> IdentityPolicyAsync(
        IReadOnlyList<string> names,
        SecretPermission permission,
        DateTimeOffset? expires,
        CancellationToken cancellationToken
    ) => throw NoGrants();

    public Task<IReadOnlyList<string?>> RegionsAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string?>>([]);

    /// <summary>A store that cannot be opened is an answer for each name, not an end of the question.</summary>
    private async Task<List<DescribeOutcome>> DescribeAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        List<DescribeOutcome> outcomes = [];
        try
        {
            await foreach (DescribeOutcome outcome in store.DescribeManyAsync(names, cancellationToken))
            {
                outcomes.Add(outcome);
            }

            return outcomes;
        }
        catch (FlowSecretException e)
        {
            return [.. names.Select(n => new DescribeOutcome(n, null, e))];
        }
    }

    private async Task<FlowSecretException?> RefusalAsync(
        DescribeOutcome outcome,
        AccessQuestion question,
        CancellationToken cancellationToken
    )
    {
        bool reads = question.Permission == SecretPermission.Read || question.Live;
        if (!reads || outcome.Description is null)
        {
            return outcome.Description is null ? StoreErrors.SecretNotFound(store.Place, outcome.StoreName) : null;
        }

        // What is in this process's reach is tried: there is no permission to ask for.
        using ReadOutcome read = await ReadOutcome.OfAsync(
            outcome.StoreName,
            () => store.ReadAsync(outcome.StoreName, VersionSelector.Current, cancellationToken)
        );
        return read.Error;
    }

    private AccessAnswer? Finding(SecretPermission permission)
    {
        if (!File.Exists(location.File))
        {
            return null;
        }

        if (!FileOwner.IsMine(location.File))
        {
            // An administrator may open it all the same; its owner can put another file in its place.
            return new AccessAnswer(
                "",
                CanOpen(permission) ? AccessResult.Allowed : AccessResult.Denied,
                AccessCauses.OtherOwner,
                $"'{location.File}' belongs to another user",
                OperatingSystem.IsWindows()
                    ? "Run this as that user, or make a store of your own: Connect-FlowSecretStore -Store Local -Path FILE"
                    : Remedy.Of($"Run this as that user, or take it over: {Shell($"sudo chown \"$(id -un)\" {location.File}")}")
            );
        }

        if (permission != SecretPermission.Read && new FileInfo(location.File).IsReadOnly)
        {
            return AccessAnswer.Denied(
                "",
                AccessCauses.NoGrant,
                $"'{location.File}' may not be written",
                OperatingSystem.IsWindows()
                    ? Remedy.Of($"Allow it: {Shell($"Set-ItemProperty -LiteralPath {location.File} -Name IsReadOnly -Value $false")}")
                    : $"Allow it: {Shell($"chmod 600 {location.File}")}"
            );
        }

        return PrivateFile.Exposure(location.File) is { } exposure
            ? new AccessAnswer(
                "",
                AccessResult.Allowed,
                AccessCauses.FileExposed,
                exposure,
                $"Take others' rights away: {Shell($"chmod 600 {location.File}")}"
            )
            : null;
    }

    private bool CanOpen(SecretPermission permission) =>
        FileReader.CanOpen(location.File, permission == SecretPermission.Read ? FileAccess.Read : FileAccess.ReadWrite);

    private FlowSecretException NoGrants() =>
        StoreErrors.NotSupported(
            store.Place,
            null,
            $"The {store.Place} has no grants: who has its file and its key may use it",
            "Give somebody a copy with a passphrase of its own: Backup-FlowSecretStore FILE -Passphrase (Read-Host -AsSecureString)"
        );
}
