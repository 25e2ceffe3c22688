using System.Management.Automation;
using System.Security;
using FlowSecrets.Commands.Base;
using FlowSecrets.Errors;
using FlowSecrets.Hosting;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Stores;

namespace FlowSecrets.Commands;

/// <summary>Chooses and checks the store for this session.</summary>
/// <remarks>The choice holds for this runspace until Disconnect-FlowSecretStore; a parameter of another cmdlet goes before it. It says
/// which identity, project or account, and region are in use. A store that cannot be opened is an error, and the choice before stays.
/// Google Cloud credentials are looked for in this order: -AccessToken or -CredentialPath, variables with a token,
/// GOOGLE_APPLICATION_CREDENTIALS, application default credentials, the machine's service account, the login of gcloud. AWS has its usual
/// chain; -Profile goes before it.</remarks>
/// <example>
/// <summary>An environment of the catalog.</summary>
/// <code>Connect-FlowSecretStore -Environment production</code>
/// </example>
/// <example>
/// <summary>A project of Google Cloud, with the login of gcloud.</summary>
/// <code>Connect-FlowSecretStore -Store Gcp -Project flowmaestro-prod</code>
/// </example>
/// <example>
/// <summary>An AWS region with a profile.</summary>
/// <code>Connect-FlowSecretStore -Store Aws -Region eu-west-1 -Profile ops</code>
/// </example>
/// <example>
/// <summary>In CI: a token that the step before made, for one project.</summary>
/// <code>Connect-FlowSecretStore -Project flowmaestro-prod -AccessToken (ConvertTo-SecureString $env:TOKEN -AsPlainText)</code>
/// </example>
/// <example>
/// <summary>An emulator on this machine.</summary>
/// <code>Connect-FlowSecretStore -Store Aws -Region eu-west-1 -Endpoint http://127.0.0.1:5000</code>
/// </example>
/// <example>
/// <summary>A local store that a passphrase opens.</summary>
/// <code>Connect-FlowSecretStore -Store Local -Path ./team.db -Passphrase (Read-Host -AsSecureString)</code>
/// </example>
[Cmdlet(VerbsCommunications.Connect, "FlowSecretStore")]
[OutputType(typeof(StoreStatus))]
public sealed class ConnectFlowSecretStoreCommand : StoreCmdlet
{
    /// <summary>File of a Local store.</summary>
    [Parameter]
    public string? Path { get; set; }

    /// <summary>Passphrase of a Local store; a new store is protected by it.</summary>
    [Parameter]
    public SecureString? Passphrase { get; set; }

    /// <summary>Id of a Google Cloud project.</summary>
    [Parameter]
    public string? Project { get; set; }

    /// <summary>AWS region; on Google Cloud the location of regional secrets.</summary>
    [Parameter]
    public string? Region { get; set; }

    /// <summary>Profile of the AWS configuration.</summary>
    [Parameter]
    public string? Profile { get; set; }

    /// <summary>OAuth 2.0 access token for Google Cloud.</summary>
    [Parameter]
    public SecureString? AccessToken { get; set; }

    /// <summary>Credential file of Google Cloud: service account, workload identity federation, impersonation.</summary>
    [Parameter]
    public string? CredentialPath { get; set; }

    /// <summary>Address of the cloud's API instead of its own: a private endpoint, or an emulator on this machine.</summary>
    [Parameter]
    public string? Endpoint { get; set; }

    /// <summary>Allow an -Endpoint of plain http beyond this machine. Values and credentials then cross the network in the clear.</summary>
    [Parameter]
    public SwitchParameter AllowUnencryptedEndpoint { get; set; }

    protected override void Run()
    {
        OperationContext context = Context with { Session = null };
        string? environment = NamedEnvironment;
        StoreSelection? selection = null;
        if (GivenPlace || StoreWithoutEnvironment is not null)
        {
            StoreSelection its = environment is null
                ? new StoreSelection(StoreWithoutEnvironment ?? Guess())
                : EnvironmentSelection(context, environment);
            Check(its.Store);
            selection = Select(its);
        }

        StoreStatus? status = null;
        OperationContext chosen = selection is null ? context : context with { Session = new SessionSelection(selection, environment) };
        Execute(
            new GetStoreOperation(chosen),
            new StoreOptions { CatalogPath = FullCatalogPath, Environment = selection is null ? environment : null },
            found => status = found
        );
        if (status is { ErrorId: null })
        {
            SessionStore.Current = new SessionSelection(selection, environment ?? status.Environment);
        }
    }

    private bool GivenPlace =>
        (Path ?? Project ?? Region ?? Profile ?? CredentialPath ?? Endpoint ?? (object?)Passphrase ?? AccessToken) is not null;

    /// <summary>What only one kind of store has says the kind.</summary>
    private StoreKind Guess() =>
        (Project ?? CredentialPath ?? (object?)AccessToken) is not null ? StoreKind.Gcp
        : Profile is not null || Region is not null ? StoreKind.Aws
        : StoreKind.Local;

    private void Check(StoreKind kind)
    {
        (string Name, object? Value, StoreKind[] Kinds)[] places =
        [
            (nameof(Path), Path, [StoreKind.Local]),
            (nameof(Passphrase), Passphrase, [StoreKind.Local]),
            (nameof(Project), Project, [StoreKind.Gcp]),
            (nameof(AccessToken), AccessToken, [StoreKind.Gcp]),
            (nameof(CredentialPath), CredentialPath, [StoreKind.Gcp]),
            (nameof(Profile), Profile, [StoreKind.Aws]),
            (nameof(Region), Region, [StoreKind.Gcp, StoreKind.Aws]),
            (nameof(Endpoint), Endpoint, [StoreKind.Gcp, StoreKind.Aws]),
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

    private StoreSelection Select(StoreSelection its) =>
        its with
        {
            Path = FilePath(Path, nameof(Path)) ?? its.Path,
            Passphrase = Passphrase is null ? null : SecureStrings.ToValue(Passphrase),
            Project = Project ?? its.Project,
            Region = Region ?? its.Region,
            Profile = Profile ?? its.Profile,
            AccessToken = AccessToken is null ? null : SecureStrings.ToValue(AccessToken),
            CredentialPath = FilePath(CredentialPath, nameof(CredentialPath)),
            Endpoint = Endpoint,
            AllowUnencryptedEndpoint = AllowUnencryptedEndpoint,
            ThrottleLimit = ThrottleLimit == 0 ? its.ThrottleLimit : ThrottleLimit,
        };

    private StoreSelection EnvironmentSelection(OperationContext context, string environment) =>
        Catalogs
            .CatalogLoader.Require(context.Catalogs, FullCatalogPath)
            .Environments.TryGetValue(environment, out Catalogs.CatalogEnvironment? found)
            ? found.Selection
            : throw new FlowSecretException(
                ErrorIds.EnvironmentNotFound,
                environment,
                $"The catalog has no environment '{environment}'",
                "See Get-FlowSecretCatalog."
            );
}
