using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.Access;
using FlowSecrets.Tests.Support;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Tests.Operations.Access;

/// <summary>Who can read what, as it is listed.</summary>
public sealed class AccessListTests : IDisposable
{
    private readonly AccessSetting _setting = new();

    public AccessListTests() =>
        _setting
            .Access.With("jwt", AccessSetting.Api, SecretPermission.Read, ours: true)
            .With("jwt", AccessSetting.Ops, SecretPermission.Manage, direct: false)
            .With("llm-a", AccessSetting.Api, SecretPermission.Write)
            .With("llm-b", AccessSetting.Ops, SecretPermission.Write);

    public void Dispose() => _setting.Dispose();

    [Fact]
    public async Task AllGrantsOfAllSecretsAreListed()
    {
        List<SecretGrantItem> items = await _setting.GetAsync(new AccessOptions());
        Assert.Equal(
            [
                ("jwt", AccessSetting.Ops, false, "the project"),
                ("jwt", AccessSetting.Api, true, "the secret"),
                ("llm-a", AccessSetting.Api, false, "the secret"),
                ("llm-b", AccessSetting.Ops, false, "the secret"),
            ],
            items.Select(static i => (i.Name!, i.Principal, i.Ours, i.Source)).Order()
        );
    }

    [Fact]
    public async Task PrincipalAndPermissionFilter()
    {
        Assert.Equal(
            ["jwt", "llm-a"],
            (await _setting.GetAsync(new AccessOptions { Principals = [AccessSetting.Api] })).Select(static i => i.Name).Order()
        );
        Assert.Equal(
            ["llm-a", "llm-b"],
            (await _setting.GetAsync(new AccessOptions { Permission = SecretPermission.Write })).Select(static i => i.Name).Order()
        );
        Assert.Empty(await _setting.GetAsync(new AccessOptions { Principals = ["allUsers"] }));
    }

    [Fact]
    public async Task WhatForbidsIsShownWhateverThePermission()
    {
        _setting.Access.Grants["jwt"].Add(new SecretGrant(AccessSetting.Api, "deny", [], "the organisation") { Denies = true });
        SecretGrantItem item = Assert.Single(
            await _setting.GetAsync(
                new AccessOptions
                {
                    Names = ["jwt"],
                    Principals = [AccessSetting.Api],
                    Permission = SecretPermission.Write,
                }
            )
        );
        Assert.True(item.Denies);
    }

    [Fact]
    public async Task TheCatalogsEntriesNameTheSecretsAndThePrincipalsTogether()
    {
        // The one entry's principal on the other entry's secret is not asked about.
        Assert.Equal(
            [("jwt", AccessSetting.Api), ("llm-b", AccessSetting.Ops)],
            (await _setting.GetAsync(new AccessOptions { FromCatalog = true })).Select(static i => (i.Name!, i.Principal)).Order()
        );
        Assert.Empty(await _setting.GetAsync(new AccessOptions { FromCatalog = true, Environment = "local" }));
    }

    [Fact]
    public async Task OneThatFailsDoesNotStopTheRest()
    {
        _setting.Access.Failing["jwt"] = new FlowSecretException(
            ErrorIds.SecretNotFound,
            "jwt",
            "absent",
            $"Make it: {Shell($"New-FlowSecret {Stored("jwt")}")}"
        );
        TestHost host = new();
        Assert.Equal(2, (await _setting.GetAsync(new AccessOptions(), host)).Count);
        FlowSecretException error = Assert.Single(host.Failures);
        Assert.Equal((ErrorIds.SecretNotFound, "Make it: New-FlowSecret 'jwt' -Environment 'prod'"), (error.Id, error.Remedy));
    }

    [Fact]
    public async Task WhatCannotBeReadIsSaidOnce()
    {
        _setting.Access.Unreadable.AddRange(["the folder's policy", "the project's policy"]);
        TestHost host = new();
        await _setting.GetAsync(new AccessOptions(), host);
        Assert.Equal(["Not all is shown: the folder's policy.", "Not all is shown: the project's policy."], host.Warnings);
    }
}
