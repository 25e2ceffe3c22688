using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Completion;
using FlowSecrets.Operations.Catalogs;

namespace FlowSecrets.Commands;

/// <summary>Makes a catalog from what a team already has.</summary>
/// <remarks>From a Pulumi stack file's list of secrets, a tfvars file, a .env file, manifests of the External Secrets Operator, or a store.
/// Names are taken over, values never.</remarks>
/// <example>
/// <summary>From the configuration of a Pulumi stack.</summary>
/// <code>New-FlowSecretCatalog -FromPulumi ./infra/pulumi/Pulumi.prod.yaml -Prefix flowmaestro-</code>
/// </example>
/// <example>
/// <summary>From Terraform's variables.</summary>
/// <code>New-FlowSecretCatalog -FromTfvars ./prod.secrets.tfvars -Application flowyml -Prefix flowyml-</code>
/// </example>
/// <example>
/// <summary>From the ExternalSecrets of a cluster.</summary>
/// <code>New-FlowSecretCatalog -FromKubernetes ./infra/k8s/base/external-secrets -Prefix flowmaestro-</code>
/// </example>
/// <example>
/// <summary>From what a store holds.</summary>
/// <code>New-FlowSecretCatalog -FromStore -Store Local -Prefix myapp-</code>
/// </example>
[Cmdlet(VerbsCommon.New, "FlowSecretCatalog", SupportsShouldProcess = true)]
[OutputType(typeof(CatalogTest))]
public sealed class NewFlowSecretCatalogCommand : StoreCmdlet
{
    /// <summary>A Pulumi stack file with lists of secrets under keys that end in ':secrets', or with encrypted settings; or such a list as
    /// JSON.</summary>
    [Parameter(ParameterSetName = "Pulumi", Mandatory = true)]
    public string? FromPulumi { get; set; }

    /// <summary>A tfvars file, also as JSON.</summary>
    [Parameter(ParameterSetName = "Tfvars", Mandatory = true)]
    public string? FromTfvars { get; set; }

    /// <summary>A .env file, or a JSON or YAML file with names and values.</summary>
    [Parameter(ParameterSetName = "Env", Mandatory = true)]
    public string? FromEnv { get; set; }

    /// <summary>The format of the file, for a .env file the program that reads it; as the file's name says unless specified.</summary>
    [Parameter(ParameterSetName = "Tfvars")]
    [Parameter(ParameterSetName = "Env")]
    [ArgumentCompleter(typeof(FormatCompleter))]
    public string? Format { get; set; }

    /// <summary>A folder with manifests of the External Secrets Operator; folders within it are read too.</summary>
    [Parameter(ParameterSetName = "Kubernetes", Mandatory = true)]
    public string? FromKubernetes { get; set; }

    /// <summary>Add what the manifests name to the catalog that is there, instead of making one.</summary>
    [Parameter(ParameterSetName = "Kubernetes")]
    public SwitchParameter Merge { get; set; }

    /// <summary>Make the catalog even if it cannot say everything that the manifests say; what it leaves out is a warning.</summary>
    [Parameter(ParameterSetName = "Kubernetes")]
    public SwitchParameter AllowPartial { get; set; }

    /// <summary>The store in use, or the one that -Environment or -Store names.</summary>
    [Parameter(ParameterSetName = "Store", Mandatory = true)]
    public SwitchParameter FromStore { get; set; }

    /// <summary>What the secrets' names begin with in the store.</summary>
    [Parameter]
    public string Prefix { get; set; } = "";

    /// <summary>Name of the application; the folder's without it.</summary>
    [Parameter]
    public string? Application { get; set; }

    /// <summary>Where the catalog goes.</summary>
    [Parameter]
    public string Path { get; set; } = "./flowsecrets.yaml";

    /// <summary>Replace a catalog that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void Run()
    {
        string? from = FromPulumi ?? FromTfvars ?? FromEnv ?? FromKubernetes;
        Execute(
            new NewCatalogOperation(Context),
            Fill(new NewCatalogOptions()) with
            {
                Origin = Enum.Parse<CatalogOrigin>(ParameterSetName),
                From = FilePath(from, nameof(from)),
                Format = Format,
                Prefix = Prefix,
                Application = Application,
                Path = FilePath(Path, nameof(Path))!,
                Force = Force,
                Merge = Merge,
                AllowPartial = AllowPartial,
            }
        );
    }
}
