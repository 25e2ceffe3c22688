using System.Text.RegularExpressions;

namespace FlowSecrets.Providers.Aws.Workloads;

/// <summary>Where an injected variable comes from: arn:…:secret:NAME-xxxxxx[:json-key:version-stage:version-id].</summary>
/// <param name="Secret">The ARN, whole or without its suffix.</param>
/// <param name="Field">Of a JSON secret; null: the whole value.</param>
/// <param name="Stage">Null: AWSCURRENT.</param>
/// <param name="Version">Its id, where it is pinned.</param>
internal sealed partial record SecretReference(string Secret, string? Field, string? Stage, string? Version)
{
    private const string Current = "AWSCURRENT";
    private const string NamePrefix = ":secret:";

    /// <summary>Whether it is whatever is current when a task starts.</summary>
    public bool FollowsCurrent => Version is null && Stage is null or Current;

    /// <returns>Null: it is a parameter of Systems Manager, which is also what a name without an ARN means there.</returns>
    public static SecretReference? Parse(string valueFrom)
    {
        Match match = Form().Match(valueFrom);
        string? Part(string name) => match.Groups[name].Value is { Length: > 0 } text ? text : null;
        return match.Success ? new SecretReference(match.Groups["secret"].Value, Part("field"), Part("stage"), Part("version")) : null;
    }

    /// <param name="storeName">A name, or an ARN with or without its suffix.</param>
    public bool Is(string storeName)
    {
        if (!storeName.StartsWith("arn:", StringComparison.Ordinal))
        {
            return IsSame(NameOf(Secret), storeName);
        }

        return PlaceOf(Secret) == PlaceOf(storeName)
            && (IsSame(NameOf(Secret), NameOf(storeName)) || IsSame(NameOf(storeName), NameOf(Secret)));
    }

    public override string ToString() =>
        this is { Field: null, Stage: null, Version: null } ? Secret : $"{Secret}:{Field}:{Stage}:{Version}";

    private static bool IsSame(string name, string plain) =>
        name == plain || (name.StartsWith(plain, StringComparison.Ordinal) && Suffix().IsMatch(name.AsSpan(plain.Length)));

    private static string NameOf(string arn) => arn[(arn.IndexOf(NamePrefix, StringComparison.Ordinal) + NamePrefix.Length)..];

    private static string PlaceOf(string arn) => arn[..Math.Max(0, arn.IndexOf(NamePrefix, StringComparison.Ordinal))];

    [GeneratedRegex(
        @"\A(?<secret>arn:aws[a-z-]*:secretsmanager:[^:]*:[^:]*:secret:[^:]+)(:(?<field>[^:]*))?(:(?<stage>[^:]*))?(:(?<version>[^:]*))?\z",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex Form();

    [GeneratedRegex(@"\A-[A-Za-z0-9]{6}\z")]
    private static partial Regex Suffix();
}
