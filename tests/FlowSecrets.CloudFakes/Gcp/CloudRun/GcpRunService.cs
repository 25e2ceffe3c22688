using System.Globalization;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.Iam;

namespace FlowSecrets.CloudFakes.Gcp.CloudRun;

/// <summary>A service: what is wanted of it, its revisions, and how far the newest has come.</summary>
internal sealed class GcpRunService
{
    private const string Latest = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST";

    private static readonly string[] OutputOnly =
    [
        "uid",
        "generation",
        "createTime",
        "updateTime",
        "creator",
        "lastModifier",
        "observedGeneration",
        "terminalCondition",
        "conditions",
        "latestReadyRevision",
        "latestCreatedRevision",
        "trafficStatuses",
        "uri",
        "reconciling",
        "etag",
    ];

    private readonly GcpWorld _world;
    private readonly GcpRunServices _services;
    private readonly string _name;
    private readonly string _number;
    private readonly DateTimeOffset _created;
    private readonly List<GcpRunRevision> _revisions = [];
    private JsonObject _body = [];
    private GcpRunRevision? _ready;
    private JsonArray _traffic = [];
    private long _generation;
    private long _observed;
    private DateTimeOffset _updated;
    private DateTimeOffset _due;
    private int _polls;
    private bool _isPending;

    public GcpRunService(GcpWorld world, GcpRunServices services, string name, string number, JsonObject body)
    {
        (_world, _services, _name, _number, _created) = (world, services, name, number, world.Store.Now);
        Update(body);
        Finish();
    }

    /// <summary>Long-running operations by their names, with the generation that they bring.</summary>
    public Dictionary<string, long> Operations { get; } = new(StringComparer.Ordinal);

    public string Etag { get; private set; } = "";

    public string ServiceAccount =>
        Template(_body).Text("serviceAccount") is { Length: > 0 } account ? account : $"{_number}-compute@developer.gserviceaccount.com";

    public IEnumerable<GcpRunRevision> Revisions => _revisions.AsEnumerable().Reverse();

    /// <summary>The whole body takes the place of what there was; another template makes a revision.</summary>
    public void Update(JsonObject sent)
    {
        JsonObject body = (JsonObject)sent.DeepClone();
        Array.ForEach(OutputOnly, o => body.Remove(o));
        body["name"] = _name;
        JsonObject template = Template(body);
        if (
            template.Text("revision") is { Length: > 0 } given
            && _revisions.Find(r => r.Id == given) is { } taken
            && !Same(taken.Template, template)
        )
        {
            throw new GcpError(409, "ALREADY_EXISTS", $"Revision named '{given}' with different configuration already exists.");
        }

        bool isNew = _revisions.Count == 0 || !Same(_revisions[^1].Template, template);
        _body = body;
        _generation++;
        _updated = _world.Store.Now;
        Etag = _world.Store.NewEtag();
        (_isPending, _polls, _due) = (true, _services.RolloutPolls, _world.Store.Now + _services.RolloutTime);
        if (isNew)
        {
            Deploy(template);
        }
    }

    /// <param name="isLook">A reader's, which brings a deployment further.</param>
    public JsonObject Shown(bool isLook)
    {
        if (_isPending && isLook && --_polls < 0 && _world.Store.Now >= _due)
        {
            Finish();
        }

        JsonObject json = (JsonObject)_body.DeepClone();
        Template(json)["serviceAccount"] = ServiceAccount;
        json["generation"] = _generation.ToString(CultureInfo.InvariantCulture);
        json["createTime"] = GcpJson.Time(_created);
        json["updateTime"] = GcpJson.Time(_updated);
        json["observedGeneration"] = _observed.ToString(CultureInfo.InvariantCulture);
        json["latestCreatedRevision"] = _revisions[^1].Name;
        if (_ready is not null)
        {
            json["latestReadyRevision"] = _ready.Name;
        }

        if (_isPending)
        {
            json["reconciling"] = true;
        }

        if (_traffic.Count > 0)
        {
            json["trafficStatuses"] = _traffic.DeepClone();
        }

        json["terminalCondition"] = GcpRunCondition.Of(
            _isPending ? null : _revisions[^1].IsReady,
            _isPending ? null : _revisions[^1].Message
        );
        json["uri"] = $"https://{_name.Split('/')[^1]}-abcdefghij-uc.a.run.app";
        json["etag"] = Etag;
        return json;
    }

    public JsonObject Operation(string name)
    {
        JsonObject json = new() { ["name"] = name, ["metadata"] = Typed(Shown(isLook: true)) };
        if (!_isPending)
        {
            json["done"] = true;
            if (_revisions[^1].IsReady == false)
            {
                json["error"] = new JsonObject { ["code"] = 13, ["message"] = _revisions[^1].Message };
            }
            else
            {
                json["response"] = Typed(Shown(isLook: false));
            }
        }

        return json;
    }

    /// <returns>The operation that brings what was sent last, as it begins.</returns>
    public JsonObject Begin()
    {
        string name = $"{_name[.._name.IndexOf("/services/", StringComparison.Ordinal)]}/operations/{Guid.NewGuid()}";
        Operations[_world.Names.Canonical(name)] = _generation;
        return new JsonObject { ["name"] = name, ["metadata"] = Typed(Shown(isLook: false)) };
    }

    private void Deploy(JsonObject template)
    {
        string service = _name.Split('/')[^1];
        string id = template.Text("revision") is { Length: > 0 } given
            ? given
            : $"{service}-{_revisions.Count + 1:00000}-{"bcdfgh"[_revisions.Count % 6]}{"jklmnp"[_revisions.Count / 6 % 6]}z";
        string? refusal =
            _services.Failure
            ?? (_services.ChecksSecretAccess ? new GcpRunSecretCheck(_world, _number).Refusal(template, ServiceAccount) : null);
        JsonObject kept = (JsonObject)template.DeepClone();
        kept["serviceAccount"] = ServiceAccount;
        _revisions.Add(
            new GcpRunRevision(_name, id, kept, _world.Store.Now)
            {
                Message = refusal is null ? null : $"Revision '{id}' is not ready and cannot serve traffic. {refusal}",
            }
        );
    }

    /// <summary>A revision that failed leaves the one that serves, and its generation, as they are.</summary>
    private void Finish()
    {
        _isPending = false;
        GcpRunRevision newest = _revisions[^1];
        newest.IsReady = newest.Message is null;
        if (newest.IsReady == false)
        {
            return;
        }

        (_ready, _observed) = (newest, _generation);
        JsonArray traffic = _body.Array("traffic") ?? [];
        _traffic = traffic.Count > 0 ? (JsonArray)traffic.DeepClone() : [new JsonObject { ["type"] = Latest, ["percent"] = 100 }];
    }

    private static JsonObject Typed(JsonObject service)
    {
        service.Insert(0, "@type", "type.googleapis.com/google.cloud.run.v2.Service");
        return service;
    }

    private static JsonObject Template(JsonObject body) => body.Object("template") ?? throw GcpError.Required("service.template");

    /// <summary>But for the revision's name and the account that is filled in.</summary>
    private bool Same(JsonObject one, JsonObject other) => JsonNode.DeepEquals(Plain(one), Plain(other));

    private JsonObject Plain(JsonObject template)
    {
        JsonObject plain = (JsonObject)template.DeepClone();
        plain.Remove("revision");
        plain["serviceAccount"] = template.Text("serviceAccount") is { Length: > 0 } account ? account : ServiceAccount;
        return plain;
    }
}
