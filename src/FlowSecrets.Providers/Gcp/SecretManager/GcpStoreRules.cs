using System.Globalization;
using System.Text.RegularExpressions;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Providers.Gcp.SecretManager;

/// <summary>What Google takes: numbers of versions, aliases, labels and annotations. It is checked here, before anything is sent.</summary>
internal static partial class GcpStoreRules
{
    public static bool IsVersionOrAlias(string word) => VersionOrAliasWord().IsMatch(word);

    public static void RequireNumber(string name, string version)
    {
        if (!long.TryParse(version, NumberStyles.None, null, out _))
        {
            throw StoreErrors.VersionNotFound(
                name,
                $"'{version}' is no version of '{name}': versions of Google Secret Manager are numbers"
            );
        }
    }

    /// <exception cref="FlowSecretException">BadArgument.</exception>
    public static void RequireAlias(string stage)
    {
        if (!AliasWord().IsMatch(stage))
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                stage,
                $"'{stage}' is no name of a stage",
                "Use 1 to 63 letters, digits, '-' and '_', a letter first; not 'latest' nor 'NEW'."
            );
        }
    }

    public static void RequireLabels(string name, IReadOnlyDictionary<string, string> labels) =>
        StoreErrors.RequireLabels(name, labels, LabelRules.Of(StoreKind.Gcp));

    public static Dictionary<string, string> CheckedLabels(string name, Dictionary<string, string> labels)
    {
        RequireLabels(name, labels);
        return labels;
    }

    public static Dictionary<string, string> CheckedAnnotations(string name, Dictionary<string, string> annotations)
    {
        return LabelRules.BytesOf(annotations) <= GcpStore.MaxAnnotationBytes && annotations.Keys.All(LabelRules.IsAnnotation)
            ? annotations
            : throw new FlowSecretException(
                ErrorIds.BadArgument,
                name,
                $"Google does not take these annotations of '{name}'",
                "Use keys of 1 to 63 letters, digits, '-', '_' and '.', and less than 16 KiB in all."
            );
    }

    [GeneratedRegex(@"\A([0-9]{1,18}|latest|[A-Za-z][A-Za-z0-9_-]{0,62})\z")]
    private static partial Regex VersionOrAliasWord();

    [GeneratedRegex(@"\A(?!(latest|NEW)\z)[A-Za-z][A-Za-z0-9_-]{0,62}\z", RegexOptions.ExplicitCapture)]
    private static partial Regex AliasWord();
}
