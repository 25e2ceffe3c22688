using System.Text.Json.Nodes;
using FlowSecrets.Providers.Gcp.Connection;
using Google.Apis.Http;

namespace FlowSecrets.Providers.Gcp.SecretManager;

/// <summary>Secret Manager v1.</summary>
internal sealed class SecretManagerService(
    Uri address,
    string parent,
    IConfigurableHttpClientInitializer? credential,
    GcpTransport transport
) : GoogleService("secretmanager", address, credential, transport, SecretManagerJson.Default), ISecretManager
{
    /// <summary>A page of secrets with all the annotations that they can have stays below what a reply may be.</summary>
    private const int PageSize = 1_000;

    /// <summary>With it, conditions are told as they are.</summary>
    private const int PolicyVersion = 3;

    private readonly string _secrets = $"v1/{parent}/secrets";
    private readonly GcpReplies _replies = new(parent);

    public async Task<GcpSecret> CreateSecretAsync(string id, GcpSecret secret, CancellationToken cancellationToken) =>
        _replies.Secret(
            await SendAsync(HttpMethod.Post, $"{_secrets}?secretId={id}", secret, SecretManagerJson.Default.GcpSecret, cancellationToken),
            id
        );

    public async Task<GcpSecret> GetSecretAsync(string id, CancellationToken cancellationToken) =>
        _replies.Secret(
            await SendAsync(HttpMethod.Get, $"{_secrets}/{id}", null, SecretManagerJson.Default.GcpSecret, cancellationToken),
            id
        );

    public async Task<GcpSecretPage> ListSecretsAsync(string? filter, string? pageToken, CancellationToken cancellationToken) =>
        _replies.Secrets(
            await SendAsync(
                HttpMethod.Get,
                $"{_secrets}?pageSize={PageSize}{Query("filter", filter)}{Query("pageToken", pageToken)}",
                null,
                SecretManagerJson.Default.GcpSecretPage,
                cancellationToken
            )
        );

    public async Task<GcpSecret> UpdateSecretAsync(string id, GcpSecret change, string mask, CancellationToken cancellationToken) =>
        _replies.Secret(
            await SendAsync(
                HttpMethod.Patch,
                $"{_secrets}/{id}?updateMask={mask}",
                change,
                SecretManagerJson.Default.GcpSecret,
                cancellationToken
            ),
            id
        );

    public Task DeleteSecretAsync(string id, string? etag, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Delete,
            $"{_secrets}/{id}{(etag is null ? "" : "?etag=" + Uri.EscapeDataString(etag))}",
            null,
            SecretManagerJson.Default.GcpNothing,
            cancellationToken
        );

    public async Task<GcpVersion> AddVersionAsync(string id, GcpPayload payload, CancellationToken cancellationToken) =>
        _replies.Version(
            await SendAsync(
                HttpMethod.Post,
                $"{_secrets}/{id}:addVersion",
                new GcpAddVersion { Payload = payload },
                SecretManagerJson.Default.GcpVersion,
                cancellationToken
            ),
            id,
            null
        );

    public async Task<GcpVersion> GetVersionAsync(string id, string version, CancellationToken cancellationToken) =>
        _replies.Version(
            await SendAsync(
                HttpMethod.Get,
                $"{_secrets}/{id}/versions/{version}",
                null,
                SecretManagerJson.Default.GcpVersion,
                cancellationToken
            ),
            id,
            version
        );

    public async Task<GcpVersionPage> ListVersionsAsync(string id, int pageSize, string? pageToken, CancellationToken cancellationToken) =>
        _replies.Versions(
            await SendAsync(
                HttpMethod.Get,
                $"{_secrets}/{id}/versions?pageSize={pageSize}{Query("pageToken", pageToken)}",
                null,
                SecretManagerJson.Default.GcpVersionPage,
                cancellationToken
            ),
            id
        );

    public async Task<GcpAccess> AccessVersionAsync(string id, string version, CancellationToken cancellationToken) =>
        _replies.Access(
            await SendAsync(
                HttpMethod.Get,
                $"{_secrets}/{id}/versions/{version}:access",
                null,
                SecretManagerJson.Default.GcpAccess,
                cancellationToken
            ),
            id,
            version
        );

    public async Task<GcpVersion> ChangeVersionAsync(string id, string version, string verb, CancellationToken cancellationToken) =>
        _replies.Version(
            await SendAsync(
                HttpMethod.Post,
                $"{_secrets}/{id}/versions/{version}:{verb}",
                new GcpNothing(),
                SecretManagerJson.Default.GcpVersion,
                cancellationToken
            ),
            id,
            version
        );

    public Task<JsonObject> GetPolicyAsync(string id, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Get,
            $"{_secrets}/{id}:getIamPolicy?options.requestedPolicyVersion={PolicyVersion}",
            null,
            SecretManagerJson.Default.JsonObject,
            cancellationToken
        );

    public Task<JsonObject> SetPolicyAsync(string id, JsonObject policy, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Post,
            $"{_secrets}/{id}:setIamPolicy",
            new GcpSetPolicy { Policy = policy },
            SecretManagerJson.Default.JsonObject,
            cancellationToken
        );

    public Task<GcpPermissions> TestPermissionsAsync(string id, IReadOnlyList<string> permissions, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Post,
            $"{_secrets}/{id}:testIamPermissions",
            new GcpPermissions { Permissions = [.. permissions] },
            SecretManagerJson.Default.GcpPermissions,
            cancellationToken
        );

    public Task<GcpLocationPage> ListLocationsAsync(CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Get,
            $"v1/projects/{parent.Split('/')[1]}/locations?pageSize=1000",
            null,
            SecretManagerJson.Default.GcpLocationPage,
            cancellationToken
        );
}
