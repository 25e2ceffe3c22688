using System.Text.RegularExpressions;
using FlowSecrets.Errors;

namespace FlowSecrets.Model;

/// <summary>
/// The stores' rules for names, and the rule for environment variables. AWS advises against names that end in '-' and six characters, which
/// look like the end of an ARN, but takes them.
/// </summary>
internal static partial class SecretNames
{
    /// <summary>A store's rule in words.</summary>
    public static string Rule(StoreKind store) =>
        store switch
        {
            StoreKind.Gcp => "1 to 255 letters, digits, '-' and '_'",
            _ => "1 to 512 ASCII letters, digits and /_+=.@-",
        };

    public static bool IsValid(StoreKind store, string name) =>
        store switch
        {
            StoreKind.Gcp => GcpName().IsMatch(name),
            _ => AwsName().IsMatch(name),
        };

    /// <summary>
    /// Whether a secret that exists can have this name: services of AWS make names that nobody else may make (<c>rds!cluster-1</c>). Google
    /// has no exceptions to its rule. '*' and '?' would be patterns in a policy.
    /// </summary>
    public static bool IsReadable(StoreKind store, string name) =>
        store switch
        {
            StoreKind.Gcp => IsValid(store, name),
            _ => ReadableName().IsMatch(name),
        };

    /// <exception cref="FlowSecretException">InvalidName.</exception>
    public static void Require(StoreKind store, string name)
    {
        if (!IsValid(store, name))
        {
            throw new FlowSecretException(
                ErrorIds.InvalidName,
                name,
                $"'{name}' is not a name that the store ({store}) takes",
                $"Use {Rule(store)}."
            );
        }
    }

    /// <summary>Whether every shell and every .env parser takes it as a variable's name.</summary>
    public static bool IsEnvironmentVariable(string name) => EnvironmentName().IsMatch(name);

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,255}\z")]
    private static partial Regex GcpName();

    [GeneratedRegex(@"\A[A-Za-z0-9/_+=.@-]{1,512}\z")]
    private static partial Regex AwsName();

    [GeneratedRegex(@"\A[^\p{C}\p{Zl}\p{Zp}:*?""'\\]{1,512}\z")]
    private static partial Regex ReadableName();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex EnvironmentName();
}
