using FlowSecrets.Model;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Copying;

/// <summary>A version with its value, which it owns.</summary>
internal sealed record CopyVersion(string Version, SecretValue Value) : IDisposable
{
    public void Dispose() => Value.Dispose();
}

/// <summary>What one store holds of a secret: read once, before anything is written.</summary>
/// <param name="Description">Null: there is no such secret.</param>
internal sealed record CopyContent(SecretDescription? Description) : IDisposable
{
    public static readonly CopyContent Nothing = new((SecretDescription?)null);

    /// <summary>The readable versions, oldest first; without -AllVersions the current one.</summary>
    public IReadOnlyList<CopyVersion> Versions { get; init; } = [];

    /// <summary>All versions, newest first; without -AllVersions none.</summary>
    public IReadOnlyList<SecretVersionInfo> Infos { get; init; } = [];

    /// <summary>Why it could not be read; null: it was.</summary>
    public FlowSecretException? Error { get; init; }

    public string? Current => Description?.CurrentVersion;

    public bool IsDeleted => Description is { Deleted: not null };

    public CopyVersion? CurrentVersion => Versions.FirstOrDefault(v => v.Version == Current);

    /// <summary>The versions in the order in which they are copied: as they were made, and the current one at the end, because the newest
    /// version of Google is the current one.</summary>
    public IReadOnlyList<CopyVersion> Sequence =>
        [.. Versions.Where(v => v.Version != Current), .. Versions.Where(v => v.Version == Current)];

    /// <summary>The versions without a readable value, each with its state, oldest first.</summary>
    public string[] Unreadable =>
        [
            .. Infos
                .Reverse()
                .Where(i => Versions.All(v => v.Version != i.Version))
                .Select(static i => $"{i.Version} ({(i.State == VersionState.Destroyed ? "destroyed" : "disabled")})"),
        ];

    /// <summary>Whether a version that has a value cannot be read.</summary>
    public bool HidesAny => Infos.Any(i => i.State != VersionState.Destroyed && Versions.All(v => v.Version != i.Version));

    /// <summary>The value of a version; null: it cannot be read. The content owns it.</summary>
    public SecretValue? Value(string version) => Versions.FirstOrDefault(v => v.Version == version)?.Value;

    /// <summary>The version with a stage; null: none has it.</summary>
    public string? StagedAt(string stage) => Infos.FirstOrDefault(i => i.Stages.Contains(stage, StringComparer.Ordinal))?.Version;

    public void Dispose()
    {
        foreach (CopyVersion version in Versions)
        {
            version.Dispose();
        }
    }
}
