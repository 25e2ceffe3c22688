using FlowSecrets.CloudFakes.Faults;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using static FlowSecrets.Tests.Gcp.Iam.GcpAccessWorld;

namespace FlowSecrets.Tests.Gcp.Iam;

/// <summary>A denial whose cause cannot be looked into stays the denial that it is.</summary>
public sealed class GcpUnexplainedTests
{
    [Theory]
    [InlineData(Fault.Throttle)]
    [InlineData(Fault.Unavailable)]
    public async Task WhatFailsWhileItIsLookedIntoDoesNotReplaceTheDenial(Fault fault)
    {
        await using GcpAccessWorld world = await StartAsync();
        world.Fake.Faults.QueueFor("GetSecret", [.. Enumerable.Repeat(fault, 50)]);
        FlowSecretException denied = await Assert.ThrowsAsync<FlowSecretException>(() =>
            world.As(Dev).ReadAsync("db", VersionSelector.Current, default)
        );
        Assert.Equal((ErrorIds.SecretNotFoundOrForbidden, AccessCauses.SecretNotFoundOrForbidden), (denied.Id, denied.AccessCause));
    }
}
