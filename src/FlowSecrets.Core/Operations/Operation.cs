namespace FlowSecrets.Operations;

/// <summary>
/// What a command does: one class, options in, a stream of results out; everything it says or asks goes through the host.
/// After cancellation it makes no further effect.
/// </summary>
public interface IOperation<in TOptions, out TResult>
{
    IAsyncEnumerable<TResult> RunAsync(TOptions options, IOperationHost host, CancellationToken cancellationToken);
}

/// <summary>What operations stand on.</summary>
/// <param name="Providers">The door to the stores and formats; opened only when used.</param>
/// <param name="WorkingDirectory">The session's current folder.</param>
public sealed record OperationContext(Func<IProviders> Providers, string WorkingDirectory)
{
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Reads an environment variable; an empty one counts as not set.</summary>
    public Func<string, string?> Variable { get; init; } =
        static name => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    /// <summary>Calls at a time; null: the store's own limit.</summary>
    public int? ThrottleLimit { get; init; }

    /// <summary>What Connect-FlowSecretStore chose in this session.</summary>
    public SessionSelection? Session { get; init; }
}

/// <param name="Store">The store and its place; null: the environment's own.</param>
/// <param name="Environment">The catalog's environment, when one was named.</param>
public sealed record SessionSelection(StoreSelection? Store, string? Environment);

/// <summary>
/// Base of what a bulk command says about one item. A failed one carries its error, which is written after the last item.
/// </summary>
public abstract record ItemResult
{
    /// <summary>What became of the item: Created, Updated, Unchanged, Kept, Planned, Skipped, Missing, Failed and so on.</summary>
    public required string Status { get; init; }

    /// <summary>The constant id of the error; null unless it failed.</summary>
    public string? ErrorId => Error?.Id;

    /// <summary>What a person should know of it.</summary>
    public string? Message { get; init; }

    internal FlowSecretException? Error { get; init; }
}

/// <summary>The words in <see cref="ItemResult.Status"/>.</summary>
public static class ItemStatus
{
    public const string Created = nameof(Created);
    public const string Updated = nameof(Updated);
    public const string Unchanged = nameof(Unchanged);
    public const string Kept = nameof(Kept);
    public const string Differs = nameof(Differs);
    public const string Removed = nameof(Removed);
    public const string Restored = nameof(Restored);
    public const string Planned = nameof(Planned);
    public const string Skipped = nameof(Skipped);
    public const string Missing = nameof(Missing);
    public const string Failed = nameof(Failed);
    public const string Granted = nameof(Granted);
    public const string Revoked = nameof(Revoked);
    public const string Rotated = nameof(Rotated);
    public const string Retired = nameof(Retired);
    public const string Undone = nameof(Undone);
    public const string Restarted = nameof(Restarted);
    public const string Bound = nameof(Bound);
    public const string Unbound = nameof(Unbound);
    public const string Extra = nameof(Extra);
    public const string Outdated = nameof(Outdated);
    public const string Valid = nameof(Valid);
    public const string Invalid = nameof(Invalid);
    public const string Trusted = nameof(Trusted);
}

/// <summary>What became of one secret.</summary>
public sealed record SecretChange : ItemResult
{
    /// <summary>The catalog's key; null for a secret beyond the catalog.</summary>
    public string? Name { get; init; }

    public required string StoreName { get; init; }

    /// <summary>The version that was made or touched.</summary>
    public string? Version { get; init; }

    public string? Environment { get; init; }

    public required StoreKind Store { get; init; }

    /// <summary>The place: store, path or project.</summary>
    public required string Place { get; init; }
}
