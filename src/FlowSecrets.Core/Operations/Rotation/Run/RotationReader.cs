using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.Rotation.Run;

/// <summary>
/// Reads versions for one run, also those that somebody disabled. A disabled version is enabled for one read and disabled again. Its value
/// is kept until the run ends, so that each version is enabled once at most.
/// </summary>
internal sealed class RotationReader(ISecretStore store, TimeProvider clock, IOperationHost host) : IDisposable
{
    /// <summary>States of versions lag behind on Google. Before each further try it waits one second more.</summary>
    private const int ReadTries = 6;

    private static readonly TimeSpan DisableLimit = TimeSpan.FromSeconds(20);

    private readonly Dictionary<(string Name, string Version), ReadSecret> _opened = [];

    /// <summary>Whether an error says that a version's value does not exist any more.</summary>
    public static bool IsGone(FlowSecretException error) => error.Id is ErrorIds.VersionDestroyed or ErrorIds.VersionNotFound;

    /// <exception cref="FlowSecretException">VersionDestroyed, VersionNotFound; VersionDisabled: not shown yet.</exception>
    public async Task<ReadSecret> ReadAsync(RotationView view, string version, CancellationToken cancellationToken)
    {
        if (_opened.TryGetValue((view.StoreName, version), out ReadSecret? kept))
        {
            return Copy(kept);
        }

        try
        {
            return await store.Rotation.ReadAsync(view, version, cancellationToken);
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.VersionDisabled && store.Capabilities.VersionDisable)
        {
            ReadSecret read = await OpenAsync(view, version, cancellationToken);
            _opened[(view.StoreName, version)] = read;
            return Copy(read);
        }
    }

    /// <summary>Reads a version, if it can be read, for reads after the store has it no more.</summary>
    public async Task KeepAsync(RotationView view, string version, CancellationToken cancellationToken)
    {
        try
        {
            ReadSecret read = await ReadAsync(view, version, cancellationToken);
            if (!_opened.TryAdd((view.StoreName, version), read))
            {
                read.Dispose();
            }
        }
        catch (FlowSecretException e) when (IsGone(e) || e.Id is ErrorIds.Conflict or ErrorIds.VersionDisabled)
        {
            // What reads it later says so.
        }
    }

    /// <summary>Enables a version for good, and waits until the store shows it.</summary>
    public async Task EnableAsync(RotationView view, string version, CancellationToken cancellationToken)
    {
        await store.Rotation.SetStateAsync(view, version, VersionState.Enabled, cancellationToken);
        (await ReadEnabledAsync(view, version, cancellationToken)).Dispose();
    }

    public void Dispose()
    {
        foreach (ReadSecret read in _opened.Values)
        {
            read.Dispose();
        }

        _opened.Clear();
    }

    /// <summary>Whether it is a version of the secret itself: on Google a pending one may be in another secret.</summary>
    private static bool IsNumbered(string version) => !version.Contains('/', StringComparison.Ordinal);

    private static string Shown(string version) => IsNumbered(version) ? $"Version {version}" : "A pending version";

    private static ShellCommand CommandFor(RotationView view, string version, VersionState state) =>
        Shell($"Set-FlowSecretVersion {Stored(view.StoreName)} -Version {version} -State {state}");

    private static ReadSecret Copy(ReadSecret read) => read with { Value = read.Value.Clone() };

    private async Task<ReadSecret> OpenAsync(RotationView view, string version, CancellationToken cancellationToken)
    {
        host.Verbose($"{Shown(version)} of '{view.StoreName}' is disabled. It is enabled for one read, then disabled again.");
        bool isRefused = false;
        try
        {
            await store.Rotation.SetStateAsync(view, version, VersionState.Enabled, cancellationToken);
            return await ReadEnabledAsync(view, version, cancellationToken);
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.AccessDenied or ErrorIds.SecretNotFoundOrForbidden || IsGone(e))
        {
            isRefused = true;
            throw;
        }
        finally
        {
            if (!isRefused)
            {
                await DisableAsync(view, version);
            }
        }
    }

    private async Task<ReadSecret> ReadEnabledAsync(RotationView view, string version, CancellationToken cancellationToken)
    {
        for (int i = 1; ; i++)
        {
            try
            {
                return await store.Rotation.ReadAsync(view, version, cancellationToken);
            }
            catch (FlowSecretException e) when (e.Id == ErrorIds.VersionDisabled)
            {
                if (i == ReadTries)
                {
                    throw e.With(
                        view.StoreName,
                        $"{Shown(version)} of '{view.StoreName}' was enabled to be read, and the store does not show that yet",
                        IsNumbered(version)
                            ? Remedy.Of(
                                $"Enable it: {CommandFor(view, version, VersionState.Enabled)}; wait, then run the same command again."
                            )
                            : "Wait some minutes, then run the same command again.",
                        inner: e
                    );
                }

                await Task.Delay(TimeSpan.FromSeconds(i), clock, cancellationToken);
            }
        }
    }

    /// <summary>Also after a failure or Ctrl+C: a value that somebody disabled must not stay readable.</summary>
    private async Task DisableAsync(RotationView view, string version)
    {
        using CancellationTokenSource limit = new(DisableLimit);
        try
        {
            await store.Rotation.SetStateAsync(view, version, VersionState.Disabled, limit.Token);
        }
        catch (Exception e) when (e is FlowSecretException or OperationCanceledException)
        {
            host.Warning(
                string.Concat(
                    $"{Shown(version)} of '{view.StoreName}' was enabled to be read and could not be disabled again",
                    IsNumbered(version) ? Remedy.Of($". Disable it: {CommandFor(view, version, VersionState.Disabled)}").ToString() : "."
                )
            );
        }
    }
}
