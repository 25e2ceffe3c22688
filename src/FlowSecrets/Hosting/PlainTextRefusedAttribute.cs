using System.Management.Automation;
using System.Security;
using FlowSecrets.Errors;

namespace FlowSecrets.Hosting;

/// <summary>
/// Refuses plain text for a parameter that takes a secret. PowerShell's own error would hold the text; this one does not.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PlainTextRefusedAttribute : ArgumentTransformationAttribute
{
    private static readonly SecureString Refused = new();

    /// <summary>Whether it stands for something that was refused.</summary>
    public static bool IsRefused(object? bound) => ReferenceEquals(bound, Refused);

    /// <param name="what">The parameter or property that the text was given for.</param>
    public static FlowSecretException Error(string what) =>
        new(
            ErrorIds.BadArgument,
            what,
            $"{what} is no SecureString: a secret is not taken as plain text, which PowerShell's logs would keep",
            "Read it without echo: Read-Host -AsSecureString. To convert what a script has already: ConvertTo-SecureString -AsPlainText"
        );

    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is null or SecureString ? inputData : Refused;
}
