using System.Numerics;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.Iam;

namespace FlowSecrets.CloudFakes.Gcp.SecretManager;

/// <summary>Add, get, list, access, enable, disable, destroy.</summary>
internal sealed class GcpVersionOperations(GcpStore store, GcpKeys keys)
{
    private const int MostBytes = 64 * 1024;

    public GcpResult Add(GcpCall call)
    {
        GcpKey key = GcpRules.Key(store, call);
        JsonObject? payload = call.Body().Object("payload");
        byte[] data = GcpInput.Bytes(payload?.Text("data") ?? "", "payload.data");
        if (data.Length == 0)
        {
            throw GcpError.Required("payload");
        }

        if (data.Length > MostBytes)
        {
            throw GcpError.Field(
                "payload.data",
                $"The size of the payload is {data.Length} bytes, which is larger than the limit of {MostBytes} bytes."
            );
        }

        long? sent = payload!.Long("dataCrc32c");
        if (sent is not null && sent != Checksum(data))
        {
            throw GcpError.Field("payload.data_crc32c", "The checksum of the payload does not match its data.");
        }

        GcpSecret secret = store.Require(key);
        keys.CheckUse(secret, "cloudkms.cryptoKeyVersions.useToEncrypt");
        GcpVersion version = new(
            secret.Versions.Count + 1,
            store.Now,
            data,
            sent is not null,
            GcpReplication.StatusOf(secret),
            GcpReplication.EncryptionStatus(secret.Encryption),
            store.NewEtag()
        );
        store.Save(key, secret with { Versions = secret.Versions.Add(version) });
        return new GcpResult(GcpJson.Version(secret, version));
    }

    public GcpResult Get(GcpCall call)
    {
        (GcpSecret secret, GcpVersion version) = Resolve(call);
        return new GcpResult(GcpJson.Version(secret, version));
    }

    public GcpResult Access(GcpCall call)
    {
        (GcpSecret secret, GcpVersion version) = Resolve(call);
        if (version.State != GcpState.Enabled)
        {
            throw GcpError.State(secret.Key.VersionName(version.Number), GcpJson.StateName(version.State));
        }

        keys.CheckUse(secret, "cloudkms.cryptoKeyVersions.useToDecrypt");
        return new GcpResult(
            new JsonObject
            {
                ["name"] = secret.Key.VersionName(version.Number),
                ["payload"] = new JsonObject
                {
                    ["data"] = Convert.ToBase64String(version.Data),
                    ["dataCrc32c"] = Checksum(version.Data).ToString(),
                },
            }
        );
    }

    public GcpResult List(GcpCall call)
    {
        GcpKey key = GcpRules.Key(store, call);
        GcpSecret secret = store.Require(key);
        string? filter = call.Query("filter");
        IEnumerable<GcpVersion> settled = store.FindSettled(key)?.Versions.Reverse() ?? Enumerable.Empty<GcpVersion>();
        IReadOnlyList<JsonObject> found = [.. GcpFilter.Apply(settled.Select(v => GcpJson.Version(secret, v)), filter)];
        return new GcpResult(GcpPaging.Page("versions", found, call, countAll: string.IsNullOrEmpty(filter)));
    }

    public GcpResult Enable(GcpCall call) => Change(call, v => v with { State = GcpState.Enabled, DestroyAt = null });

    public GcpResult Disable(GcpCall call) => Change(call, v => v with { State = GcpState.Disabled });

    public GcpResult Destroy(GcpCall call) =>
        Change(
            call,
            (secret, v) =>
                secret.DestroyTtl is { } ttl
                    ? v with
                    {
                        State = GcpState.Disabled,
                        DestroyAt = store.Now + ttl,
                    }
                    : v with
                    {
                        State = GcpState.Destroyed,
                        Destroyed = store.Now,
                        DestroyAt = null,
                        Data = [],
                    }
        );

    public static long Checksum(byte[] data)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in data)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return ~crc;
    }

    private GcpResult Change(GcpCall call, Func<GcpVersion, GcpVersion> change) => Change(call, (_, version) => change(version));

    /// <summary>By number only, on what is, not on what lags behind. A change to the same state is one, and makes a new etag.</summary>
    private GcpResult Change(GcpCall call, Func<GcpSecret, GcpVersion, GcpVersion> change)
    {
        GcpSecret secret = store.Require(GcpRules.Key(store, call));
        if (!TryNumber(call.Path.Version!, out long number))
        {
            throw GcpError.Format($"The provided Secret Version ID [{call.Path.Version}] must be a number.");
        }

        string name = secret.Key.VersionName(number);
        GcpVersion version = secret.Version(number) ?? throw GcpError.VersionNotFound(name);
        GcpRules.CheckEtag(call.Body().Text("etag"), version.Etag, "Secret Version", name);
        if (version.State == GcpState.Destroyed)
        {
            throw GcpError.State(name, GcpJson.StateName(version.State));
        }

        GcpVersion changed = change(secret, version) with { Etag = store.NewEtag() };
        store.Save(secret.Key, secret.With(changed));
        return new GcpResult(GcpJson.Version(secret, changed));
    }

    /// <summary>A number is there at once, with the state that has settled; `latest` and aliases are what has settled.</summary>
    private (GcpSecret Secret, GcpVersion Version) Resolve(GcpCall call)
    {
        GcpKey key = GcpRules.Key(store, call);
        string id = call.Path.Version!;
        GcpSecret? secret = store.Find(key);
        GcpSecret? settled = secret is null ? null : store.FindSettled(key);
        if (id == "latest")
        {
            return settled is { Versions.IsEmpty: false } ? (settled, settled.Versions[^1]) : throw GcpError.NoVersions(key.Name);
        }

        if (secret is null)
        {
            throw TryNumber(id, out _) ? GcpError.VersionNotFound(key.VersionName(id)) : GcpError.SecretNotFound(key.Name);
        }

        if (TryNumber(id, out long number))
        {
            GcpVersion version = secret.Version(number) ?? throw GcpError.VersionNotFound(key.VersionName(id));
            return (
                secret,
                settled?.Version(number) is { } old && version.State != GcpState.Destroyed
                    ? version with
                    {
                        State = old.State,
                        Etag = old.Etag,
                    }
                    : version
            );
        }

        return settled is not null && settled.Aliases.TryGetValue(id, out long target) && settled.Version(target) is { } aliased
            ? (settled, aliased)
            : throw GcpError.VersionNotFound(key.VersionName(id));
    }

    private static bool TryNumber(string id, out long number) =>
        long.TryParse(id, System.Globalization.NumberStyles.None, null, out number);
}
