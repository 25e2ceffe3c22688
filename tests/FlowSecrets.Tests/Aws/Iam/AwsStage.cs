using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Aws.Iam;
using FlowSecrets.CloudFakes.Aws.SecretsManager;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.SecretsManager;
using FlowSecrets.Tests.CloudFakes;
using FlowSecrets.Tests.CloudFakes.Aws;
using FlowSecrets.Tests.Contracts;

namespace FlowSecrets.Tests.Aws.Iam;

/// <summary>A fake with the secret app/db, and stores for whoever asks.</summary>
internal sealed class AwsStage : IAsyncDisposable
{
    public const string Account = "123456789012";
    public const string Other = "999988887777";
    public const string Name = "app/db";
    public const string Place = "the secret 'app/db' in the Aws store of account 123456789012 in eu-west-1";

    /// <summary>Somebody who may not read may still look, which is what an administrator's own identity is like.</summary>
    public const string Looks = """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":[
        "secretsmanager:DescribeSecret","secretsmanager:GetResourcePolicy","iam:GetRole","iam:SimulatePrincipalPolicy",
        "kms:DescribeKey","kms:GetKeyPolicy","kms:ListGrants","cloudtrail:LookupEvents"],"Resource":"*"}]}
        """;

    private readonly HttpClient _http;

    private AwsStage(AwsFake fake)
    {
        Fake = fake;
        _http = new HttpClient { BaseAddress = fake.Endpoint };
    }

    public AwsFake Fake { get; }

    /// <summary>Its ARN.</summary>
    public string Secret { get; private set; } = "";

    public AwsStore Admin => As("test");

    public static async Task<AwsStage> StartAsync(string? key = null, AwsFakeOptions? options = null, bool empty = false)
    {
        AwsStage stage = new(await AwsFake.StartAsync(options));
        await stage.CreateAsync(Name, empty ? null : "v", key);
        return stage;
    }

    public async Task<string> CreateAsync(string name, string? value = "v", string? key = null, string region = "eu-west-1")
    {
        JsonObject body = new() { ["Name"] = name, ["ClientRequestToken"] = Guid.NewGuid().ToString() };
        if (value is not null)
        {
            body["SecretString"] = value;
        }

        if (key is not null)
        {
            body["KmsKeyId"] = key;
        }

        string arn = (string)(await SendAsync("secretsmanager", "CreateSecret", body, region: region))["ARN"]!;
        Secret = name == Name ? arn : Secret;
        return arn;
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return Fake.DisposeAsync();
    }

    /// <summary>A store as whoever has this key.</summary>
    public AwsStore As(
        string accessKeyId,
        string region = "eu-west-1",
        TimeProvider? clock = null,
        (string Name, string Value)? variable = null
    )
    {
        string? Variable(string name) =>
            name == "AWS_ACCESS_KEY_ID" ? accessKeyId
            : name == "AWS_SECRET_ACCESS_KEY" ? "test"
            : name == variable?.Name ? variable?.Value
            : null;
        StoreSelection chosen = new(StoreKind.Aws) { Endpoint = Fake.Endpoint.AbsoluteUri, Region = region };
        AwsPlace place = AwsPlace.Find(chosen, static _ => null);
        return AwsOpening.Open(
            place,
            AwsIdentity.Find(chosen, place, Variable),
            new AwsStoreOptions { Limits = CloudStores.Quick, Clock = clock ?? TimeProvider.System }
        );
    }

    public AwsLogin User(string name = "dev", string? account = null, params string[] policies)
    {
        AwsLogin login = Fake.Iam.AddUser(name, account: account);
        foreach ((string policy, int i) in policies.Select(static (p, i) => (p, i)))
        {
            Fake.Iam.PutPolicy(login.Arn, $"p{i}", policy);
        }

        return login;
    }

    public Task SetPolicyAsync(string policy) =>
        SendAsync("secretsmanager", "PutResourcePolicy", new JsonObject { ["SecretId"] = Secret, ["ResourcePolicy"] = policy });

    public async Task<string?> PolicyAsync() =>
        (string?)(await SendAsync("secretsmanager", "GetResourcePolicy", new JsonObject { ["SecretId"] = Secret }))["ResourcePolicy"];

    /// <summary>Encrypts it by another key, without a new version.</summary>
    public Task RekeyAsync(string key) =>
        SendAsync(
            "secretsmanager",
            "UpdateSecret",
            new JsonObject
            {
                ["SecretId"] = Secret,
                ["KmsKeyId"] = key,
                ["ClientRequestToken"] = Guid.NewGuid().ToString(),
            }
        );

    /// <summary>A change to IAM that CloudTrail sees.</summary>
    public async Task IamAsync(string action, params (string Name, string Value)[] parameters)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/")
        {
            Content = new FormUrlEncodedContent([
                new("Action", action),
                new("Version", "2010-05-08"),
                .. parameters.Select(static p => KeyValuePair.Create(p.Name, p.Value)),
            ]),
        };
        Sign(request, "iam", "us-east-1", "test");
        using HttpResponseMessage reply = await _http.SendAsync(request);
        Assert.True(reply.IsSuccessStatusCode, await reply.Content.ReadAsStringAsync());
    }

    /// <returns>What Secrets Manager says to somebody who may not; null: it was done.</returns>
    public async Task<string?> RefusalAsync(string operation, JsonObject body, string accessKeyId)
    {
        using HttpResponseMessage reply = await CallAsync("secretsmanager", operation, body, accessKeyId, "eu-west-1");
        return reply.IsSuccessStatusCode ? null : await reply.Content.ReadAsStringAsync();
    }

    public async Task<JsonObject> SendAsync(
        string target,
        string operation,
        JsonObject body,
        string accessKeyId = "test",
        string region = "eu-west-1"
    )
    {
        using HttpResponseMessage reply = await CallAsync(target, operation, body, accessKeyId, region);
        string text = await reply.Content.ReadAsStringAsync();
        Assert.True(reply.IsSuccessStatusCode, text);
        return text.Length == 0 ? [] : (JsonObject)JsonNode.Parse(text)!;
    }

    private async Task<HttpResponseMessage> CallAsync(string target, string operation, JsonObject body, string accessKeyId, string region)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/") { Content = new StringContent(body.ToJsonString()) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        request.Headers.Add("X-Amz-Target", $"{target}.{operation}");
        Sign(request, "secretsmanager", region, accessKeyId);
        return await _http.SendAsync(request);
    }

    public static Task<AccessAnswer> TestAsync(
        AwsStore store,
        string? principal = null,
        SecretPermission permission = SecretPermission.Read,
        bool live = false,
        string? subject = null,
        string name = Name
    ) =>
        store
            .Access.TestAsync([name], new AccessQuestion(principal, permission, live, subject), CancellationToken.None)
            .SingleAsync(CancellationToken.None)
            .AsTask();

    public static string Allow(string actions, string resource = "*", string more = "") => AwsAccess.Allow(actions, resource, more);

    public static string Attach(AwsLogin user, string action, string resource) =>
        Attach("user", user.Arn[(user.Arn.LastIndexOf('/') + 1)..], action, resource);

    public static string Attach(string kind, string name, string action, string resource) =>
        $"aws iam put-{kind}-policy --{kind}-name {name} --policy-name 'flowsecrets-{action}-123456789012-eu-west-1-app,db' "
        + $"--policy-document '{Policy(Statement("secretsmanager:" + action, resource))}'";

    public static string Policy(string statements) => $$"""{"Version":"2012-10-17","Statement":[{{statements}}]}""";

    /// <summary>As remedies show it.</summary>
    public static string Statement(string action, string resource) =>
        $$"""{"Effect":"Allow","Action":"{{action}}","Resource":"{{resource}}"}""";

    /// <summary>What lets a user read.</summary>
    public string LetIn(AwsLogin user, string action = "GetSecretValue", string permission = "") =>
        $"Let an administrator allow it: {Attach(user, action, Secret)}; or on the secret: Grant-FlowSecretAccess -StoreName 'app/db' "
        + $"-Principal '{user.Arn}'{permission}";

    public static void Is(AccessAnswer answer, AccessResult result, string? cause, string remedy)
    {
        Assert.True(cause == answer.Cause, $"{answer.Cause}: {answer.Evidence}");
        Assert.Equal((result, remedy), (answer.Result, answer.Remedy));
    }

    private void Sign(HttpRequestMessage request, string service, string region, string accessKeyId)
    {
        DateTimeOffset time = DateTimeOffset.UtcNow + Fake.Skew;
        request.Headers.Add("X-Amz-Date", time.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            $"AWS4-HMAC-SHA256 Credential={accessKeyId}/{time:yyyyMMdd}/{region}/{service}/aws4_request, SignedHeaders=host;x-amz-date, "
                + $"Signature=0"
        );
    }
}
