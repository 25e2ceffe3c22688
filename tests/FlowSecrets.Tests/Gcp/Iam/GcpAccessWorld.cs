using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.CloudFakes.Gcp.SecretManager;
using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Providers.Gcp.SecretManager;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Transport;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Gcp.Iam;

/// <summary>The Google fake with a secret 'db' that has a value, and stores on it as whoever is to ask.</summary>
internal sealed class GcpAccessWorld : IAsyncDisposable
{
    public const string Dev = "user:dev@example.com";
    public const string Api = "serviceAccount:api@flow-test.iam.gserviceaccount.com";
    public const string ApiAccount = "projects/-/serviceAccounts/api@flow-test.iam.gserviceaccount.com";
    public const string Accessor = "roles/secretmanager.secretAccessor";
    public const string ApiException = "principal://iam.googleapis.com/projects/-/serviceAccounts/api@flow-test.iam.gserviceaccount.com";
    public const string Unseen = " (not seen here: principal access boundary policies)";
    public const string Viewer = "roles/secretmanager.viewer";
    public const string AccessVersions = "secretmanager.versions.access";
    public const string Project = "projects/flow-test";
    public const string Folder = "folders/111";
    public const string Organization = "organizations/222";
    public const string Db = "projects/flow-test/secrets/db";
    public const string Key = "projects/flow-test/locations/global/keyRings/r/cryptoKeys/k";
    public const string Encrypter = "roles/cloudkms.cryptoKeyEncrypterDecrypter";

    private readonly CloudSetting _setting = new();

    private GcpAccessWorld(GcpFake fake) => Fake = fake;

    public GcpFake Fake { get; }

    public GcpIam Iam => Fake.Iam;

    public CloudSetting Setting => _setting;

    public static async Task<GcpAccessWorld> StartAsync(bool withSecret = true)
    {
        GcpAccessWorld world = new(await GcpFake.StartAsync());
        if (withSecret)
        {
            await CreateAsync(world.As(null), "db");
        }

        return world;
    }

    public static async Task CreateAsync(GcpStore store, string name, bool withValue = true)
    {
        using SecretValue value = SecretValue.FromText("v");
        await store.CreateAsync(name, new Dictionary<string, string>(), withValue ? value : null, default);
    }

    /// <param name="member">Null: the owner, who may do everything.</param>
    /// <returns>A store of its own each time, as another process has it.</returns>
    public GcpStore As(string? member, string? region = null, GcpStoreOptions? options = null)
    {
        string token = member is null ? "owner" : "as:" + member;
        StoreSelection selection = new(StoreKind.Gcp)
        {
            Project = "flow-test",
            Region = region,
            Endpoint = Fake.Endpoint.AbsoluteUri,
        };
        string? Variable(string name) => name == "GOOGLE_OAUTH_ACCESS_TOKEN" ? token : _setting.Variable(name);
        GcloudConfiguration gcloud = GcloudConfiguration.Read(Variable);
        GcpPlace place = GcpPlace.Find(selection, gcloud, Variable);
        return GcpOpening.Open(
            place,
            GcpCredential.Find(selection, place, gcloud, Variable),
            options ?? new GcpStoreOptions { Limits = CloudStores.Quick }
        );
    }

    public Task<AccessAnswer> TestAsync(
        string? asker,
        string? principal = null,
        SecretPermission permission = SecretPermission.Read,
        bool live = false,
        string name = "db",
        string? subject = null
    ) => AnswerAsync(As(asker), principal, permission, live, name, subject);

    public static async Task<AccessAnswer> AnswerAsync(
        GcpStore store,
        string? principal = null,
        SecretPermission permission = SecretPermission.Read,
        bool live = false,
        string name = "db",
        string? subject = null
    )
    {
        List<AccessAnswer> answers = await store
            .Access.TestAsync([name], new AccessQuestion(principal, permission, live, subject), default)
            .ToListAsync();
        return Assert.Single(answers);
    }

    /// <summary>The remedy that grants a role on a secret.</summary>
    public static string Grant(string member, string role = Accessor, string secret = "db") =>
        $"Let an owner grant it: gcloud secrets add-iam-policy-binding {secret} --project=flow-test --member='{member}' --role='{role}' "
        + $"--condition=None"
        + (
            role == "roles/secretmanager.admin"
                ? "; this role also reads every value and deletes secrets, and no smaller one of Google's has it"
                : ""
        );

    /// <summary>The remedy that grants again what ended.</summary>
    public static string Renew(string member) =>
        $"Let an owner grant it again, with the end that you need: gcloud secrets add-iam-policy-binding db --project=flow-test "
        + $"--member='{member}' --role='{Accessor}' --condition='expression=request.time < "
        + $"timestamp(\"{DateTime.UtcNow.Date.AddMonths(1).AddDays(1):yyyy-MM-dd}T00:00:00Z\"),title=flowsecrets-expires'";

    /// <summary>The remedy that excepts somebody from a deny policy.</summary>
    /// <param name="point">As the API names it, with the project's number.</param>
    public static string Except(string point, string id = "deny-1", string exception = "principal://goog/subject/dev@example.com")
    {
        string attached = "cloudresourcemanager.googleapis.com%2F" + point.Replace("/", "%2F", StringComparison.Ordinal);
        return $"Let its owner make an exception: gcloud iam policies get {id} --attachment-point={attached} --kind=denypolicies "
            + $"--format=json > {id}.json; add '{exception}' to exceptionPrincipals, which exempts it from the whole rule; "
            + $"gcloud iam policies update {id} "
            + $"--attachment-point={attached} --kind=denypolicies --policy-file={id}.json";
    }

    public static void Says(AccessResult result, string cause, string remedy, AccessAnswer answer) =>
        Assert.Equal((result, cause, remedy), (answer.Result, answer.Cause, answer.Remedy));

    public async ValueTask DisposeAsync()
    {
        _setting.Dispose();
        await Fake.DisposeAsync();
    }
}
