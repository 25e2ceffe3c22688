using System.Text.RegularExpressions;

namespace FlowSecrets.Catalogs.Grammar;

/// <summary>
/// What a node of a catalog may be. The reader checks documents against it, and a test makes the JSON schema of it, so the two
/// cannot drift apart.
/// </summary>
internal abstract record Shape
{
    public string? Description { get; init; }

    public static TextShape Text(string? description = null) => new() { Description = description };

    public static TextShape Words(string description, params string[] words) => new() { Description = description, Allowed = words };

    public static TextShape Pattern(string description, string pattern, string expected) =>
        new()
        {
            Description = description,
            Regex = pattern,
            Expected = expected,
        };

    /// <summary>A value for a program: numbers and booleans are taken as they are written.</summary>
    public static TextShape Value(string description) => new() { Description = description, AnyScalar = true };

    public static BoolShape Flag(string description) => new() { Description = description };

    public static NumberShape Number(string description, int least, int most) => new(least, most) { Description = description };

    public static ListShape Texts(string description, bool single = false) => new(new TextShape(), single) { Description = description };

    public static ListShape ListOf(Shape item, string? description = null) => new(item, false) { Description = description };

    public static MapShape MapOf(Shape value, string? description = null) => new(value) { Description = description };

    /// <summary>A map whose keys stand in messages, commands and paths.</summary>
    public static MapShape Named(Shape value, TextShape keys, string? description = null) =>
        new(value) { Description = description, Keys = keys };

    public static ObjectShape Object(string? description, params (string Name, Shape Shape)[] members) =>
        new(members, []) { Description = description };
}

internal sealed record TextShape : Shape
{
    public IReadOnlyList<string>? Allowed { get; init; }

    public string? Regex { get; init; }

    /// <summary>What the pattern asks for, in words.</summary>
    public string? Expected { get; init; }

    public bool AnyScalar { get; init; }

    /// <summary>The most characters: as much as a secret's value can have.</summary>
    public int MaxLength { get; init; } = 65_536;

    public bool Matches(string text) =>
        Regex is null
        // '$' would leave a last newline out of sight.
        || !text.EndsWith('\n')
            && System.Text.RegularExpressions.Regex.IsMatch(text, Regex, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
}

internal sealed record BoolShape : Shape;

internal sealed record NumberShape(int Least, int Most) : Shape;

/// <param name="Item">What each item may be.</param>
/// <param name="Single">Whether one item may stand without its list.</param>
internal sealed record ListShape(Shape Item, bool Single) : Shape;

internal sealed record MapShape(Shape Entry) : Shape
{
    /// <summary>Whether an entry may be left empty (<c>key:</c> alone).</summary>
    public bool EmptyValues { get; init; }

    /// <summary>What its keys may be; null: anything.</summary>
    public TextShape? Keys { get; init; }
}

internal sealed record ObjectShape(IReadOnlyList<(string Name, Shape Shape)> Members, IReadOnlyList<string> Required) : Shape
{
    public ObjectShape Requiring(params string[] names) => this with { Required = names };

    public Shape? Member(string name) => Members.FirstOrDefault(m => string.Equals(m.Name, name, StringComparison.Ordinal)).Shape;
}
