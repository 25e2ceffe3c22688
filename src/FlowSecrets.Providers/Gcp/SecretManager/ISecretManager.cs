using System.Text.Json.Nodes;
using FlowSecrets.Providers.Gcp.Connection;

namespace FlowSecrets.Providers.Gcp.SecretManager;

/// <summary>
/// The calls of Secret Manager v1 that are used here, one try each. Which files change if the vendor's own client
/// takes its place stands in docs/architecture.md.
/// A secret is named by its id, a version by its number, an alias or 'latest'.
/// </summary>
internal interface ISecretManager
{
    Task<GcpSecret> CreateSecretAsync(string id, GcpSecret secret, CancellationToken cancellationToken);

    Task<GcpSecret> GetSecretAsync(string id, CancellationToken cancellationToken);

    Task<GcpSecretPage> ListSecretsAsync(string? filter, string? pageToken, CancellationToken cancellationToken);

    /// <param name="mask">The members that <paramref name="change"/> replaces.</param>
    Task<GcpSecret> UpdateSecretAsync(string id, GcpSecret change, string mask, CancellationToken cancellationToken);

    /// <param name="etag">That of the secret which is meant; null: whichever is there.</param>
    Task DeleteSecretAsync(string id, string? etag, CancellationToken cancellationToken);

    Task<GcpVersion> AddVersionAsync(string id, GcpPayload payload, CancellationToken cancellationToken);

    Task<GcpVersion> GetVersionAsync(string id, string version, CancellationToken cancellationToken);

    /// <summary>Newest first.</summary>
    Task<GcpVersionPage> ListVersionsAsync(string id, int pageSize, string? pageToken, CancellationToken cancellationToken);

    /// <exception cref="GcpChecksumException">The payload's checksum is not that of its bytes.</exception>
    Task<GcpAccess> AccessVersionAsync(string id, string version, CancellationToken cancellationToken);

    /// <param name="verb">enable, disable or destroy.</param>
    Task<GcpVersion> ChangeVersionAsync(string id, string version, string verb, CancellationToken cancellationToken);

    /// <summary>The whole policy as it came, with what is not used here, so that it goes back as it was.</summary>
    Task<JsonObject> GetPolicyAsync(string id, CancellationToken cancellationToken);

    /// <summary>Replaces the whole policy; its etag must be that of the present one.</summary>
    Task<JsonObject> SetPolicyAsync(string id, JsonObject policy, CancellationToken cancellationToken);

    /// <returns>Those of the permissions that the caller has; none, and no error, where there is no such secret.</returns>
    Task<GcpPermissions> TestPermissionsAsync(string id, IReadOnlyList<string> permissions, CancellationToken cancellationToken);

    /// <summary>Where regional secrets can be.</summary>
    Task<GcpLocationPage> ListLocationsAsync(CancellationToken cancellationToken);
}
