using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Gcp.SecretManager;

/// <summary>Create, get, list, patch, delete.</summary>
internal sealed class GcpSecretOperations(GcpStore store)
{
    public GcpResult Create(GcpCall call)
    {
        string id = call.Secret is { Length: > 0 } given ? given : throw GcpError.Required("secret_id");
        if (!GcpRules.IsId(id))
        {
            throw GcpError.Field("secret_id", $"The provided Secret ID [{id}] does not match the expected format [[a-zA-Z_0-9-]{{1,255}}]");
        }

        JsonObject body = call.Body();
        GcpKey key = store.KeyOf(call.Path, id);
        GcpSecret secret = new(key, store.Now) { Etag = store.NewEtag() };
        secret = GcpFields.Replication(secret, body);
        secret = GcpFields.Apply(secret, body, GcpFields.OnCreation(body), store.Now);
        if (store.Find(key) is not null)
        {
            throw GcpError.Exists(key.Name);
        }

        store.Save(key, secret);
        return new GcpResult(GcpJson.Secret(secret));
    }

    public GcpResult Get(GcpCall call) => new(GcpJson.Secret(store.Require(GcpRules.Key(store, call))));

    public GcpResult List(GcpCall call)
    {
        IReadOnlyList<GcpSecret> all = store.ListSettled(call.Path);
        string? filter = call.Query("filter");
        IReadOnlyList<JsonObject> found = [.. GcpFilter.Apply(all.Select(GcpJson.Secret), filter)];
        return new GcpResult(GcpPaging.Page("secrets", found, call, countAll: string.IsNullOrEmpty(filter)));
    }

    public GcpResult Update(GcpCall call)
    {
        GcpSecret secret = store.Require(GcpRules.Key(store, call));
        JsonObject body = call.Body();
        GcpRules.CheckEtag(body.Text("etag"), secret.Etag, "Secret", secret.Key.Name);
        IReadOnlyList<string> fields = GcpFields.OfMask(call.Query("updateMask", "update_mask"));
        GcpSecret changed = GcpFields.Apply(secret, body, fields, store.Now) with { Etag = store.NewEtag() };
        store.Save(secret.Key, changed);
        return new GcpResult(GcpJson.Secret(changed));
    }

    public GcpResult Delete(GcpCall call)
    {
        GcpSecret secret = store.Require(GcpRules.Key(store, call));
        GcpRules.CheckEtag(call.Query("etag"), secret.Etag, "Secret", secret.Key.Name);
        store.Save(secret.Key, null);
        return new GcpResult([]);
    }
}
