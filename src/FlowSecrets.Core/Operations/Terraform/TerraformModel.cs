using FlowSecrets.Catalogs;
using FlowSecrets.Formats.Hcl;
using FlowSecrets.Model;

namespace FlowSecrets.Operations.Terraform;

/// <summary>A secret of the catalog as Terraform is told of it.</summary>
/// <param name="There">As the store describes it; null: it does not exist yet.</param>
internal sealed record TerraformSecret(SecretRef Secret, SecretDescription? There)
{
    public CatalogSecret Definition => Secret.Definition!;

    public string StoreName => Secret.StoreName;

    /// <summary>The name of its resources; no two keys have the same.</summary>
    public string Identifier { get; } = HclIdentifier.Of(Secret.Definition!.Key);

    /// <summary>
    /// Whether Terraform gets a resource for it. Others make it, or it is in another account, if not; then it is only referred to.
    /// </summary>
    public bool IsOwned => !Definition.IsExternal && !StoreName.StartsWith("arn:", StringComparison.Ordinal);

    /// <summary>Whether FlowSecrets changes it on its own.</summary>
    public bool IsRotated =>
        Definition.Rotation is not null
        || RotationNotes.Keys.Any(k => There?.Labels.ContainsKey(k) == true || There?.Annotations.ContainsKey(k) == true);

    public bool HasValue => There?.CurrentVersion is not null;
}

/// <summary>Who may do what with which secrets.</summary>
/// <param name="Principal">In the form of the store's policies.</param>
internal sealed record TerraformReader(string Principal, SecretPermission Permission, IReadOnlyList<TerraformSecret> Secrets);

/// <summary>A workload with the secrets that are injected into it.</summary>
internal sealed record TerraformWorkload(CatalogWorkload Workload, IReadOnlyList<TerraformSecret> Secrets);

/// <summary>Everything that the files are made of. No value is in it.</summary>
internal sealed record TerraformScope(
    Workspace Workspace,
    TerraformOptions Options,
    IReadOnlyList<TerraformSecret> Secrets,
    IReadOnlyList<TerraformReader> Readers,
    IReadOnlyList<TerraformWorkload> Workloads
)
{
    public Catalog Catalog => Workspace.Catalog!;

    public StoreSelection Selection => Workspace.Selection;

    /// <summary>Name of the environment.</summary>
    public string Environment => Workspace.Environment!.Name;

    /// <summary>What exists of the store's location, in its own words: "project", "project/location", "account/region".</summary>
    public string[] Location => Workspace.Place.Location.Split('/');

    public IEnumerable<TerraformSecret> Owned => Secrets.Where(static s => s.IsOwned);
}

/// <summary>One file that is made.</summary>
/// <param name="Resources">How many resources it has.</param>
/// <param name="Imports">How many of them exist.</param>
internal sealed record TerraformText(string Name, HclBody Body, int Resources = 0, int Imports = 0);

/// <summary>How one cloud's secrets look in Terraform.</summary>
internal interface ITerraformCloud
{
    /// <summary>Kinds of workloads whose injections it describes.</summary>
    IReadOnlyList<string> WorkloadKinds { get; }

    /// <summary>The files in their order, without those that would be empty.</summary>
    /// <param name="warn">Told what is left out, and why.</param>
    /// <exception cref="FlowSecretException">NotSupportedByStore, and what the store says of its policies.</exception>
    Task<IReadOnlyList<TerraformText>> WriteAsync(TerraformScope scope, Action<string> warn, CancellationToken cancellationToken);
}
