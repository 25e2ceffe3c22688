using System.Buffers;
using System.Text;
using FlowSecrets.Errors;

namespace FlowSecrets.Formats.Dotenv;

/// <summary>
/// Spells one variable for a dialect. The portable rules are those of docs/env-files.md: what they write, six parsers read alike
/// (seven where the value needs no quotes); what has no such spelling is refused rather than guessed.
/// </summary>
internal static class EnvWriter
{
    private static readonly SearchValues<char> Raw = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:@%+,=-"
    );

    /// <returns>The line or lines, without the last newline; null when the dialect has no spelling for the value.</returns>
    public static string? Format(EnvDialect dialect, string name, string value)
    {
        EnvDialectProfile profile = EnvDialectProfiles.Of(dialect);
        if (IsRefused(profile, name, value))
        {
            return null;
        }

        string? spelled = profile.TakesBareValues && value.AsSpan().IndexOfAnyExcept(Raw) < 0 ? value : profile.Spell(value);
        return spelled is null ? null : $"{profile.NamePrefix}{name}{profile.Assignment}{spelled}";
    }

    /// <summary>Why a value has no spelling, and which dialect has one; never the value.</summary>
    public static FlowSecretException NotPortable(EnvDialect dialect, string name, string value)
    {
        EnvDialect[] others = [.. Enum.GetValues<EnvDialect>().Where(d => Format(d, name, value) is not null)];
        Remedy remedy =
            others.Length == 0
                ? "No .env file can carry it: write the secret to a file of its own (localEnv.files), or store it base64-encoded."
                : $"Name the program that reads the file: -Format "
                    + $"{string.Join(", ", others.Select(static o => o.ToString().ToLowerInvariant()))} can carry it; or store it "
                    + $"base64-encoded.";
        string readers = EnvDialectProfiles.Of(dialect).Readers ?? $"the dialect {dialect.ToString().ToLowerInvariant()} has";
        return new FlowSecretException(ErrorIds.EnvValueNotPortable, name, $"The value of {name} has no spelling that {readers}", remedy);
    }

    private static bool IsRefused(EnvDialectProfile profile, string name, string value) =>
        value.Contains('\0')
        || (!profile.TakesLineBreaks && value.AsSpan().IndexOfAny('\n', '\r') >= 0)
        || (profile.LineLimit is { } limit && Encoding.UTF8.GetByteCount(value) + name.Length + 2 >= limit);
}
