using FlowSecrets.Model;
using static FlowSecrets.Tests.Gcp.Iam.GcpAccessWorld;

namespace FlowSecrets.Tests.Gcp.Iam;

/// <summary>What testing many secrets for one principal costs: a policy each, and what they share once.</summary>
public sealed class GcpCostTests
{
    private const int Secrets = 200;

    [Fact]
    public async Task EachPolicyIsReadOnce()
    {
        await using GcpAccessWorld world = await StartAsync(withSecret: false);
        world.Iam.SetAncestry("flow-test", Folder, Organization);
        world.Iam.AddRole("projects/flow-test/roles/reader", AccessVersions);
        string[] names = [.. Enumerable.Range(0, Secrets).Select(static i => $"s{i}")];
        foreach (string name in names)
        {
            await CreateAsync(world.As(null), name);
        }

        foreach (string name in names.Take(Secrets / 2))
        {
            world.Iam.Grant($"projects/flow-test/secrets/{name}", Api, "projects/flow-test/roles/reader");
        }

        world.Fake.ClearCalls();
        world.Fake.Faults.Latency = TimeSpan.FromMilliseconds(20);
        List<AccessAnswer> answers = await world
            .As(null)
            .Access.TestAsync(names, new AccessQuestion(Api, SecretPermission.Read), default)
            .ToListAsync();
        Assert.Equal(names.Order(StringComparer.Ordinal), answers.Select(static a => a.StoreName).Order(StringComparer.Ordinal));
        Assert.Equal(
            (Secrets / 2, Secrets / 2),
            (answers.Count(static a => a.Result == AccessResult.Allowed), answers.Count(static a => a.Cause == AccessCauses.NoGrant))
        );
        Dictionary<string, int> calls = world
            .Fake.Calls.GroupBy(static c => c.Operation)
            .ToDictionary(static g => g.Key, static g => g.Count(), StringComparer.Ordinal);
        Assert.Equal(Secrets, calls["GetIamPolicy"]);
        Assert.Equal(
            Secrets,
            world.Fake.Calls.Where(static c => c.Operation == "GetIamPolicy").Select(static c => c.Secret).Distinct().Count()
        );
        Assert.Equal(
            (1, 1, 1, 1),
            (calls["Projects.GetIamPolicy"], calls["Folders.GetIamPolicy"], calls["Organizations.GetIamPolicy"], calls["Roles.Get"])
        );
        Assert.Equal((1, 1, 3), (calls["Projects.Get"], calls["Folders.Get"], calls["DenyPolicies.List"]));

        // Whether what may be read is there to be read.
        Assert.Equal(Secrets / 2, calls["GetSecretVersion"]);
        Assert.DoesNotContain("AccessSecretVersion", calls.Keys);
        Assert.InRange(world.Fake.PeakConcurrentRequests, 16, 32);
    }
}
