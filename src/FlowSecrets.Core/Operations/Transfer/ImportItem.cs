using FlowSecrets.Formats.Data;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Transfer;

/// <summary>Names of the source that mean one secret.</summary>
/// <param name="Entries">What gives its value; none: it cannot be read, as the error says.</param>
/// <param name="Secret">Null: they mean none.</param>
internal sealed record ImportUnit(IReadOnlyList<ValueEntry> Entries, SecretRef? Secret)
{
    public IReadOnlyList<string> Sources { get; init; } = [.. Entries.Select(static e => e.Name)];

    /// <summary>Why it cannot be imported; null: nothing is known against it.</summary>
    public FlowSecretException? Error { get; init; }
}

/// <summary>What the plan says of one secret.</summary>
/// <param name="Value">To be written; null: nothing is. Owned by the item.</param>
/// <param name="Current">The version that is current now; null without one.</param>
/// <param name="Exists">Whether there is a container.</param>
internal sealed record ImportItem(ImportUnit Unit, SecretValue? Value, string? Current, bool Exists) : IDisposable
{
    public const string Create = nameof(Create);
    public const string NewVersion = nameof(NewVersion);
    public const string Same = nameof(Same);
    public const string Keep = nameof(Keep);
    public const string Refuse = nameof(Refuse);
    public const string Skip = nameof(Skip);

    public string Action { get; init; } = Skip;

    public string Status { get; init; } = ItemStatus.Skipped;

    public string? Message { get; init; }

    public FlowSecretException? Error { get; init; }

    /// <summary>Whether the source holds more of the secret than the store will.</summary>
    public bool IsPartial { get; init; }

    /// <summary>What -WhatIf and -Confirm show.</summary>
    public string Effect =>
        !Exists ? "Create with a first version"
        : Current is null ? "Add the first version"
        : "Add a version";

    public void Dispose() => Value?.Dispose();
}
