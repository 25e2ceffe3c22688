using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs;
using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Stores;

/// <summary>A location by parameters. What is null comes from the environment or from the store's own rules.</summary>
internal sealed record ConnectOptions : TargetOptions
{
    /// <summary>Absolute path of a local store.</summary>
    public string? Path { get; init; }

    /// <summary>The session keeps it.</summary>
    public SecretValue? Passphrase { get; init; }

    public string? Project { get; init; }

    public string? Region { get; init; }

    public string? Profile { get; init; }

    /// <summary>The session keeps it.</summary>
    public SecretValue? AccessToken { get; init; }

    public string? CredentialPath { get; init; }

    public string? Endpoint { get; init; }

    public bool AllowUnencryptedEndpoint { get; init; }
}

/// <param name="Session">What the session uses from now on; null: the store cannot be opened.</param>
internal sealed record ConnectResult(StoreStatus Store, SessionSelection? Session) : ItemResult;

/// <summary>Chooses the store of a session, and checks that it can be opened.</summary>
internal sealed class ConnectStoreOperation(OperationContext context) : IOperation<ConnectOptions, ConnectResult>
{
    public async IAsyncEnumerable<ConnectResult> RunAsync(
        ConnectOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        OperationContext fresh = context with { Session = null };
        Catalog? catalog = CatalogLoader.Find(context.Catalogs, options.CatalogPath);
        string? owner = catalog is null ? null : FilePaths.Real(catalog.Path);
        CatalogEnvironment? its = options.Environment is { } name ? EnvironmentOf(options, name) : null;
        StoreSelection? selection = null;
        if (IsPlaceGiven(options) || options.Store is not null)
        {
            StoreSelection place = its?.Selection ?? new StoreSelection(options.Store ?? Guess(options));
            Check(options, place.Store);
            selection = Select(place, options);
        }

        string? environment = its?.Name;
        StoreSelection? named = its?.Selection.WithoutKeys;
        OperationContext chosen = selection is null
            ? fresh
            : fresh with
            {
                Session = new SessionSelection(selection, environment, environment is null ? null : owner) { Named = named },
            };
        StoreOptions store = new()
        {
            CatalogPath = options.CatalogPath,
            Environment = environment,
            TrustCatalog = options.TrustCatalog,
        };
        await foreach (StoreStatus status in new GetStoreOperation(chosen).RunAsync(store, host, cancellationToken))
        {
            string? used = environment ?? status.Environment;
            yield return new ConnectResult(
                status,
                status.ErrorId is null ? new SessionSelection(selection, used, used is null ? null : owner) { Named = named } : null
            )
            {
                Status = status.Status,
                Error = status.Error,
            };
        }
    }

    private static bool IsPlaceGiven(ConnectOptions o) =>
        (o.Path ?? o.Project ?? o.Region ?? o.Profile ?? o.CredentialPath ?? o.Endpoint ?? (object?)o.Passphrase ?? o.AccessToken)
            is not null;

    /// <summary>What only one kind of store has says the kind.</summary>
    private static StoreKind Guess(ConnectOptions options) =>
        (options.Project ?? options.CredentialPath ?? (object?)options.AccessToken) is not null ? StoreKind.Gcp
        : options.Profile is not null || options.Region is not null ? StoreKind.Aws
        : StoreKind.Local;

    private CatalogEnvironment EnvironmentOf(ConnectOptions options, string name) =>
        CatalogLoader.Require(context.Catalogs, options.CatalogPath).Environment(name, "-Environment");

    private static void Check(ConnectOptions options, StoreKind kind)
    {
        (string Name, object? Value, StoreKind[] Kinds)[] places =
        [
            (nameof(options.Path), options.Path, [StoreKind.Local]),
            (nameof(options.Passphrase), options.Passphrase, [StoreKind.Local]),
            (nameof(options.Project), options.Project, [StoreKind.Gcp]),
            (nameof(options.AccessToken), options.AccessToken, [StoreKind.Gcp]),
            (nameof(options.CredentialPath), options.CredentialPath, [StoreKind.Gcp]),
            (nameof(options.Profile), options.Profile, [StoreKind.Aws]),
            (nameof(options.Region), options.Region, [StoreKind.Gcp, StoreKind.Aws]),
            (nameof(options.Endpoint), options.Endpoint, [StoreKind.Gcp, StoreKind.Aws]),
        ];
        foreach ((string name, object? value, StoreKind[] kinds) in places)
        {
            if (value is not null && !kinds.Contains(kind))
            {
                throw new FlowSecretException(
                    ErrorIds.BadArgument,
                    kind.ToString(),
                    $"-{name} does not belong to the store {kind}",
                    $"Leave it out, or say -Store {string.Join(" or -Store ", kinds)}."
                );
            }
        }
    }

    private StoreSelection Select(StoreSelection its, ConnectOptions options) =>
        its with
        {
            Path = options.Path ?? its.Path,
            Passphrase = options.Passphrase,
            Project = options.Project ?? its.Project,
            Region = options.Region ?? its.Region,
            Profile = options.Profile ?? its.Profile,
            AccessToken = options.AccessToken,
            CredentialPath = options.CredentialPath,
            Endpoint = options.Endpoint,
            AllowUnencryptedEndpoint = options.AllowUnencryptedEndpoint,
            ThrottleLimit = context.ThrottleLimit ?? its.ThrottleLimit,
            IsLimitGiven = context.ThrottleLimit is not null || its.IsLimitGiven,
        };
}
