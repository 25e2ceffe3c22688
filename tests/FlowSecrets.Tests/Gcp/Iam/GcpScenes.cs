using FlowSecrets.CloudFakes.Gcp.SecretManager;
using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Providers.Gcp.SecretManager;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Values;
using static FlowSecrets.Tests.Gcp.Iam.GcpAccessWorld;

namespace FlowSecrets.Tests.Gcp.Iam;

/// <summary>What keeps the developer from reading 'db', one scene a cause, made by the owner.</summary>
internal static class GcpScenes
{
    private const string Past = "request.time < timestamp(\"2020-01-01T00:00:00Z\")";

    /// <summary>In the others the developer's role on 'db' is not what is missing.</summary>
    private static readonly string[] WithoutTheRole =
    [
        "Forbidden",
        "NoGrant",
        "Condition",
        "UnknownCondition",
        "Key",
        "DisabledKey",
        "Young",
    ];

    private static readonly Dictionary<string, Func<GcpAccessWorld, Task>> Scenes = new(StringComparer.Ordinal)
    {
        ["Forbidden"] = static _ => Task.CompletedTask,
        ["NoGrant"] = static _ => Task.CompletedTask,
        ["Deny"] = static world =>
        {
            world.Iam.Deny(Project, [Dev], [AccessVersions]);
            return Task.CompletedTask;
        },
        ["Organization"] = ForbidAbove,
        ["Condition"] = static world => GrantWhen(world, Past),
        ["UnknownCondition"] = static world => GrantWhen(world, "resource.matchTag('222/env', 'prod')"),
        ["Disabled"] = static world => SetStateAsync(world, "1", VersionState.Disabled),
        ["DisabledWithOlder"] = static async world =>
        {
            await AddAsync(world.As(null));
            await SetStateAsync(world, "2", VersionState.Disabled);
        },
        ["Destroyed"] = static world => SetStateAsync(world, "1", VersionState.Destroyed),
        ["Empty"] = EmptyAsync,
        ["Absent"] = static world => world.As(null).DeleteAsync("db", null, default),
        ["Api"] = static world =>
        {
            world.Fake.EnabledApis.Disable("secretmanager");
            return Task.CompletedTask;
        },
        ["Key"] = static async world => world.Iam.Revoke(Key, await EncryptAsync(world), Encrypter),
        ["DisabledKey"] = static async world =>
        {
            await EncryptAsync(world);
            world.Fake.Kms.SetState(Key, "DISABLED");
        },
        ["Young"] = static world =>
        {
            world.Iam.PropagationDelay = TimeSpan.FromMinutes(5);
            return world.As(null).Access.ApplyAsync("db", [new AccessEdit(true, Dev, SecretPermission.Read)], default);
        },
    };

    /// <summary>Where the developer may look at policies, if not at the value.</summary>
    public static Task SetAsync(GcpAccessWorld world, string scene)
    {
        if (scene != "Forbidden")
        {
            world.Iam.Grant(Project, Dev, Viewer);
            world.Iam.Grant(Project, Dev, "roles/iam.denyReviewer");
        }

        if (!WithoutTheRole.Contains(scene))
        {
            world.Iam.Grant(Db, Dev, Accessor);
        }

        return Scenes[scene](world);
    }

    private static Task ForbidAbove(GcpAccessWorld world)
    {
        world.Iam.SetAncestry("flow-test", Folder, Organization);
        world.Iam.Grant(Organization, Dev, "roles/iam.denyReviewer");
        world.Iam.Grant(Organization, Dev, "roles/resourcemanager.folderViewer");
        world.Iam.Deny(Organization, [Dev], [AccessVersions]);
        return Task.CompletedTask;
    }

    private static Task GrantWhen(GcpAccessWorld world, string condition)
    {
        world.Iam.Grant(Db, Dev, Accessor, condition);
        return Task.CompletedTask;
    }

    private static Task SetStateAsync(GcpAccessWorld world, string version, VersionState state) =>
        world.As(null).SetVersionStateAsync("db", version, state, default);

    private static async Task EmptyAsync(GcpAccessWorld world)
    {
        GcpStore owner = world.As(null);
        await owner.DeleteAsync("db", null, default);
        await CreateAsync(owner, "db", withValue: false);
        world.Iam.Grant(Db, Dev, Accessor);
    }

    /// <returns>The service agent that uses the key.</returns>
    private static async Task<string> EncryptAsync(GcpAccessWorld world)
    {
        await world.As(null).DeleteAsync("db", null, default);
        string agent = world.Fake.Kms.ServiceAgent("flow-test");
        world.Fake.Kms.AddKey(Key);
        world.Iam.Grant(Key, agent, Encrypter);
        await CreateAsync(world.As(null, options: new GcpStoreOptions { Limits = CloudStores.Quick, KmsKey = Key }), "db");
        world.Iam.Grant(Db, Dev, Accessor);
        return agent;
    }

    private static async Task AddAsync(GcpStore store)
    {
        using SecretValue value = SecretValue.FromText("w");
        await store.AddVersionAsync("db", value, null, null, default);
    }
}
