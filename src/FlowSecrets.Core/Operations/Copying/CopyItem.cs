using FlowSecrets.Text;

namespace FlowSecrets.Operations.Copying;

/// <summary>What the plan says of one secret. Owns what was read of it on both sides.</summary>
internal sealed record CopyItem(SecretRef Source, SecretRef Target) : IDisposable
{
    public const string Create = nameof(Create);
    public const string AddVersions = nameof(AddVersions);
    public const string Complete = nameof(Complete);
    public const string Same = nameof(Same);
    public const string Keep = nameof(Keep);
    public const string Refuse = nameof(Refuse);
    public const string Skip = nameof(Skip);

    public CopyContent From { get; init; } = CopyContent.Nothing;

    public CopyContent To { get; init; } = CopyContent.Nothing;

    /// <summary>Whether the user meant this secret, and not whatever there is.</summary>
    public bool IsNamed { get; init; }

    public string Action { get; init; } = Skip;

    public string Status { get; init; } = ItemStatus.Skipped;

    public string? Message { get; init; }

    public FlowSecretException? Error { get; init; }

    /// <summary>What the target must have at the end, oldest first, the current version last.</summary>
    public IReadOnlyList<CopyVersion> Wanted { get; init; } = [];

    /// <summary>The version of the target that has the value, for each wanted one; null: it is to be added.</summary>
    public IReadOnlyList<string?> There { get; init; } = [];

    /// <summary>Whether each version that is there was found by its value, and none taken for it because it cannot be read.</summary>
    public bool IsProved { get; init; }

    /// <summary>Stages in the order in which they are moved, each with its place in <see cref="Wanted"/>.</summary>
    public IReadOnlyList<(string Stage, int Index)> Stages { get; init; } = [];

    public Dictionary<string, string> Labels { get; init; } = [];

    public Dictionary<string, string> Annotations { get; init; } = [];

    public IReadOnlyList<string> NotMapped { get; init; } = [];

    /// <summary>What the target cannot carry, in words; if any item has some, nothing is written.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Whether the secret is to be deleted in the source once the target has it.</summary>
    public bool IsRemoved { get; init; }

    /// <summary>How many versions are to be added.</summary>
    public int Added => There.Count(static t => t is null);

    public bool IsWritten => Action is Create or AddVersions or Complete;

    /// <summary>The versions of the source that are added.</summary>
    public string[] Copied => [.. Wanted.Where((_, i) => There[i] is null).Select(static w => w.Version)];

    /// <summary>How messages call it.</summary>
    public string Label => Source.Definition?.Key ?? Source.StoreName;

    /// <summary>What -WhatIf and -Confirm show, without the source.</summary>
    public string Effect =>
        Action switch
        {
            Create => $"Create with {Words.Count(Added, "version")}",
            AddVersions => $"Add {Words.Count(Added, "version")}",
            _ => "Set stages and labels",
        };

    public void Dispose()
    {
        From.Dispose();
        To.Dispose();
    }
}
