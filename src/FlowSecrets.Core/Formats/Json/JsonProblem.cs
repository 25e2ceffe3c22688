namespace FlowSecrets.Formats.Json;

/// <summary>Where something is in a text, both from 1; the column counts characters.</summary>
internal sealed record TextPosition(int Line, int Column)
{
    public override string ToString() => $"line {Line}, column {Column}";
}

/// <summary>A member that stands more than once in its object.</summary>
/// <param name="At">Where it stands again.</param>
internal sealed record JsonDuplicate(string Name, TextPosition At);

/// <summary>The text is not JSON from here on. The message has nothing of the text.</summary>
internal sealed class JsonSyntaxException(TextPosition at) : Exception("The text is not JSON.")
{
    public TextPosition At { get; } = at;
}
