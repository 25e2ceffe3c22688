using System.Globalization;
using FlowSecrets.CloudFakes.Gcp.SecretManager;
using FlowSecrets.Model;
using static FlowSecrets.Tests.Gcp.Iam.GcpAccessWorld;

namespace FlowSecrets.Tests.Gcp.Iam.Verdicts;

/// <summary>What is told of a principal, by generated policies, is what that principal's call then meets on the fake.</summary>
public sealed class GcpToldAndDoneTests
{
    private const string Pool = "iam.googleapis.com/projects/123456789/locations/global/workloadIdentityPools/github";
    private const string Job = "principal://" + Pool + "/subject/repo:org/app:ref:refs/heads/main";
    private const string Custom = "projects/flow-test/roles/custom";

    private static readonly string[] Principals = [Dev, Api, Job];
    private static readonly string[] Resources = [Db, Db, Project, Folder, Organization];
    private static readonly string[] Roles =
    [
        Accessor,
        Accessor,
        Viewer,
        "roles/secretmanager.secretVersionAdder",
        "roles/secretmanager.secretVersionManager",
        "roles/secretmanager.admin",
        "roles/editor",
        "roles/owner",
        Custom,
    ];
    private static readonly string[] Members =
    [
        Dev,
        Api,
        Job,
        "user:other@example.com",
        "group:devs@example.com",
        "domain:example.com",
        "allAuthenticatedUsers",
        "projectEditor:flow-test",
        "projectOwner:flow-test",
        "principalSet://" + Pool + "/*",
        "principalSet://" + Pool + "/attribute.repository/org/app",
    ];
    private static readonly string?[] Conditions =
    [
        null,
        null,
        null,
        "request.time < timestamp(\"2020-01-01T00:00:00Z\")",
        "request.time < timestamp(\"2099-01-01T00:00:00Z\")",
        "resource.name.startsWith(\"projects/123456789/secrets/db\")",
        "resource.name.startsWith(\"projects/123456789/secrets/db/versions/\") && request.time > timestamp(\"2020-01-01T00:00:00Z\")",
        "resource.name == \"projects/123456789/secrets/db\"",
        "resource.name.endsWith(\"/versions/2\")",
        "resource.name.startsWith(\"projects/123456789/secrets/other\")",
    ];
    private static readonly string[] Denied =
    [
        AccessVersions,
        "secretmanager.googleapis.com/versions.*",
        "secretmanager.googleapis.com/*.access",
        "secretmanager.googleapis.com/*.*",
        "secretmanager.versions.add",
    ];

    private static int Cases => (Number("FLOWSECRETS_ACCESS_CASES") ?? 2_000) / 40;

    private static int Seed => Number("FLOWSECRETS_ACCESS_SEED") ?? 20261130;

    [Fact]
    public async Task WhatIsToldIsWhatTheCallMeets()
    {
        List<string> contradictions = [];
        Dictionary<string, int> counts = new(StringComparer.Ordinal);
        for (int i = 0; i < Cases; i++)
        {
            await using GcpAccessWorld world = await StartAsync();
            string policies = Generate(world.Iam, new Random(Seed + i));
            if (i % 2 == 0)
            {
                world.Fake.EnabledApis.Disable("policytroubleshooter");
            }

            foreach (string principal in Principals)
            {
                foreach (SecretPermission permission in new[] { SecretPermission.Read, SecretPermission.Write })
                {
                    AccessAnswer told = await world.TestAsync(null, principal, permission);
                    bool done =
                        permission == SecretPermission.Read
                            ? world.Iam.Allows(principal, AccessVersions, Db + "/versions/1")
                            : world.Iam.Allows(principal, "secretmanager.versions.add", Db);
                    string count = $"{told.Result} {(done ? "allowed" : "refused")}";
                    counts[count] = counts.GetValueOrDefault(count) + 1;
                    if (told.Result != AccessResult.Unknown && told.Result == AccessResult.Allowed != done)
                    {
                        contradictions.Add($"#{i} {principal} {permission}: {count}, {told.Evidence}\n{policies}");
                    }
                }
            }
        }

        string summary = string.Join(", ", counts.OrderBy(static c => c.Key).Select(static c => $"{c.Key} {c.Value}"));
        TestContext.Current.TestOutputHelper?.WriteLine(summary);
        Assert.True(contradictions.Count == 0, $"{contradictions.Count}: {summary}\n{string.Join('\n', contradictions.Take(3))}");
    }

    private static string Generate(GcpIam iam, Random random)
    {
        List<string> made = [];
        iam.SetAncestry("flow-test", Folder, Organization);
        iam.Group("group:devs@example.com", random.Next(2) == 0 ? Dev : Api);
        iam.SetAttribute(Job, "repository", random.Next(2) == 0 ? "org/app" : "org/mapped-otherwise");
        iam.AddRole(Custom, AccessVersions, "secretmanager.versions.add");
        iam.SetRole(Custom, Pick(random, ["GA", "BETA", "DISABLED"]), isDeleted: random.Next(4) == 0);
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            string resource = Pick(random, Resources);
            string member = Pick(random, Members);
            string role = Pick(random, Roles);
            string? condition = role is "roles/editor" or "roles/owner" ? null : Pick(random, Conditions);
            iam.Grant(resource, member, role, condition);
            made.Add($"  {resource}: {member} {role} {condition}");
        }

        if (random.Next(3) == 0)
        {
            string point = Pick(random, [Project, Folder, Organization]);
            string member = Pick(random, [Dev, Api, Job, "group:devs@example.com", "allUsers"]);
            string permission = Pick(random, Denied);
            string[] exceptions = random.Next(2) == 0 ? [] : [Pick(random, [Dev, Api, "group:devs@example.com"])];
            iam.Deny(point, [member], [permission], exceptions);
            made.Add($"  {point}: deny {member} {permission} but {string.Join(", ", exceptions)}");
        }

        return string.Join('\n', made);
    }

    private static T Pick<T>(Random random, T[] of) => of[random.Next(of.Length)];

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : null;
}
