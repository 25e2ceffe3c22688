using System.Text.Json.Nodes;
using FlowSecrets.Providers.Gcp.Connection;
using Google.Apis.Http;

namespace FlowSecrets.Providers.Gcp.Iam;

/// <summary>Cloud Resource Manager v3, IAM v1 and v2, Policy Troubleshooter v3, IAM Credentials v1, Logging v2.</summary>
internal sealed class IamServices(GcpPlace at, Func<IConfigurableHttpClientInitializer?> credential, GcpTransport transport) : IIamServices
{
    public Task<GcpResource> GetResourceAsync(string resource, CancellationToken cancellationToken) =>
        Service("cloudresourcemanager").SendAsync(HttpMethod.Get, $"v3/{resource}", null, IamJson.Default.GcpResource, cancellationToken);

    public Task<JsonObject> GetPolicyAsync(string resource, CancellationToken cancellationToken) =>
        Service("cloudresourcemanager")
            .SendAsync(
                HttpMethod.Post,
                $"v3/{resource}:getIamPolicy",
                new GcpPolicyRequest(),
                IamJson.Default.JsonObject,
                cancellationToken
            );

    public Task<GcpDenyPage> ListDenyPoliciesAsync(string resource, string? pageToken, CancellationToken cancellationToken)
    {
        string attachment = Uri.EscapeDataString("cloudresourcemanager.googleapis.com/" + resource);
        return Service("iam")
            .SendAsync(
                HttpMethod.Get,
                $"v2/policies/{attachment}/denypolicies?pageSize=1000"
                    + $"{(pageToken is null ? "" : "&pageToken=" + Uri.EscapeDataString(pageToken))}",
                null,
                IamJson.Default.GcpDenyPage,
                cancellationToken
            );
    }

    public Task<GcpDenyPolicy> GetDenyPolicyAsync(string name, CancellationToken cancellationToken) =>
        Service("iam").SendAsync(HttpMethod.Get, $"v2/{name}", null, IamJson.Default.GcpDenyPolicy, cancellationToken);

    public Task<GcpRole> GetRoleAsync(string role, CancellationToken cancellationToken) =>
        Service("iam").SendAsync(HttpMethod.Get, $"v1/{role}", null, IamJson.Default.GcpRole, cancellationToken);

    public Task<GcpTroubleshootReply> TroubleshootAsync(GcpAccessTuple access, CancellationToken cancellationToken) =>
        Service("policytroubleshooter")
            .SendAsync(
                HttpMethod.Post,
                "v3/iam:troubleshoot",
                new GcpTroubleshootRequest { AccessTuple = access },
                IamJson.Default.GcpTroubleshootReply,
                cancellationToken
            );

    public Task<JsonObject> GetServiceAccountPolicyAsync(string email, CancellationToken cancellationToken) =>
        Service("iam")
            .SendAsync(
                HttpMethod.Post,
                $"v1/projects/-/serviceAccounts/{email}:getIamPolicy?options.requestedPolicyVersion=3",
                new GcpNothing(),
                IamJson.Default.JsonObject,
                cancellationToken
            );

    public Task<GcpEntries> ListEntriesAsync(GcpEntriesRequest request, CancellationToken cancellationToken) =>
        Service("logging").SendAsync(HttpMethod.Post, "v2/entries:list", request, IamJson.Default.GcpEntries, cancellationToken);

    public async Task<GcpTokenOwner> WhoIsAsync(CancellationToken cancellationToken)
    {
        GoogleService service = Service("oauth2");
        using HttpRequestMessage probe = new(HttpMethod.Get, service.BaseUri);
        if (service.HttpClient.MessageHandler.Credential is not { } source)
        {
            return new GcpTokenOwner();
        }

        await source.InterceptAsync(probe, cancellationToken);
        return probe.Headers.Authorization is { Parameter: { } token }
            ? await service.SendFormAsync(
                "tokeninfo",
                [KeyValuePair.Create("access_token", token)],
                IamJson.Default.GcpTokenOwner,
                cancellationToken
            )
            : new GcpTokenOwner();
    }

    public Task<GcpToken> GenerateTokenAsync(string email, CancellationToken cancellationToken) =>
        Service("iamcredentials")
            .SendAsync(
                HttpMethod.Post,
                $"v1/projects/-/serviceAccounts/{email}:generateAccessToken",
                new GcpTokenRequest(),
                IamJson.Default.GcpToken,
                cancellationToken
            );

    private GoogleService Service(string name) => new(name, at.AddressOf(name), credential(), transport, IamJson.Default);
}
