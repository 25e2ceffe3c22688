using FlowSecrets.Providers.Transport;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Aws.Connection;

/// <summary>What a federated token says of itself.</summary>
internal static class AwsWebIdentity
{
    /// <summary>What to say where the token of a web identity was not taken.</summary>
    /// <returns>Null: it is no such identity.</returns>
    public static (string Token, string Remedy)? Find(AwsIdentity identity)
    {
        if (identity.WebIdentity is not ({ } file, { } role))
        {
            return null;
        }

        FederatedToken? token = FederatedToken.Read(file);
        string told = token is null ? $"what its token says could not be read from '{file}'" : token.ToString();
        string subject = RemoteText.Argument(token?.Subject, "SUBJECT");
        return (
            $"{told}, and it is to become {RemoteText.Argument(role, "a role")}",
            $"Let somebody who may see the role compare: Test-FlowSecretAccess NAME -Principal "
                + $"'{RemoteText.Argument(role, "ROLE_ARN")}' -TokenSubject '{subject}'; it shows whom its trust lets in, and the command "
                + $"that lets this one in."
        );
    }
}
