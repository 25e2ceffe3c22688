using System.Globalization;
using System.Text;
using FlowSecrets.Values;

namespace FlowSecrets.Providers.Postgres;

/// <summary>A password as clients hash it.</summary>
/// <param name="Text">What to log in with.</param>
/// <param name="Problem">Why clients might not agree on it, so that it must not be set; null: they do.</param>
internal readonly record struct PreparedPassword(string Text, string? Problem)
{
    public override string ToString() => SecretValue.Mask;
}

/// <summary>
/// SASLprep (RFC 4013) as PostgreSQL's own client does it: ASCII as it is; else spaces are mapped, the text is brought into form KC, and
/// what is prohibited or unknown to
/// it is hashed as it is. Clients differ there, so such a password is not set.
/// </summary>
internal static class SaslPrep
{
    /// <summary>Mapped to nothing (RFC 3454, table B.1).</summary>
    private const string Nothing =
        "\u00AD\u034F\u1806\u180B\u180C\u180D\u200C\u200D\u2060"
        + "\uFE00\uFE01\uFE02\uFE03\uFE04\uFE05\uFE06\uFE07\uFE08\uFE09\uFE0A\uFE0B\uFE0C\uFE0D\uFE0E\uFE0F\uFEFF";

    /// <summary>RFC 3454 has it in both tables: PostgreSQL maps it to a space, others to nothing.</summary>
    private const char ZeroWidthSpace = '\u200B';

    /// <summary>Blocks that Unicode 3.2, which SASLprep is bound to, had in full.</summary>
    private static readonly (int From, int To)[] Old =
    [
        (0x00, 0x220),
        (0x300, 0x34F),
        (0x388, 0x3CE),
        (0x400, 0x486),
        (0x2000, 0x2052),
        (0x3000, 0x303F),
        (0x3041, 0x3096),
        (0x3099, 0x30FE),
        (0x4E00, 0x9FA5),
        (0xAC00, 0xD7A3),
        (0xFF01, 0xFFBE),
    ];

    /// <summary>Blocks of which form KC changes nothing.</summary>
    private static readonly (int From, int To)[] Unchanging =
    [
        (0x20, 0x7E),
        (0xC0, 0x131),
        (0x134, 0x13E),
        (0x141, 0x148),
        (0x14A, 0x17E),
        (0x400, 0x482),
        (0x3041, 0x3096),
        (0x30A1, 0x30FA),
        (0x4E00, 0x9FA5),
    ];

    /// <summary>
    /// False where .NET runs without ICU ('invariant globalization'): there it leaves every text as it is and says nothing.
    /// </summary>
    private static readonly bool HasForms = "\uFF21".Normalize(NormalizationForm.FormKC) == "A";

    public static PreparedPassword Prepare(string password)
    {
        if (password.Contains('\0'))
        {
            return new PreparedPassword(password, "it holds a null character");
        }

        if (Ascii.IsValid(password))
        {
            return new PreparedPassword(password, null);
        }

        if (!HasForms)
        {
            return new PreparedPassword(
                password,
                password.EnumerateRunes().All(static r => IsIn(r, Unchanging))
                    ? null
                    : "it holds characters beyond ASCII that cannot be normalised on this machine, where .NET runs without ICU "
                        + "(invariant globalization)"
            );
        }

        string kept = string.Concat(
            password
                .Where(static c => !Nothing.Contains(c))
                .Select(static c => c == ZeroWidthSpace || char.GetUnicodeCategory(c) == UnicodeCategory.SpaceSeparator ? ' ' : c)
        );
        // Before form KC too, which hides some of it and of which .NET has none for others.
        string mapped = HasProhibited(kept) ? "" : kept.Normalize(NormalizationForm.FormKC);
        if (mapped.Length == 0 || HasProhibited(mapped))
        {
            return new PreparedPassword(password, "it holds characters that SASLprep (RFC 4013) prohibits");
        }

        bool isDisputed =
            password.Contains(ZeroWidthSpace) || (mapped != password && !password.EnumerateRunes().All(static r => IsIn(r, Old)));
        return isDisputed
            ? new PreparedPassword(password, "it holds characters that clients normalise differently")
            : new PreparedPassword(mapped, null);
    }

    /// <summary>Of the marks for tones the RFC says that they change what others look like.</summary>
    private static bool HasProhibited(string text) =>
        text.EnumerateRunes()
            .Any(static rune =>
                rune.Value is 0x340 or 0x341 or 0xFFFD
                || Rune.GetUnicodeCategory(rune)
                    is UnicodeCategory.Control
                        or UnicodeCategory.Format
                        or UnicodeCategory.PrivateUse
                        or UnicodeCategory.OtherNotAssigned
                        or UnicodeCategory.Surrogate
                        or UnicodeCategory.LineSeparator
                        or UnicodeCategory.ParagraphSeparator
            );

    private static bool IsIn(Rune rune, (int From, int To)[] blocks) => blocks.Any(b => rune.Value >= b.From && rune.Value <= b.To);
}
