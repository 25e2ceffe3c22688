using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes;

/// <summary>Google Secret Manager v1 (REST, JSON).</summary>
public sealed class GcpFake : CloudFake
{
    private readonly GcpFakeOptions _options;
    private readonly GcpStore _store;
    private readonly GcpHandlers _handlers;
    private readonly GcpQuotas _quotas = new();
    private readonly GcpDoor _door;

    private GcpFake(GcpFakeOptions options)
        : base(options.Port)
    {
        _options = options;
        GcpProjects projects = new(options.Project);
        _door = new GcpDoor(options, projects);
        _store = new GcpStore(options, projects, () => Now);
        _handlers = new GcpHandlers(_store, (operation, secret) => Faults.DenialOf(operation, secret) is not null);
    }

    public static async Task<GcpFake> StartAsync(GcpFakeOptions? options = null)
    {
        GcpFake fake = new(options ?? new GcpFakeOptions());
        await fake.ListenAsync();
        return fake;
    }

    /// <summary>A secret that is there from the start: no quota, no fault, no entry in the log.</summary>
    internal void Seed(string name, string value)
    {
        Run("POST", $"/v1/projects/{_options.Project}/secrets", new JsonObject { ["replication"] = new JsonObject { ["automatic"] = new JsonObject() } }, name);
        Run("POST", $"/v1/projects/{_options.Project}/secrets/{name}:addVersion", new JsonObject { ["payload"] = new JsonObject { ["data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value)) } }, name);
    }

    private protected override Call Route(ApiRequest request) => GcpCall.Of(request);

    private protected override Reply Answer(Call call)
    {
        GcpCall gcp = (GcpCall)call;
        try
        {
            _door.Check(gcp);
            GcpHandler handler = _handlers.Find(gcp.Operation) ?? throw GcpError.NoSuchPath(gcp.Request.Path);
            if (Faults.DenialOf(gcp.Operation, gcp.Secret) is { } denial && gcp.Operation != GcpOperations.TestIamPermissions)
            {
                throw GcpError.Denied(GcpOperations.PermissionOf(gcp.Operation), gcp.Path.Resource, denial.Message);
            }

            if (_options.Quotas)
            {
                _quotas.Take(gcp, _store.NumberOf(gcp.Path.Project), Now);
            }

            GcpResult result = _store.Run(() => handler.Run(gcp));
            return Reply.Json(200, GcpReply.ContentType, GcpReply.Shaped(result.Body, gcp), handler.Writes && result.Changed);
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

    private protected override Reply Failure(Fault fault, Call call) => GcpReply.Of(fault switch
    {
        Fault.Throttle => GcpError.Exhausted(_store.NumberOf(((GcpCall)call).Path.Project), GcpQuotas.KindOf(call.Operation)),
        Fault.Unavailable => new GcpError(503, "UNAVAILABLE", "The service is currently unavailable."),
        _ => new GcpError(500, "INTERNAL", "Internal error encountered."),
    });

    private void Run(string method, string path, JsonObject body, string id)
    {
        GcpCall call = GcpCall.Of(new ApiRequest(method, path, new Dictionary<string, string>(StringComparer.Ordinal) { ["secretId"] = id }, new Dictionary<string, string>(StringComparer.Ordinal), JsonSerializer.SerializeToUtf8Bytes(body)));
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
