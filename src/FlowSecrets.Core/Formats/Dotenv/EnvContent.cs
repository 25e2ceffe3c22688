namespace FlowSecrets.Formats.Dotenv;

/// <summary>What a .env file gives to somebody who takes its values over.</summary>
/// <param name="Values">Names in the file's order; null: the programs do not agree on its value.</param>
/// <param name="Doubts">What the programs do not agree on, or cannot read, a line each; names and lines, never values.</param>
/// <param name="Notes">What was left out, and why.</param>
/// <param name="IsBroken">Whether a quote may be open, so that not even the names are sure.</param>
internal sealed record EnvContent(
    IReadOnlyList<KeyValuePair<string, string?>> Values,
    IReadOnlyList<string> Doubts,
    IReadOnlyList<string> Notes,
    bool IsBroken = false
);
