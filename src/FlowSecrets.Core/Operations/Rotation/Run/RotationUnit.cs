using FlowSecrets.Catalogs;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Text;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.Rotation.Run;

/// <summary>A secret with all that carry the same credential: they are put aside, promoted and retired together.</summary>
/// <param name="Secret">The one that the catalog's 'rotate' stands at.</param>
/// <param name="Carriers">The others, in the catalog's order.</param>
internal sealed record RotationUnit(
    SecretRef Secret,
    CatalogRotation Rotation,
    IReadOnlyList<RotationCarrier> Carriers,
    IReadOnlyList<CatalogWorkload> Workloads
)
{
    public CatalogSecret Definition => Secret.Definition!;

    /// <summary>The secret of who may change the target's users; null: the users change themselves.</summary>
    public SecretRef? Admin { get; init; }

    /// <summary>Whether the old credential is dead as soon as the new one is set.</summary>
    public bool KillsOldAtOnce => Rotation.Target is { Kind: "postgres", Users.Count: 0 };

    /// <summary>Whether the target can be asked if it accepts a value.</summary>
    public bool CanTest => Rotation.Target is { Kind: "postgres" } or { Test: not null };

    /// <summary>Whether the catalog says how to revoke a value, so that one which is still accepted is a failure.</summary>
    public bool CanRevoke => Rotation.Target is { Revoke: not null };

    /// <summary>Whether a new value is a person's: nothing says how it is made.</summary>
    public bool IsAsked =>
        Rotation.Target is { Kind: "manual" }
        || (Rotation.Target is null && Definition.Generate is null && Definition.Fields.All(static f => f.Generate is null));

    public RotationSubject Subject => new(Secret.StoreName, Rotation.UsesAlias);

    /// <summary>How long the value before stays valid.</summary>
    public TimeSpan Overlap => KillsOldAtOnce ? TimeSpan.Zero : Rotation.Overlap ?? TimeSpan.FromHours(24);

    /// <summary>"'db-config' with temporal-db-config, 2 workloads".</summary>
    public string Reach =>
        $"'{Secret.StoreName}'{(Carriers.Count == 0 ? "" : $" with {string.Join(", ", Carriers.Select(static c => c.Secret.StoreName))}")}"
        + $"{(Workloads.Count == 0 ? "" : ", " + Words.Count(Workloads.Count, "workload"))}";

    /// <summary>The unit of a secret of the catalog.</summary>
    /// <exception cref="FlowSecretException">RotationNotConfigured, ExternallyOwned, RotationWouldLoseData.</exception>
    public static RotationUnit Of(Workspace workspace, SecretRef secret)
    {
        CatalogSecret definition =
            secret.Definition
            ?? throw NotConfigured(
                secret.StoreName,
                $"The catalog does not know '{secret.StoreName}', so nothing says how it is rotated",
                "Describe it in the catalog, with 'rotate'."
            );
        if (definition.IsExternal)
        {
            throw new FlowSecretException(
                ErrorIds.ExternallyOwned,
                secret.StoreName,
                $"'{definition.Key}' has 'owner: external': its owner rotates it",
                $"Take over what he gives you: {Shell($"Set-FlowSecret {workspace.Argument(secret)}")}"
            );
        }

        if (definition.IsEncryptionKey && definition.Rotation?.Reencrypt is null)
        {
            throw new FlowSecretException(
                ErrorIds.RotationWouldLoseData,
                secret.StoreName,
                $"'{definition.Key}' is an encryption key: what was encrypted with its present value could not be read with another",
                "Name a script in the catalog that encrypts that data anew: rotate: { reencrypt: scripts/reencrypt.ps1 }"
            );
        }

        CatalogRotation rotation =
            definition.Rotation
            ?? throw NotConfigured(
                secret.StoreName,
                $"The catalog has no 'rotate' for '{definition.Key}'",
                "Add it to the catalog: rotate: { every: 90d }"
            );
        RotationCarrier[] carriers =
        [
            .. rotation.Carriers.Select(c => new RotationCarrier(workspace.Ref(workspace.Catalog!.Find(c.Secret)!), c)),
        ];
        IReadOnlyDictionary<string, CatalogWorkload> known = workspace.Catalog!.WorkloadsOf(workspace.Environment);
        string[] names =
        [
            .. new[] { secret }
                .Concat(carriers.Select(static c => c.Secret))
                .SelectMany(static s => s.Definition!.Workloads)
                .Distinct(StringComparer.Ordinal),
        ];
        return new RotationUnit(secret, rotation, carriers, [.. names.Where(known.ContainsKey).Select(n => known[n])])
        {
            Admin = rotation.Target?.Admin is { } admin ? workspace.Ref(workspace.Catalog!.Find(admin)!) : null,
        };
    }

    private static FlowSecretException NotConfigured(string name, string cause, Remedy remedy) =>
        new(ErrorIds.RotationNotConfigured, name, cause, remedy);
}

internal sealed record RotationCarrier(SecretRef Secret, CatalogCarrier Carrier)
{
    public RotationSubject Subject => new(Secret.StoreName, Secret.Definition?.Rotation?.UsesAlias == true);
}
