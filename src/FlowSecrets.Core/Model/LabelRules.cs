using System.Text;
using System.Text.RegularExpressions;

namespace FlowSecrets.Model;

/// <summary>What a store takes as labels.</summary>
/// <param name="Most">How many labels a secret can have.</param>
/// <param name="IsValid">Whether a key and its value are as the store wants them.</param>
/// <param name="Words">The rule in words.</param>
internal sealed record LabelRule(int Most, Func<string, string, bool> IsValid, string Words);

/// <summary>The stores' rules for labels, which are tags on AWS, and Google's rule for annotations.</summary>
internal static partial class LabelRules
{
    /// <summary>What all annotations of one secret of Google take at most, keys included.</summary>
    public const int MostAnnotationBytes = 16_384;

    private static readonly LabelRule Google = new(
        64,
        static (key, value) => GoogleKey().IsMatch(key) && GoogleValue().IsMatch(value),
        "keys and values of lower-case letters, digits, '-' and '_', at most 63 characters, a key beginning with a letter"
    );

    private static readonly LabelRule Amazon = new(
        50,
        static (key, value) =>
            key.Length is > 0 and <= 128
            && value.Length <= 256
            && !IsOfAws(key)
            && AmazonText().IsMatch(key)
            && AmazonText().IsMatch(value),
        "tags with keys of 1 to 128 and values of at most 256 letters, digits, spaces and _.:/=+-@, none beginning with aws:"
    );

    private static readonly LabelRule Local = new(
        64,
        static (key, value) => key.Length is > 0 and <= 63 && value.Length <= 63,
        "keys of 1 to 63 and values of at most 63 characters"
    );

    public static LabelRule Of(StoreKind store) =>
        store switch
        {
            StoreKind.Local => Local,
            StoreKind.Gcp => Google,
            StoreKind.Aws => Amazon,
            _ => throw new ArgumentOutOfRangeException(nameof(store)),
        };

    /// <summary>Whether AWS sets the tag itself.</summary>
    public static bool IsOfAws(string key) => key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether Google takes the key of an annotation.</summary>
    public static bool IsAnnotation(string key) => AnnotationKey().IsMatch(key);

    /// <summary>What annotations take of <see cref="MostAnnotationBytes"/>.</summary>
    public static int BytesOf(IEnumerable<KeyValuePair<string, string>> annotations) =>
        annotations.Sum(static a => Encoding.UTF8.GetByteCount(a.Key) + Encoding.UTF8.GetByteCount(a.Value));

    [GeneratedRegex(@"\A[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}0-9_-]{0,62}\z")]
    private static partial Regex GoogleKey();

    [GeneratedRegex(@"\A[\p{Ll}\p{Lo}0-9_-]{0,63}\z")]
    private static partial Regex GoogleValue();

    [GeneratedRegex(@"\A[\p{L}\p{Z}\p{N}_.:/=+\-@]*\z")]
    private static partial Regex AmazonText();

    [GeneratedRegex(@"\A[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex AnnotationKey();
}
