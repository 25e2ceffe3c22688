using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Faults;
using FlowSecrets.CloudFakes.Gcp.CloudRun;
using FlowSecrets.CloudFakes.Gcp.Iam;
using FlowSecrets.CloudFakes.Gcp.SecretManager;
using FlowSecrets.CloudFakes.Gcp.Services;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Gcp;

/// <summary>Google Secret Manager v1 (REST, JSON), and of the services around it what decides who may do what.</summary>
public sealed class GcpFake : CloudFake
{
    private readonly GcpFakeOptions _options;
    private readonly GcpStore _store;
    private readonly GcpHandlers _handlers;
    private readonly GcpRoutes _routes;
    private readonly GcpWorld _world;
    private readonly GcpQuotas _quotas = new();
    private readonly GcpDoor _door;

    private GcpFake(GcpFakeOptions options)
        : base(options.Port)
    {
        _options = options;
        GcpProjects projects = new(options.Project);
        EnabledApis = new GcpApis(options.ApiEnabled ? options.DisabledApis : [.. options.DisabledApis, GcpService.SecretManager.Name]);
        _door = new GcpDoor(options, projects, EnabledApis);
        _store = new GcpStore(options, projects, () => Now);
        _world = new GcpWorld(options, projects, _store, EnabledApis);
        _handlers = new GcpHandlers(_world, (operation, secret) => Faults.DenialOf(operation, secret) is not null);
        _routes = new GcpRoutes(_world);
        (Iam, Kms, Run) = (new GcpIam(_world), new GcpKms(_world), new GcpRun(_world.Run));
    }

    public GcpIam Iam { get; }

    public GcpKms Kms { get; }

    public GcpRun Run { get; }

    /// <summary>Which APIs the projects have; Service Usage changes it too.</summary>
    public GcpApis EnabledApis { get; }

    public static async Task<GcpFake> StartAsync(GcpFakeOptions? options = null)
    {
        GcpFake fake = new(options ?? new GcpFakeOptions());
        await fake.ListenAsync();
        return fake;
    }

    /// <summary>A secret that is there from the start: no quota, no fault, no entry in the log.</summary>
    internal void Seed(string name, string value)
    {
        Do(
            "POST",
            $"/v1/projects/{_options.Project}/secrets",
            new JsonObject { ["replication"] = new JsonObject { ["automatic"] = new JsonObject() } },
            name
        );
        Do(
            "POST",
            $"/v1/projects/{_options.Project}/secrets/{name}:addVersion",
            new JsonObject { ["payload"] = new JsonObject { ["data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value)) } },
            name
        );
    }

    private protected override Call Route(ApiRequest request) => _routes.Find(request) ?? GcpCall.Of(request);

    private protected override Reply Answer(Call call)
    {
        GcpCall gcp = (GcpCall)call;
        try
        {
            _door.Check(gcp);
            GcpHandler handler = HandlerOf(gcp) ?? throw GcpError.NoSuchPath(gcp.Request.Path);
            if (Faults.DenialOf(gcp.Operation, gcp.Secret) is { } denial && gcp.Operation != GcpOperations.TestIamPermissions)
            {
                throw GcpGate.Refusal(gcp, denial.Message);
            }

            if (_options.Quotas && gcp.Route is null)
            {
                _quotas.Take(gcp, _store.NumberOf(gcp.Path.Project), Now);
            }

            GcpResult result = _store.Run(() =>
            {
                GcpGate.Check(gcp, _world.Authority);
                return handler.Run(gcp);
            });
            return Reply.Json(result.Status, GcpReply.ContentType, GcpReply.Shaped(result.Body, gcp), handler.Writes && result.Changed);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return GcpReply.Of(GcpError.Unreadable());
        }
        catch (GcpError error)
        {
            return GcpReply.Of(error);
        }
    }

    private protected override Reply Failure(Fault fault, Call call) =>
        GcpReply.Of(
            fault switch
            {
                Fault.Throttle => GcpError.Exhausted(
                    _store.NumberOf(((GcpCall)call).Path.Project is { Length: > 0 } project ? project : _options.Project),
                    GcpQuotas.KindOf(call.Operation)
                ),
                Fault.Unavailable => new GcpError(503, "UNAVAILABLE", "The service is currently unavailable."),
                _ => new GcpError(500, "INTERNAL", "Internal error encountered."),
            }
        );

    private GcpHandler? HandlerOf(GcpCall call) =>
        call.Route is { } route ? new GcpHandler(route.Writes, route.Run) : _handlers.Find(call.Operation);

    private void Do(string method, string path, JsonObject body, string id)
    {
        GcpCall call = GcpCall.Of(
            new ApiRequest(
                method,
                path,
                new Dictionary<string, string>(StringComparer.Ordinal) { ["secretId"] = id },
                new Dictionary<string, string>(StringComparer.Ordinal),
                JsonSerializer.SerializeToUtf8Bytes(body)
            )
        );
        _store.Run(() => _handlers.Find(call.Operation)!.Run(call));
    }

    private protected override Reply WithBadChecksum(Reply reply, Call call)
    {
        if (call.Operation != GcpOperations.AccessSecretVersion || reply.Status != 200)
        {
            return reply;
        }

        JsonObject body = (JsonObject)JsonNode.Parse(reply.Body)!;
        JsonObject payload = (JsonObject)body["payload"]!;
        payload["dataCrc32c"] = ((uint.Parse((string)payload["dataCrc32c"]!) + 1L) % uint.MaxValue).ToString();
        return Reply.Json(reply.Status, reply.ContentType, body, reply.Applied);
    }
}
