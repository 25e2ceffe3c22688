using FlowSecrets.Model;
using FlowSecrets.Tests.Gcp.CloudRun;
using FlowSecrets.Tests.Support;
using FlowSecrets.Tests.Witnesses;
using static FlowSecrets.Tests.Gcp.CloudRun.CloudRunSetting;

namespace FlowSecrets.Tests.CloudFakes.Gcp;

/// <summary>
/// Google's own client of Cloud Run v2, which comes with gcloud, takes the fake for Cloud Run and knows every member that the fake and this
/// module write. gcloud's commands
/// cannot be the witness: they speak v1, and put the region before the address's host.
/// </summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class GcpRunClientTests : IAsyncLifetime, IDisposable
{
    private const string Script = """
        import sys
        root, url, todo = sys.argv[1], sys.argv[2], sys.argv[3]
        sys.path[:0] = [root + '/lib', root + '/lib/third_party']
        from apitools.base.py import exceptions
        from apitools.base.protorpclite import messages
        from googlecloudsdk.generated_clients.apis.run.v2 import run_v2_client, run_v2_messages as m
        run = run_v2_client.RunV2(url=url, get_credentials=False)
        place = 'projects/flow-test/locations/us-central1'
        web = place + '/services/web'

        def known(message, path='service'):
            strange = [f for f in message.all_unrecognized_fields()]
            assert not strange, (path, strange)
            for field in message.all_fields():
                value = getattr(message, field.name)
                for one in value if isinstance(value, list) else [value]:
                    if isinstance(one, messages.Message) and 'additionalProperties' not in [f.name for f in one.all_fields()]:
                        known(one, path + '.' + field.name)
            return message

        def get():
            return known(run.projects_locations_services.Get(m.RunProjectsLocationsServicesGetRequest(name=web)))

        def patch(service):
            request = m.RunProjectsLocationsServicesPatchRequest(name=web, googleCloudRunV2Service=service)
            return run.projects_locations_services.Patch(request)

        service = get()
        if todo == 'move':
            stale = get()
            reference = service.template.containers[0].env[0].valueSource.secretKeyRef
            reference.version = '7'
            service.template.revision = None
            operation = patch(service)
            assert not operation.done and operation.name.startswith(place + '/operations/'), operation
            for _ in range(10):
                operation = run.projects_locations_operations.Get(m.RunProjectsLocationsOperationsGetRequest(name=operation.name))
                if operation.done:
                    break
            assert operation.done and operation.response and not operation.error, operation
            try:
                patch(stale)
                assert False, 'a stale etag was taken'
            except exceptions.HttpError as e:
                assert e.status_code == 409, e
            service = get()
        request = m.RunProjectsLocationsServicesRevisionsGetRequest(name=service.latestReadyRevision)
        revision = run.projects_locations_services_revisions.Get(request)
        known(revision, 'revision')
        revisions = run.projects_locations_services_revisions.List(m.RunProjectsLocationsServicesRevisionsListRequest(parent=web)).revisions
        print(service.generation, service.observedGeneration, service.terminalCondition.state,
              service.latestReadyRevision.split('/')[-1], len(revisions),
              ','.join('%s=%s' % (e.name, e.valueSource.secretKeyRef.version) for e in revision.containers[0].env),
              ','.join(i.version for v in revision.volumes for i in v.secret.items))
        """;

    private readonly Sandbox _sandbox = new();
    private CloudRunSetting _setting = null!;

    public async ValueTask InitializeAsync() =>
        _setting = await StartAsync($$"""{"containers":[{{Container("DB=db:6")}}],"volumes":[{"name":"v","secret":{"secret":"db"} }]}""");

    public ValueTask DisposeAsync() => _setting.DisposeAsync();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public void ItMovesAVersion()
    {
        _setting.Run.RolloutPolls = 3;
        Assert.Equal("2 2 CONDITION_SUCCEEDED web-00002-cjz 2 DB=7", Ask("move"));
    }

    [Fact]
    public async Task ItKnowsAllThatThisModuleWrites()
    {
        WorkloadSecret secret = new("db", "7") { PreviousVariable = "DB_OLD", PreviousVersion = "6" };
        await _setting.RedeployAsync(true, secret);
        await _setting.Workload.BindAsync(new WorkloadBinding("MORE", "more"), default);
        Assert.Equal("3 3 CONDITION_SUCCEEDED web-00003-djz 3 DB=7,DB_OLD=6,MORE=latest 7", Ask("look"));
    }

    private string Ask(string todo)
    {
        string python = Tool.Require("python3");
        string root = VendorCli
            .Gcloud(
                _sandbox.Folder,
                new Dictionary<string, string>(StringComparer.Ordinal) { ["CLOUDSDK_CONFIG"] = _sandbox.File("gcloud") },
                "info",
                "--format=value(installation.sdk_root)"
            )
            .Output.Trim();
        Assert.SkipUnless(
            Directory.Exists(Path.Combine(root, "lib", "googlecloudsdk", "generated_clients", "apis", "run", "v2")),
            "This gcloud has no client of Cloud Run v2."
        );
        (int exitCode, string output, string error) = Tool.Run(
            python,
            _sandbox.Folder,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["NO_PROXY"] = "127.0.0.1", ["PYTHONDONTWRITEBYTECODE"] = "1" },
            _sandbox.Write("run.py", Script),
            root,
            _setting.Fake.Endpoint.AbsoluteUri,
            todo
        );
        Assert.True(exitCode == 0, error);
        return output.Trim();
    }
}
