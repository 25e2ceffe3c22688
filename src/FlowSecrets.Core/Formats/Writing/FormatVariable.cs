using FlowSecrets.Values;

namespace FlowSecrets.Formats.Writing;

/// <summary>A variable that is written. It does not own its value.</summary>
internal sealed record FormatVariable(string Name, SecretValue Value)
{
    public bool IsSensitive { get; init; }

    /// <summary>What a log must not show of it: the whole, or the sensitive parts.</summary>
    public IReadOnlyList<SecretValue> Masked { get; init; } = [];

    public bool IsText => Value.IsText();

    /// <exception cref="FlowSecretException">ValueNotText.</exception>
    public string Text => Value.RevealText(Name);

    public bool HasLineBreak => Value.AsSpan().IndexOfAny((byte)'\r', (byte)'\n') >= 0;

    public bool HasNul => Value.AsSpan().Contains((byte)0);

    public override string ToString() => Name;
}
