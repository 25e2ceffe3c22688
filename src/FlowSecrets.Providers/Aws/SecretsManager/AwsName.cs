using System.Text.RegularExpressions;
using FlowSecrets.Model;

namespace FlowSecrets.Providers.Aws.SecretsManager;

/// <summary>A secret as it is named to AWS: by name, or by an ARN, whose region is followed.</summary>
/// <param name="Region">The ARN's region; null for a name.</param>
/// <param name="Account">The ARN's account; null for a name.</param>
internal readonly partial record struct AwsName(string Id, string? Region, string? Account = null)
{
    /// <summary>
    /// What can be read: names of ours, those that others made, and ARNs, whole or without the suffix.
    /// </summary>
    /// <exception cref="FlowSecretException">InvalidName.</exception>
    public static AwsName Parse(string name)
    {
        if (Arn().Match(name) is { Success: true } arn)
        {
            return new AwsName(name, arn.Groups["region"].Value, arn.Groups["account"].Value);
        }

        if (!SecretNames.IsReadable(StoreKind.Aws, name))
        {
            SecretNames.Require(StoreKind.Aws, name);
        }

        return new AwsName(name, null);
    }

    [GeneratedRegex(
        @"\Aarn:aws[a-z-]*:secretsmanager:(?<region>[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2})"
            + @":(?<account>[0-9]{12}):secret:[A-Za-z0-9/_+=.@!-]{1,519}\z",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex Arn();
}
