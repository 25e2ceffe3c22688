using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Trust;
using FlowSecrets.Errors;
using FlowSecrets.Files.Marked;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Text;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.Terraform;

internal sealed record TerraformOptions : TargetOptions
{
    /// <summary>Absolute path of the folder; null: terraform/ENVIRONMENT beside the catalog.</summary>
    public string? Path { get; init; }

    /// <summary>On Google, write labels too.</summary>
    public bool IncludeLabels { get; init; }

    /// <summary>Have Terraform send the first value of secrets that have none.</summary>
    public bool SeedValue { get; init; }

    /// <summary>Replace files that were edited, or that are not ours.</summary>
    public bool Force { get; init; }
}

/// <summary>
/// Writes Terraform for the containers, access and injections of an environment's secrets, with what exists as imports. No value is read.
/// </summary>
internal sealed class ExportTerraformOperation(OperationContext context) : IOperation<TerraformOptions, TerraformFile>
{
    private const string Command = "Export-FlowTerraform";

    public async IAsyncEnumerable<TerraformFile> RunAsync(
        TerraformOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Workspace workspace = await Workspace.OpenWithCatalogAsync(context, options, host, cancellationToken);
        CatalogEnvironment environment = RequireEnvironment(workspace);
        ITerraformCloud cloud = CloudOf(workspace, environment);
        string folder = options.Path ?? await DefaultFolderAsync(workspace, environment, cancellationToken);
        MarkedOwner owner = new("terraform", Command, environment.Name);

        await workspace.Store.IdentifyAsync(cancellationToken);
        IReadOnlyList<TerraformSecret>? secrets = await TerraformState.ReadAsync(workspace, host, cancellationToken);
        if (secrets is null)
        {
            // Without one secret the files would have Terraform forget or delete it.
            yield break;
        }

        TerraformScope scope = await TerraformAccess.ScopeAsync(context, workspace, options, cloud, secrets, host, cancellationToken);
        IReadOnlyList<TerraformText> texts = await cloud.WriteAsync(scope, host.Warning, cancellationToken);
        Dictionary<string, TerraformText> byName = texts.ToDictionary(static t => t.Name, StringComparer.Ordinal);
        MarkedPlan plan = MarkedFiles.Plan(
            owner,
            folder,
            [.. texts.Select(static t => new MarkedFile(t.Name, t.Body.Write()))],
            options.Force
        );
        foreach (MarkedStep step in plan.Steps)
        {
            TerraformFile result = new()
            {
                Path = step.Path,
                Name = step.RelativePath,
                Status = step.Status.ToString(),
                Resources = byName.GetValueOrDefault(step.RelativePath)?.Resources ?? 0,
                Imports = byName.GetValueOrDefault(step.RelativePath)?.Imports ?? 0,
                Environment = environment.Name,
                Message = MessageOf(step, byName.GetValueOrDefault(step.RelativePath)),
            };
            yield return !step.IsChange ? result : await ApplyAsync(step, result, host, cancellationToken);
        }

        Announce(scope, folder, texts, host);
    }

    private static async Task<TerraformFile> ApplyAsync(
        MarkedStep step,
        TerraformFile result,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        string action = step.Status switch
        {
            MarkedStatus.Created => "Create",
            MarkedStatus.Removed => "Remove",
            _ => "Update",
        };
        (string status, FlowSecretException? error) = await MarkedSteps.ApplyAsync(step, action, host, cancellationToken);
        return status is ItemStatus.Planned or ItemStatus.Skipped ? result with { Status = status, Message = action }
            : error is null ? result
            : result with { Status = status, Error = error, Message = error.Message };
    }

    private static string? MessageOf(MarkedStep step, TerraformText? text) =>
        step.Status switch
        {
            MarkedStatus.Kept => "It is not made any more, but somebody edited it, so it stays. Look at it.",
            MarkedStatus.Removed => "It is not made any more.",
            _ when text is { Resources: > 0 } => $"{Words.Count(text.Resources, "resource")}, {text.Imports} to import",
            _ => null,
        };

    private static void Announce(TerraformScope scope, string folder, IReadOnlyList<TerraformText> texts, IOperationHost host)
    {
        if (host.IsWhatIf)
        {
            return;
        }

        int imports = texts.Sum(static t => t.Imports);
        int added = texts.Sum(static t => t.Resources) - imports;
        host.Say(
            $"Terraform for {Words.Count(scope.Owned.Count(), "secret")} of the {scope.Workspace.Place} is in {folder}. No value is in it."
        );
        Remedy next =
            $"Look at it: {Shell($"terraform -chdir={folder} init")}; {Shell($"terraform -chdir={folder} plan")}. "
            + $"Before the first apply the plan has {imports} to import and {added} to add.";
        host.Say(next.ToString());
    }

    private static CatalogEnvironment RequireEnvironment(Workspace workspace) =>
        workspace.Environment
        ?? throw new FlowSecretException(
            ErrorIds.BadArgument,
            workspace.Place.ToString(),
            "Terraform is written for an environment of the catalog, but the store was chosen without one",
            $"Name it with -Environment: {string.Join(", ", workspace.Catalog!.Environments.Keys)}."
        );

    /// <exception cref="FlowSecretException">BadArgument: Terraform has no resources for a local store.</exception>
    private static ITerraformCloud CloudOf(Workspace workspace, CatalogEnvironment environment) =>
        workspace.Place.Store switch
        {
            StoreKind.Gcp => new GoogleTerraform(),
            StoreKind.Aws => new AwsTerraform(),
            StoreKind.Local => throw NotForLocal(workspace.Catalog!, environment),
            _ => throw new InvalidOperationException($"No Terraform is known for {workspace.Place.Store}."),
        };

    private static FlowSecretException NotForLocal(Catalog catalog, CatalogEnvironment environment)
    {
        string[] clouds =
        [
            .. catalog.Environments.Values.Where(static e => e.Selection.Store != StoreKind.Local).Select(static e => e.Name),
        ];
        return new FlowSecretException(
            ErrorIds.BadArgument,
            environment.Name,
            $"The environment '{environment.Name}' is in a local store, for which Terraform has no resources",
            clouds.Length == 0
                ? "Add an environment in Google Cloud or AWS to the catalog."
                : Remedy.Of(
                    $"Name one in a cloud ({string.Join(", ", clouds)}): "
                        + $"{Shell($"Export-FlowTerraform {new EnvironmentArgument(clouds[0])}")}"
                )
        );
    }

    /// <summary>
    /// Beside the catalog, in the repository: a link that leads out of it needs approval as every other path of a repository.
    /// </summary>
    private static async Task<string> DefaultFolderAsync(
        Workspace workspace,
        CatalogEnvironment environment,
        CancellationToken cancellationToken
    )
    {
        string relative = $"terraform/{environment.Name}";
        if (CatalogReach.Outside(workspace.Catalog!, relative) is { } record)
        {
            await workspace.Trust!.RequireAsync([record], cancellationToken);
        }

        return workspace.Catalog!.Resolve(relative);
    }
}
