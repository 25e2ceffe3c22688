using System.Text.Json.Nodes;

namespace FlowSecrets.Providers.Gcp.Iam;

/// <summary>The calls of Google's other services that tell who may read a secret, one try each.</summary>
internal interface IIamServices
{
    /// <param name="resource">projects/ID or folders/NUMBER.</param>
    Task<GcpResource> GetResourceAsync(string resource, CancellationToken cancellationToken);

    /// <param name="resource">projects/ID, folders/NUMBER or organizations/NUMBER.</param>
    Task<JsonObject> GetPolicyAsync(string resource, CancellationToken cancellationToken);

    /// <summary>Their names; the rules are told one by one.</summary>
    Task<GcpDenyPage> ListDenyPoliciesAsync(string resource, string? pageToken, CancellationToken cancellationToken);

    Task<GcpDenyPolicy> GetDenyPolicyAsync(string name, CancellationToken cancellationToken);

    /// <param name="role">roles/NAME, projects/ID/roles/NAME or organizations/NUMBER/roles/NAME.</param>
    Task<GcpRole> GetRoleAsync(string role, CancellationToken cancellationToken);

    Task<GcpTroubleshootReply> TroubleshootAsync(GcpAccessTuple access, CancellationToken cancellationToken);

    /// <summary>Who may act as a service account.</summary>
    Task<JsonObject> GetServiceAccountPolicyAsync(string email, CancellationToken cancellationToken);

    Task<GcpEntries> ListEntriesAsync(GcpEntriesRequest request, CancellationToken cancellationToken);

    /// <summary>Whose access token the credential sends.</summary>
    Task<GcpTokenOwner> WhoIsAsync(CancellationToken cancellationToken);

    /// <summary>A token of a service account that the caller may act as.</summary>
    Task<GcpToken> GenerateTokenAsync(string email, CancellationToken cancellationToken);
}
