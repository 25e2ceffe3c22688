using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes;
using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Faults;
using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.CloudFakes;

/// <summary>The vendors' Node clients take the fakes for their clouds.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class NodeClientTests(NpmFolder npm) : IClassFixture<NpmFolder>
{
    [Fact]
    public async Task GooglesOwnClient()
    {
        await using GcpFake google = await GcpFake.StartAsync();
        JsonNode result = JsonNode.Parse(npm.Run(GoogleScript, google.Endpoint.Port.ToString()))!;
        Assert.Equal("projects/123456789/secrets/db", (string?)result["secret"]);
        Assert.Equal("AAH//g==", (string?)result["data"]);
        Assert.True((bool)result["checksum"]!);
        Assert.Equal("1", (string?)result["alias"]);
        Assert.Equal("DISABLED", (string?)result["state"]);
        Assert.Equal(["b", "db", "a"], result["names"]!.AsArray().Select(static n => ((string)n!).Split('/')[^1]));
        Assert.Equal("""["secretmanager.versions.access"]""", result["permissions"]!.ToJsonString());
        Assert.Equal(
            ["is in DISABLED state.", "FAILED_PRECONDITION", "NOT_FOUND", "INVALID_ARGUMENT", "INVALID_ARGUMENT"],
            result["errors"]!
                .AsArray()
                .Zip(
                    ["is in DISABLED state.", "FAILED_PRECONDITION", "NOT_FOUND", "INVALID_ARGUMENT", "INVALID_ARGUMENT"],
                    static (error, expected) => ((string)error!).Contains(expected, StringComparison.Ordinal) ? expected : (string)error!
                )
        );
        Assert.Equal("DeleteSecret", google.Calls[^1].Operation);
        Assert.DoesNotContain(google.Calls, static c => c.Operation == "Unknown");
    }

    [Fact]
    public async Task AmazonsOwnClient()
    {
        await using AwsFake amazon = await AwsFake.StartAsync();
        amazon.Faults.QueueFor("PutSecretValue", Fault.Throttle, Fault.DropAfter);
        amazon.Faults.QueueFor("GetRandomPassword", Fault.Throttle, Fault.Throttle, Fault.Throttle);
        JsonNode result = JsonNode.Parse(npm.Run(AmazonScript, amazon.Endpoint.ToString()))!;
        Assert.Equal("AAH//g==", (string?)result["data"]);
        Assert.Equal("Grüße \U0001F511", (string?)result["text"]);
        Assert.InRange(
            DateTimeOffset.Parse((string)result["created"]!),
            DateTimeOffset.UtcNow.AddMinutes(-1),
            DateTimeOffset.UtcNow.AddMinutes(1)
        );
        Assert.Equal("db/none ResourceNotFoundException", (string?)result["batch"]);
        Assert.Equal("[2,2,1]", result["pages"]!.ToJsonString());
        Assert.Equal(
            ["ResourceNotFoundException", "ResourceExistsException", "InvalidRequestException", "ThrottlingException"],
            result["errors"]!.AsArray().Select(static e => (string?)e)
        );
        Assert.True((bool)result["requestId"]!);

        // Three attempts: a throttled call and one whose reply was lost are sent again, with the same token.
        RecordedCall[] puts = [.. amazon.Calls.Where(static c => c.Operation == "PutSecretValue")];
        Assert.Equal([400, 0, 200], puts.Select(static c => c.Status));
        Assert.Equal([false, true, false], puts.Select(static c => c.Applied));
    }

    private const string GoogleScript = """
        const { SecretManagerServiceClient } = require('@google-cloud/secret-manager');
        const { OAuth2Client } = require('google-auth-library');
        const authClient = new OAuth2Client();
        authClient.setCredentials({ access_token: 'any', expiry_date: Date.now() + 3600e3 });
        const client = new SecretManagerServiceClient({
          fallback: 'rest', apiEndpoint: '127.0.0.1', port: Number(process.argv[2]), protocol: 'http', authClient, projectId: 'flow-test',
        });
        const parent = 'projects/flow-test', secret = { replication: { automatic: {} } };
        (async () => {
          await client.createSecret({ parent, secretId: 'a', secret });
          const [made] = await client.createSecret({ parent, secretId: 'db', secret: { ...secret, labels: { a: 'b' } } });
          await client.createSecret({ parent, secretId: 'b', secret });
          const data = Buffer.from([0, 1, 255, 254]);
          const [version] = await client.addSecretVersion({ parent: made.name, payload: { data, dataCrc32c: 299052392 } });
          const [read] = await client.accessSecretVersion({ name: made.name + '/versions/latest' });
          const [updated] = await client.updateSecret({
            secret: { name: made.name, versionAliases: { stable: 1 }, etag: made.etag }, updateMask: { paths: ['version_aliases'] },
          });
          const [names] = await client.listSecrets({ parent, pageSize: 2 });
          await client.disableSecretVersion({ name: version.name, etag: version.etag });
          const [[listed]] = await client.listSecretVersions({ parent: made.name });
          const [policy] = await client.getIamPolicy({ resource: made.name });
          const bindings = [{ role: 'roles/secretmanager.secretAccessor', members: ['user:a@example.com'] }];
          await client.setIamPolicy({ resource: made.name, policy: { ...policy, bindings } });
          const [tested] = await client.testIamPermissions({ resource: made.name, permissions: ['secretmanager.versions.access'] });
          const errors = [];
          for (const call of [
            () => client.accessSecretVersion({ name: made.name + '/versions/1' }),
            () => client.updateSecret({ secret: { name: made.name, labels: {}, etag: made.etag }, updateMask: { paths: ['labels'] } }),
            () => client.getSecret({ name: parent + '/secrets/none' }),
            () => client.addSecretVersion({ parent: made.name, payload: { data: Buffer.alloc(65537) } }),
            () => client.addSecretVersion({ parent: made.name, payload: { data, dataCrc32c: 1 } }),
          ]) await call().then(() => errors.push('none'), e => errors.push(e.message));
          await client.deleteSecret({ name: made.name });
          console.log(JSON.stringify({
            secret: made.name, data: read.payload.data.toString('base64'),
            checksum: version.clientSpecifiedPayloadChecksum && String(read.payload.dataCrc32c) === '299052392',
            alias: String(updated.versionAliases.stable), names: names.map(n => n.name), state: listed.state,
            permissions: tested.permissions, errors,
          }));
        })().catch(e => { console.error(e); process.exit(1); });
        """;

    private const string AmazonScript = """
        const sm = require('@aws-sdk/client-secrets-manager');
        const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
        const client = new sm.SecretsManagerClient({ endpoint: process.argv[2], region: 'eu-west-1', credentials });
        const send = (name, input) => client.send(new sm[name + 'Command'](input));
        (async () => {
          const made = await send('CreateSecret', { Name: 'db/one', SecretBinary: Buffer.from([0, 1, 255, 254]) });
          const read = await send('GetSecretValue', { SecretId: made.ARN });
          for (let i = 0; i < 4; i++) await send('CreateSecret', { Name: 'db/' + i, SecretString: 'Grüße \u{1F511}' });
          await send('TagResource', { SecretId: 'db/1', Tags: [{ Key: 'a', Value: 'b' }] });
          const batch = await send('BatchGetSecretValue', { SecretIdList: ['db/1', 'db/none'] });
          const pages = [];
          for await (const page of sm.paginateListSecrets({ client, pageSize: 2 }, {})) pages.push(page.SecretList.length);
          await send('DeleteSecret', { SecretId: 'db/0' });
          const errors = [];
          let requestId;
          for (const call of [
            () => send('GetSecretValue', { SecretId: 'none' }),
            () => send('CreateSecret', { Name: 'db/one', SecretString: 'x' }),
            () => send('GetSecretValue', { SecretId: 'db/0' }),
            () => send('GetRandomPassword', {}),
          ]) await call().then(() => errors.push('none'), e => { errors.push(e.name); requestId = Boolean(e.$metadata.requestId); });
          await send('PutSecretValue', { SecretId: 'db/1', SecretString: 'new' });
          console.log(JSON.stringify({
            data: Buffer.from(read.SecretBinary).toString('base64'), created: read.CreatedDate, text: batch.SecretValues[0].SecretString,
            batch: batch.Errors.map(e => e.SecretId + ' ' + e.ErrorCode).join(), pages, errors, requestId,
          }));
        })().catch(e => { console.error(e); process.exit(1); });
        """;
}
