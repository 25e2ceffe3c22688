namespace FlowSecrets.Operations;

/// <summary>The words in <see cref="ItemResult.Status"/>.</summary>
internal static class ItemStatus
{
    public const string Created = nameof(Created);
    public const string Updated = nameof(Updated);
    public const string Unchanged = nameof(Unchanged);
    public const string Kept = nameof(Kept);
    public const string Differs = nameof(Differs);
    public const string Removed = nameof(Removed);
    public const string Restored = nameof(Restored);
    public const string Planned = nameof(Planned);
    public const string Skipped = nameof(Skipped);
    public const string Missing = nameof(Missing);
    public const string Failed = nameof(Failed);
    public const string Granted = nameof(Granted);
    public const string Revoked = nameof(Revoked);
    public const string Rotated = nameof(Rotated);
    public const string Retired = nameof(Retired);
    public const string Undone = nameof(Undone);
    public const string Restarted = nameof(Restarted);
    public const string Requested = nameof(Requested);
    public const string Bound = nameof(Bound);
    public const string Unbound = nameof(Unbound);
    public const string Extra = nameof(Extra);
    public const string Outdated = nameof(Outdated);
    public const string Valid = nameof(Valid);
    public const string Invalid = nameof(Invalid);
    public const string Trusted = nameof(Trusted);
    public const string Written = nameof(Written);
}
