using FlowSecrets.Catalogs;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations;

/// <summary>
/// What a command does: one class, options in, a stream of results out; everything it says or asks goes through the host.
/// After cancellation it makes no further effect.
/// </summary>
internal interface IOperation<in TOptions, out TResult>
{
    IAsyncEnumerable<TResult> RunAsync(TOptions options, IOperationHost host, CancellationToken cancellationToken);
}

/// <summary>What operations stand on.</summary>
/// <param name="Providers">The door to the stores and formats; opened only when used.</param>
/// <param name="WorkingDirectory">The session's current folder.</param>
internal sealed record OperationContext(Func<IProviders> Providers, string WorkingDirectory)
{
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Reads an environment variable; an empty one counts as not set.</summary>
    public Func<string, string?> Variable { get; init; } =
        static name => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    /// <summary>The standard input of the process.</summary>
    public Func<Stream> StandardInput { get; init; } = Console.OpenStandardInput;

    /// <summary>
    /// The standard output of the process: a CI system reads commands from it. What goes there is in no stream of PowerShell.
    /// </summary>
    public Func<Stream> StandardOutput { get; init; } = Console.OpenStandardOutput;

    /// <summary>The standard error of the process.</summary>
    public Func<Stream> StandardError { get; init; } = Console.OpenStandardError;

    /// <summary>Sets an environment variable of this process.</summary>
    public Action<string, string> SetVariable { get; init; } = Environment.SetEnvironmentVariable;

    /// <summary>How this process was started.</summary>
    public Func<IReadOnlyList<string>> CommandLine { get; init; } = Environment.GetCommandLineArgs;

    /// <summary>Calls at a time; null: the store's own limit.</summary>
    public int? ThrottleLimit { get; init; }

    /// <summary>Where the catalog is looked for.</summary>
    public CatalogSource Catalogs => new(Providers, WorkingDirectory, Variable);

    /// <summary>What Connect-FlowSecretStore chose in this session.</summary>
    public SessionSelection? Session { get; init; }
}

/// <param name="Store">The store and its place; null: the environment's own.</param>
/// <param name="Environment">The catalog's environment, when one was named.</param>
/// <param name="Catalog">Real path of the catalog that the environment is of; null without an environment.</param>
internal sealed record SessionSelection(StoreSelection? Store, string? Environment, string? Catalog = null)
{
    /// <summary>The location that the environment had when the user named it; null: the user named none.</summary>
    public StoreSelection? Named { get; init; }
}
