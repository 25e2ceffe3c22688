using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Trust;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Text;

namespace FlowSecrets.Operations;

/// <summary>The catalog, the environment and the store of one command.</summary>
internal sealed partial class Workspace
{
    private Workspace(Catalog? catalog, CatalogEnvironment? environment, StoreSelection selection, ISecretStore store) =>
        (Catalog, Environment, Selection, Store) = (catalog, environment, selection, store);

    public Catalog? Catalog { get; }

    /// <summary>Null where the store was chosen without an environment.</summary>
    public CatalogEnvironment? Environment { get; }

    public StoreSelection Selection { get; }

    public ISecretStore Store { get; }

    public Place Place => Store.Place;

    /// <summary>What the user allows the catalog; null without one.</summary>
    public TrustGate? Trust { get; private init; }

    /// <summary>
    /// Whether only the catalog names the location: no parameter and no Connect-FlowSecretStore of this session did.
    /// </summary>
    public bool IsOfCatalog { get; private init; }

    /// <summary>Opens it. Precedence: parameter, Connect-FlowSecretStore, FLOWSECRETS_ENVIRONMENT, the catalog's default.</summary>
    /// <param name="preferred">An environment that comes after the parameters and before the rest.</param>
    /// <exception cref="FlowSecretException">CatalogNotTrusted: the store's file is not of the catalog's repository. BadArgument: the
    /// store is not where the piped objects come from.</exception>
    public static async Task<Workspace> OpenAsync(
        OperationContext context,
        TargetOptions options,
        IOperationHost host,
        CancellationToken cancellationToken,
        string? preferred = null
    )
    {
        Catalog? catalog = CatalogLoader.Find(
            context.Catalogs,
            options.CatalogPath,
            text => StoreGuess.From(text, context, options.Environment, forLocalEnv: false)
        );
        TrustGate? trust = catalog is null ? null : new TrustGate(catalog, options.TrustCatalog, host, context.Variable);
        context = WithoutForeignSession(context, catalog, trust, host);
        (StoreSelection selection, CatalogEnvironment? environment) = Select(context, options, catalog, preferred);
        if (
            environment?.Selection.Path is { } path
            && selection.Path == path
            && CatalogReach.StoreOutside(catalog!, environment.PathText!) is { } record
        )
        {
            await trust!.RequireAsync([record], cancellationToken);
        }

        bool isConnected = context.Session?.Store is { } connected && connected.WithoutKeys == selection.WithoutKeys;
        if (isConnected)
        {
            // However the place was named, this session has its passphrase or token.
            selection = context.Session!.Store!;
        }

        selection = selection with
        {
            ThrottleLimit = context.ThrottleLimit ?? selection.ThrottleLimit,
            IsLimitGiven = context.ThrottleLimit is not null || selection.IsLimitGiven,
            CurrentByAlias =
                selection.Store == StoreKind.Gcp
                && catalog
                    ?.Secrets.Where(static s => s.Rotation is { UsesAlias: true })
                    .Select(s => catalog.StoreName(s, environment))
                    .ToList()
                    is { Count: > 0 } aliased
                    ? string.Join('\n', aliased)
                    : null,
        };
        Workspace workspace = new(catalog, environment, selection, context.Providers().OpenStore(selection, context.Variable))
        {
            Trust = trust,
            // A catalog that changed since names another location.
            IsOfCatalog =
                environment is not null
                && !isConnected
                && (context.Session?.Named is not { } named || named != environment.Selection.WithoutKeys),
        };
        await workspace.RequireOriginAsync(options, cancellationToken);
        return workspace;
    }

    /// <exception cref="FlowSecretException">NoCatalog, and what <see cref="OpenAsync"/> throws.</exception>
    public static Task<Workspace> OpenWithCatalogAsync(
        OperationContext context,
        TargetOptions options,
        IOperationHost host,
        CancellationToken cancellationToken,
        string? preferred = null
    )
    {
        _ = CatalogLoader.Require(context.Catalogs, options.CatalogPath);
        return OpenAsync(context, options, host, cancellationToken, preferred);
    }

    /// <summary>How a command that is shown names a secret of this very place.</summary>
    public SecretArgument Argument(SecretRef secret) => secret.Argument with { Environment = Environment?.Name };

    public SecretRef Ref(CatalogSecret secret) => new(secret, Catalog!.StoreName(secret, Environment));

    /// <summary>Describes secrets, as many at a time as the store likes; each a description, nothing, or its own error.</summary>
    public async IAsyncEnumerable<(SecretRef Secret, SecretDescription? Description, FlowSecretException? Error)> DescribeAsync(
        IReadOnlyList<SecretRef> secrets,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Dictionary<string, SecretRef> byName = secrets.ToDictionary(static s => s.StoreName, StringComparer.Ordinal);
        await foreach (DescribeOutcome outcome in Store.DescribeManyAsync(byName.Keys, cancellationToken))
        {
            SecretRef secret = byName[outcome.StoreName];
            yield return (secret, outcome.Description, outcome.Error is null ? null : Here(outcome.Error, secret));
        }
    }

    public SecretChange Result(SecretRef secret, string status, string? version = null, string? message = null) =>
        new()
        {
            Name = secret.Definition?.Key,
            StoreName = secret.StoreName,
            Status = status,
            Version = version,
            Message = message,
            Environment = Environment?.Name,
            Store = Place.Store.ToString(),
            Place = Place.ToString(),
        };

    public SecretChange Failure(SecretRef secret, FlowSecretException error)
    {
        FlowSecretException here = Here(error, secret);
        return Result(secret, ItemStatus.Failed, null, here.Message) with { Error = here };
    }

    /// <summary>
    /// The error with commands that work on this very secret and store: a store knows neither the catalog's key nor the environment,
    /// and a command without them would work on another one.
    /// </summary>
    public FlowSecretException Here(FlowSecretException error, SecretRef secret) => error.For(Argument(secret));

    /// <summary>The text of a remedy with commands that work on this very secret and store; null: there is nothing to do.</summary>
    public string? Text(Remedy? remedy, SecretRef secret) =>
        remedy is null or { IsEmpty: true } ? null : remedy.For(Argument(secret)).ToString();

    /// <summary>
    /// What a session connected under an environment's name counts for that catalog alone: another one can have an environment of the
    /// same name.
    /// </summary>
    private static OperationContext WithoutForeignSession(OperationContext context, Catalog? catalog, TrustGate? trust, IOperationHost host)
    {
        if (context.Session is not { Environment: { } name, Catalog: { } other } || other == trust?.RealPath)
        {
            return context;
        }

        host.Warning(
            $"This session is connected to the environment '{name}' of the catalog '{other}', which does not count here"
                + $"{(catalog is null ? ", where there is no catalog" : $", for the catalog '{catalog.Path}'")}."
        );
        return context with { Session = null };
    }

    /// <summary>Objects that come down the pipeline say where they are from.</summary>
    private async Task RequireOriginAsync(TargetOptions options, CancellationToken cancellationToken)
    {
        if (options.PipedFrom is not { } origin || origin == Place.ToString())
        {
            return;
        }

        // A cloud tells the whole location only when it is asked.
        Place place = await Store.IdentifyAsync(cancellationToken);
        if (origin != place.ToString())
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                origin,
                $"The objects that come down the pipeline are from the {origin}, but this command would work on the {place}",
                "Connect to their location first (Connect-FlowSecretStore), or name the environment and the secrets instead of piping them."
            );
        }
    }

    private static (StoreSelection Selection, CatalogEnvironment? Environment) Select(
        OperationContext context,
        TargetOptions options,
        Catalog? catalog,
        string? preferred
    )
    {
        if (options.Environment is { } named)
        {
            (StoreSelection selection, CatalogEnvironment environment) = AsConnected(
                context,
                Named(
                    catalog
                        ?? throw CatalogLoader.None(
                            context.Catalogs,
                            "-Environment names an environment of a catalog. Without one, choose the place itself: "
                                + "Connect-FlowSecretStore -Store Local, Gcp or Aws"
                        ),
                    named,
                    "-Environment"
                )
            );
            return options.Store is null || options.Store == selection.Store
                ? (selection, environment)
                : throw new FlowSecretException(
                    ErrorIds.BadArgument,
                    environment.Name,
                    $"The environment '{environment.Name}' is in the store {selection.Store}, but -Store says {options.Store}",
                    "Leave -Store out, or name an environment of that store."
                );
        }

        if (options.Store is { } kind)
        {
            // The environment in use says the place, as long as it is of that kind.
            (StoreSelection inUse, CatalogEnvironment? itsEnvironment) = SelectWithout(context, catalog, preferred);
            return inUse.Store == kind ? (inUse, itsEnvironment) : (new StoreSelection(kind), null);
        }

        return SelectWithout(context, catalog, preferred);
    }

    private static (StoreSelection Selection, CatalogEnvironment? Environment) SelectWithout(
        OperationContext context,
        Catalog? catalog,
        string? preferred
    )
    {
        if (preferred is not null)
        {
            return AsConnected(context, Named(catalog!, preferred, "localEnv.from"));
        }

        if (context.Session is { } session)
        {
            CatalogEnvironment? environment =
                session.Environment is { } name && catalog is not null ? Named(catalog, name, "Connect-FlowSecretStore").Environment : null;
            if ((session.Store ?? environment?.Selection) is { } selection)
            {
                return (selection, environment);
            }
        }

        if (catalog is null)
        {
            return (new StoreSelection(StoreKind.Local), null);
        }

        if (context.Variable("FLOWSECRETS_ENVIRONMENT") is { } variable)
        {
            return Named(catalog, variable, "FLOWSECRETS_ENVIRONMENT");
        }

        string? byDefault = catalog.DefaultEnvironment ?? (catalog.Environments.Count == 1 ? catalog.Environments.Keys.Single() : null);
        return byDefault is not null
            ? Named(catalog, byDefault, "default")
            : throw new FlowSecretException(
                ErrorIds.EnvironmentNotFound,
                catalog.Path,
                "The catalog has several environments and no default",
                $"Say which with -Environment: {string.Join(", ", catalog.Environments.Keys)}."
            );
    }

    /// <summary>
    /// What this session connected under an environment's name holds for whoever says the name: a person, a remedy, or an object that comes
    /// down a pipeline.
    /// </summary>
    private static (StoreSelection Selection, CatalogEnvironment Environment) AsConnected(
        OperationContext context,
        (StoreSelection Selection, CatalogEnvironment Environment) named
    ) =>
        context.Session is { Store: { } connected, Environment: { } name } && name == named.Environment.Name
            ? (connected, named.Environment)
            : named;

    private static (StoreSelection Selection, CatalogEnvironment Environment) Named(Catalog catalog, string name, string by)
    {
        CatalogEnvironment environment = catalog.Environment(name, by);
        return (environment.Selection, environment);
    }
}
