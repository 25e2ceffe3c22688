using System.Security.Cryptography;
using FlowSecrets.Concurrency;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Values;

namespace FlowSecrets.Providers.Gcp.SecretManager;

/// <content>Reads values, one and many, and says why one cannot be read.</content>
internal sealed partial class GcpStore
{
    public async Task<ReadSecret> ReadAsync(string name, VersionSelector selector, CancellationToken cancellationToken)
    {
        SecretNames.Require(StoreKind.Gcp, name);
        string version =
            selector.Version
            ?? selector.Stage switch
            {
                null or Stages.Current => IsByAlias(name) ? Stages.Current : Latest,
                Stages.Previous => await PreviousAsync(name, cancellationToken),
                { } alias => alias,
            };
        if (!GcpStoreRules.IsVersionOrAlias(version))
        {
            throw StoreErrors.VersionNotFound(
                name,
                $"'{version}' is no version of '{name}': versions of Google Secret Manager are numbers or aliases"
            );
        }

        if (version == Stages.Current && selector.Version is null)
        {
            return await ReadByAliasAsync(name, cancellationToken);
        }

        ReadSecret read = await AccessAsync(name, version, cancellationToken);
        return version == Latest && _written.NewerThan(name, read.Version) is { } written
            ? await WrittenAsync(name, written, read, cancellationToken)
            : read;
    }

    public IAsyncEnumerable<ReadOutcome> ReadManyAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        Bounded.RunAsync(names, _options.AccessWidth ?? Concurrency, ReadOutcomeAsync, cancellationToken);

    private Task<ReadOutcome> ReadOutcomeAsync(string name, CancellationToken cancellationToken) =>
        ReadOutcome.OfAsync(name, () => ReadAsync(name, VersionSelector.Current, cancellationToken));

    /// <summary>
    /// What this process wrote, where 'latest' lags behind; what 'latest' says, where the secret was deleted and made anew meanwhile.
    /// </summary>
    private async Task<ReadSecret> WrittenAsync(string name, long written, ReadSecret latest, CancellationToken cancellationToken)
    {
        try
        {
            ReadSecret newer = await AccessAsync(name, written.ToString(), cancellationToken);
            latest.Dispose();
            return newer;
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.VersionNotFound)
        {
            _written.Forget(name, written);
            return latest;
        }
        catch
        {
            latest.Dispose();
            throw;
        }
    }

    private async Task<ReadSecret> ReadByAliasAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await AccessAsync(name, Stages.Current, cancellationToken, explains: false);
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.VersionNotFound)
        {
            // Before its first rotation, or with no version at all, which the read of 'latest' then says.
            return await AccessAsync(name, Latest, cancellationToken);
        }
    }

    /// <param name="explains">Whether a failure is said of the secret, which takes calls of its own; else as the API says it of the
    /// version.</param>
    internal async Task<ReadSecret> AccessAsync(string name, string version, CancellationToken cancellationToken, bool explains = true)
    {
        GcpCall call = new("secretmanager.versions.access", name, version) { Explains = explains };
        GcpAccess reply;
        try
        {
            reply = await CallAsync(call, (c, ct) => c.AccessVersionAsync(name, version, ct), cancellationToken);
        }
        catch (FlowSecretException e)
            when (explains
                && e.Id
                    is (
                        ErrorIds.SecretNotFound
                        or ErrorIds.VersionNotFound
                        or ErrorIds.VersionDisabled
                        or ErrorIds.VersionDestroyed
                        or ErrorIds.BadArgument
                    )
            )
        {
            throw await WhyNotAsync(name, version, e, cancellationToken);
        }

        byte[] bytes = reply.Payload!.Data!;
        try
        {
            return new ReadSecret(name, GcpName.Last(reply.Name), SecretValue.FromBytes(bytes));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>
    /// What the API says of a version alone, said of the secret: no secret, no version, no such version, disabled and what can be read
    /// instead.
    /// </summary>
    internal async Task<FlowSecretException> WhyNotAsync(
        string name,
        string version,
        FlowSecretException error,
        CancellationToken cancellationToken
    )
    {
        try
        {
            GcpSecret secret = await GetAsync(name, cancellationToken);
            switch (error.Id)
            {
                case ErrorIds.VersionNotFound or ErrorIds.BadArgument:
                    return StoreErrors.VersionNotFound(name, $"'{name}' in the {Place} has no version {version}");
                case ErrorIds.SecretNotFound:
                    return StoreErrors.HasNoVersion(Place, name);
            }

            GcpVersionPage page = await CallAsync(
                new GcpCall("secretmanager.versions.list", name),
                (c, ct) => c.ListVersionsAsync(name, 100, null, ct),
                cancellationToken
            );
            List<GcpVersion> versions = page.Versions ?? [];
            string number =
                version == Latest && versions.Count > 0 ? versions[0].Number
                : secret.VersionAliases?.TryGetValue(version, out long aliased) == true ? aliased.ToString()
                : version;
            string? readable = versions.FirstOrDefault(static v => StateOf(v) == VersionState.Enabled)?.Number;
            return error.Id == ErrorIds.VersionDisabled
                ? StoreErrors.VersionDisabled(name, number, readable)
                : StoreErrors.VersionDestroyed(name, number, version == Latest ? readable : null);
        }
        catch (FlowSecretException why) when (why.Id == ErrorIds.SecretNotFound)
        {
            return why;
        }
        catch (FlowSecretException) when (error.Id == ErrorIds.SecretNotFound)
        {
            // Whoever may only read values cannot be told more than the first answer said.
            return error.With(
                name,
                $"There is no secret '{name}' in the {Place}, or it has no version yet; {Place.Identity} may not ask which"
            );
        }
        catch (FlowSecretException)
        {
            return error;
        }
    }

    /// <returns>Null where there is no such version.</returns>
    internal async Task<bool?> HasValueAsync(string name, string number, SecretValue value, CancellationToken cancellationToken)
    {
        try
        {
            using ReadSecret read = await AccessAsync(name, number, cancellationToken, explains: false);
            return read.Value.Equals(value);
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.VersionDisabled or ErrorIds.VersionDestroyed)
        {
            return false;
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.VersionNotFound)
        {
            return null;
        }
    }
}
