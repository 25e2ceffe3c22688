using System.Management.Automation;
using FlowSecrets.Catalogs;
using FlowSecrets.Commands.Base;
using FlowSecrets.Operations.Catalogs;

namespace FlowSecrets.Commands;

/// <summary>Reads the catalog as objects.</summary>
/// <remarks>Environments, secrets with their fields, the .env file, access, workloads. It holds no values.</remarks>
/// <example>
/// <summary>The catalog in use.</summary>
/// <code>Get-FlowSecretCatalog</code>
/// </example>
/// <example>
/// <summary>Secrets that are rotated.</summary>
/// <code>(Get-FlowSecretCatalog).Secrets | Where-Object Rotation</code>
/// </example>
[Cmdlet(VerbsCommon.Get, "FlowSecretCatalog")]
[OutputType(typeof(Catalog))]
public sealed class GetFlowSecretCatalogCommand : CatalogCmdlet
{
    protected override void Run() => Execute(new GetCatalogOperation(Context), Options);
}
