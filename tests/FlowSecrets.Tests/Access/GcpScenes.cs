using FlowSecrets.CloudFakes;
using FlowSecrets.Providers.Gcp;
using FlowSecrets.Tests.Store;
using static FlowSecrets.Tests.Access.GcpAccessWorld;

namespace FlowSecrets.Tests.Access;

/// <summary>What keeps the developer from reading 'db', one scene a cause, made by the owner.</summary>
internal static class GcpScenes
{
    private const string Past = "request.time < timestamp(\"2020-01-01T00:00:00Z\")";

    /// <summary>Where the developer may look at policies, if not at the value.</summary>
    public static async Task SetAsync(GcpAccessWorld world, string scene)
    {
        GcpIam iam = world.Iam;
        GcpStore owner = world.As(null);
        if (scene != "Forbidden")
        {
            iam.Grant(Project, Dev, Viewer);
            iam.Grant(Project, Dev, "roles/iam.denyReviewer");
        }

        if (scene is not ("Forbidden" or "NoGrant" or "Condition" or "UnknownCondition" or "Key" or "DisabledKey" or "Young"))
        {
            iam.Grant(Db, Dev, Accessor);
        }

        switch (scene)
        {
            case "Forbidden" or "NoGrant":
                break;
            case "Deny":
                iam.Deny(Project, [Dev], [AccessVersions]);
                break;
            case "Organization":
                iam.SetAncestry("flow-test", Folder, Organization);
                iam.Grant(Organization, Dev, "roles/iam.denyReviewer");
                iam.Grant(Organization, Dev, "roles/resourcemanager.folderViewer");
                iam.Deny(Organization, [Dev], [AccessVersions]);
                break;
            case "Condition":
                iam.Grant(Db, Dev, Accessor, Past);
                break;
            case "UnknownCondition":
                iam.Grant(Db, Dev, Accessor, "resource.matchTag('222/env', 'prod')");
                break;
            case "Disabled":
                await owner.SetVersionStateAsync("db", "1", VersionState.Disabled, default);
                break;
            case "DisabledWithOlder":
                await AddAsync(owner);
                await owner.SetVersionStateAsync("db", "2", VersionState.Disabled, default);
                break;
            case "Destroyed":
                await owner.SetVersionStateAsync("db", "1", VersionState.Destroyed, default);
                break;
            case "Empty":
                await owner.DeleteAsync("db", null, default);
                await CreateAsync(owner, "db", withValue: false);
                iam.Grant(Db, Dev, Accessor);
                break;
            case "Absent":
                await owner.DeleteAsync("db", null, default);
                break;
            case "Api":
                world.Fake.EnabledApis.Disable("secretmanager");
                break;
            case "Key" or "DisabledKey":
                await EncryptAsync(world, owner, scene);
                break;
            case "Young":
                iam.PropagationDelay = TimeSpan.FromMinutes(5);
                await owner.Access.ApplyAsync("db", [new AccessEdit(true, Dev, SecretPermission.Read)], default);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(scene), scene, null);
        }
    }

    private static async Task EncryptAsync(GcpAccessWorld world, GcpStore owner, string scene)
    {
        await owner.DeleteAsync("db", null, default);
        string agent = world.Fake.Kms.ServiceAgent("flow-test");
        world.Fake.Kms.AddKey(Key);
        world.Iam.Grant(Key, agent, Encrypter);
        await CreateAsync(world.As(null, options: new GcpStoreOptions { Limits = CloudStores.Quick, KmsKey = Key }), "db");
        world.Iam.Grant(Db, Dev, Accessor);
        if (scene == "Key")
        {
            world.Iam.Revoke(Key, agent, Encrypter);
        }
        else
        {
            world.Fake.Kms.SetState(Key, "DISABLED");
        }
    }

    private static async Task AddAsync(GcpStore store)
    {
        using SecretValue value = SecretValue.FromText("w");
        await store.AddVersionAsync("db", value, null, null, default);
    }
}
