using System.Globalization;
using System.Runtime.CompilerServices;
using FlowSecrets.Text;

namespace FlowSecrets.Errors;

/// <summary>
/// What to do about an error: sentences and the commands in them, kept apart until the text leaves, so that a command can still be told its
/// secret and its environment. Written as an interpolated string: <c>$"Restore it: {Shell($"Restore-FlowSecret {secret}")}"</c>.
/// </summary>
[InterpolatedStringHandler]
internal sealed class Remedy : IEquatable<Remedy>
{
    private readonly List<object> _parts = [];

    public Remedy(int literalLength, int formattedCount)
    {
        _ = literalLength + formattedCount;
    }

    private Remedy(IEnumerable<object> parts) => _parts.AddRange(parts);

    /// <summary>There is nothing to do.</summary>
    public static Remedy None => new([]);

    /// <summary>What stands before the first command.</summary>
    public string Lead => string.Concat(_parts.TakeWhile(static p => p is string)).TrimEnd();

    /// <summary>The commands, in order.</summary>
    public IReadOnlyList<ShellCommand> Commands => [.. _parts.OfType<ShellCommand>()];

    public bool IsEmpty => _parts.Count == 0;

    /// <summary>Sentences without a command that knows its secret.</summary>
    public static implicit operator Remedy(string text) => new(text.Length == 0 ? [] : [text]);

    /// <summary>For where the compiler would take an interpolated string for a plain one.</summary>
    public static Remedy Of(Remedy remedy) => remedy;

    /// <summary>The same with commands for a secret whose key and environment are known.</summary>
    public Remedy For(SecretArgument secret) => new(_parts.Select(p => p is ShellCommand command ? command.For(secret) : p));

    /// <summary>The same with a text that became known, in place of what stood in for it in the arguments of commands.</summary>
    public Remedy Fill(string placeholder, string text) =>
        new(_parts.Select(p => p is ShellCommand command ? command.Fill(placeholder, text) : p));

    /// <summary>This one, and further sentences after it.</summary>
    public Remedy Then(Remedy next) =>
        IsEmpty ? next
        : next.IsEmpty ? this
        : new([.. _parts, _parts[^1] is string text && text.EndsWith('.') ? " " : ". ", .. next._parts]);

    /// <summary>Whether both read the same.</summary>
    public bool Equals(Remedy? other) => other is not null && ToString() == other.ToString();

    public override bool Equals(object? obj) => Equals(obj as Remedy);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    public override string ToString() => string.Concat(_parts);

    public void AppendLiteral(string text) => _parts.Add(text);

    public void AppendFormatted(ShellCommand command) => _parts.Add(command);

    /// <summary>Another remedy in the middle of a sentence.</summary>
    /// <param name="format"><c>clause</c>: the sentence begins with a small letter.</param>
    public void AppendFormatted(Remedy remedy, string? format = null)
    {
        bool isLowered = format == "clause" && remedy._parts is [string { Length: > 0 }, ..];
        string first = isLowered ? (string)remedy._parts[0] : "";
        _parts.AddRange(isLowered ? [char.ToLowerInvariant(first[0]) + first[1..], .. remedy._parts.Skip(1)] : remedy._parts);
    }

    public void AppendFormatted(string? text) => _parts.Add(PlainText.Line(text ?? ""));

    public void AppendFormatted<T>(T value, string? format = null) =>
        AppendFormatted(value is IFormattable said ? said.ToString(format, CultureInfo.InvariantCulture) : value?.ToString());
}
