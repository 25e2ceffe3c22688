using FlowSecrets.Errors;
using FlowSecrets.Providers.Transport;
using FlowSecrets.Text;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Aws.Connection;

/// <summary>What a federated token says of itself.</summary>
internal static class AwsWebIdentity
{
    /// <summary>What to say where the token of a web identity was not taken.</summary>
    /// <returns>Null: it is no such identity.</returns>
    public static (string Token, Remedy Remedy)? Find(AwsIdentity identity)
    {
        if (identity.WebIdentity is not ({ } file, { } role))
        {
            return null;
        }

        FederatedToken? token = FederatedToken.Read(file);
        string told = token is null ? $"what its token says could not be read from '{file}'" : token.ToString();
        string subject = Known(token?.Subject, "SUBJECT");
        return (
            $"{told}, and it is to become {Known(role, "a role")}",
            $"Let somebody who may see the role compare: "
                + $"{Shell($"Test-FlowSecretAccess NAME -Principal {Known(role, "ROLE_ARN")} -TokenSubject "
                + $"{subject}")}"
                + $"; it shows whom its trust lets in, and the command that lets this one in."
        );
    }
}
