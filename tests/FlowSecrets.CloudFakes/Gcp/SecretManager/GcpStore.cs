namespace FlowSecrets.CloudFakes.Gcp.SecretManager;

/// <summary>All projects' secrets under one lock, with as much of their past as the convergence needs.</summary>
internal sealed class GcpStore(GcpFakeOptions options, GcpProjects projects, Func<DateTimeOffset> now)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<GcpKey, List<(DateTimeOffset At, GcpSecret? State)>> _history = [];
    private long _etag = 0x1600_0000_0000;

    public DateTimeOffset Now => now();

    public IReadOnlyList<string> Locations => options.Locations;

    public string NumberOf(string project) => projects.NumberOf(project);

    public T Run<T>(Func<T> operation)
    {
        lock (_lock)
        {
            return operation();
        }
    }

    public GcpKey KeyOf(GcpPath path, string? id = null) => new(NumberOf(path.Project), path.Location, id ?? path.Secret ?? "");

    /// <summary>With quotation marks, which belong to it.</summary>
    public string NewEtag() => $"\"{_etag += 0x1f3:x}\"";

    /// <returns>As it is now; null: there is none.</returns>
    public GcpSecret? Find(GcpKey key) =>
        _history.TryGetValue(key, out List<(DateTimeOffset At, GcpSecret? State)>? states) ? Aged(states[^1].State) : null;

    public GcpSecret Require(GcpKey key) => Find(key) ?? throw GcpError.SecretNotFound(key.Name);

    /// <returns>As those see it that lag behind.</returns>
    public GcpSecret? FindSettled(GcpKey key)
    {
        if (options.Convergence <= TimeSpan.Zero)
        {
            return Find(key);
        }

        DateTimeOffset horizon = Now - options.Convergence;
        return _history.TryGetValue(key, out List<(DateTimeOffset At, GcpSecret? State)>? states)
            ? Aged(states.LastOrDefault(s => s.At <= horizon).State)
            : null;
    }

    /// <summary>Newest first, as lists see them.</summary>
    public IReadOnlyList<GcpSecret> ListSettled(GcpPath parent)
    {
        GcpKey place = KeyOf(parent, "");
        return
        [
            .. _history
                .Keys.Where(k => k with { Id = "" } == place)
                .Select(FindSettled)
                .OfType<GcpSecret>()
                .OrderByDescending(static s => s.Created)
                .ThenByDescending(static s => s.Key.Id, StringComparer.Ordinal),
        ];
    }

    /// <param name="state">Null: it is deleted.</param>
    public void Save(GcpKey key, GcpSecret? state)
    {
        if (!_history.TryGetValue(key, out List<(DateTimeOffset At, GcpSecret? State)>? states))
        {
            _history[key] = states = [];
        }

        DateTimeOffset horizon = Now - options.Convergence;
        while (states.Count > 1 && states[1].At <= horizon)
        {
            states.RemoveAt(0);
        }

        if (options.Convergence <= TimeSpan.Zero)
        {
            states.Clear();
        }

        states.Add((Now, state));
    }

    /// <summary>What time alone has changed: expired secrets, versions whose destruction was put off, rotations that were due.</summary>
    private GcpSecret? Aged(GcpSecret? secret)
    {
        if (secret is null || secret.Expires <= Now)
        {
            return null;
        }

        foreach (GcpVersion version in secret.Versions.Where(v => v.DestroyAt <= Now))
        {
            secret = secret.With(version with { State = GcpState.Destroyed, Destroyed = version.DestroyAt, DestroyAt = null, Data = [] });
        }

        if (secret.NextRotation is { } next && next <= Now && secret.RotationPeriod is { } period)
        {
            secret = secret with { NextRotation = next + (period * Math.Ceiling((Now - next) / period)) };
        }

        return secret;
    }
}
