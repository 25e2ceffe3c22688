using System.Management.Automation;
using System.Security;
using FlowSecrets.Commands.Base;
using FlowSecrets.Hosting;
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
    [PlainTextRefused]
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
    [PlainTextRefused]
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
        ConnectOptions options = Fill(new ConnectOptions()) with
        {
            Path = FilePath(Path, nameof(Path)),
            Passphrase = Passphrase is null ? null : SecureStrings.ToValue(Passphrase),
            Project = Project,
            Region = Region,
            Profile = Profile,
            AccessToken = AccessToken is null ? null : SecureStrings.ToValue(AccessToken),
            CredentialPath = FilePath(CredentialPath, nameof(CredentialPath)),
            Endpoint = Endpoint,
            AllowUnencryptedEndpoint = AllowUnencryptedEndpoint,
        };
        Execute(
            new ConnectStoreOperation(Context),
            options,
            static result =>
            {
                SessionStore.Current = result.Session ?? SessionStore.Current;
                return result.Store;
            }
        );
    }
}
