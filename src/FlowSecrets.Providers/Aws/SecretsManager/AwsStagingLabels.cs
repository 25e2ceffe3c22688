using System.Text.RegularExpressions;
using FlowSecrets.Errors;
using FlowSecrets.Model;

namespace FlowSecrets.Providers.Aws.SecretsManager;

/// <summary>AWS's staging labels, which are our stages: AWSCURRENT, AWSPREVIOUS and AWSPENDING are current, previous and pending.</summary>
internal static partial class AwsStagingLabels
{
    public const string Current = "AWSCURRENT";
    public const string Previous = "AWSPREVIOUS";
    public const string Pending = "AWSPENDING";

    /// <summary>
    /// On a value that is put but not current yet. One for all, so that a write that was broken off leaves no more than this one behind.
    /// </summary>
    public const string Aside = "flowsecrets-new";

    public static string Of(string stage) =>
        stage switch
        {
            Stages.Current => Current,
            Stages.Previous => Previous,
            Stages.Pending => Pending,
            _ => stage,
        };

    public static string StageOf(string label) =>
        label switch
        {
            Current => Stages.Current,
            Previous => Stages.Previous,
            Pending => Stages.Pending,
            _ => label,
        };

    public static void RequireStage(string? stage)
    {
        if (stage is not null && !StageWord().IsMatch(stage))
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                stage,
                $"'{stage}' is no name of a stage",
                "Use 1 to 256 letters, digits and /_+=.@-"
            );
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9/_+=.@-]{1,256}\z")]
    private static partial Regex StageWord();
}
