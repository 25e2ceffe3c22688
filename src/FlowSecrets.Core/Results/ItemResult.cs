using FlowSecrets.Errors;

namespace FlowSecrets;

/// <summary>
/// Base of what a bulk command says about one item. A failed one carries its error, which is written after the last item.
/// </summary>
public abstract record ItemResult
{
    /// <summary>What became of the item: Created, Updated, Unchanged, Kept, Planned, Skipped, Missing, Failed and so on.</summary>
    public required string Status { get; init; }

    /// <summary>The constant id of the error; null unless it failed.</summary>
    public string? ErrorId => Error?.Id;

    /// <summary>What a person should know of it.</summary>
    public string? Message
    {
        get;
        init => field = value is null ? null : ErrorText.Line(value);
    }

    internal FlowSecretException? Error { get; init; }
}
