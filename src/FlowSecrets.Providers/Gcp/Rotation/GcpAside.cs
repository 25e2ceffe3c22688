using System.Security.Cryptography;
using System.Text;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.SecretManager;
using FlowSecrets.Values;

namespace FlowSecrets.Providers.Gcp.Rotation;

/// <summary>
/// The secret beside another one in which values wait that are to follow one of its versions. Of several the first counts that was not
/// given up. Giving up adds a version that says so: only what is added is seen by number at once, while states lag behind; and the value
/// stays readable, since another machine may just be about to give it to the target.
/// </summary>
internal sealed class GcpAside(GcpStore store, string owner, string basis)
{
    private const string Suffix = "-flowsecrets-pending-";
    private const int MostNameCharacters = 255;

    public string Name { get; } = NameOf(owner, basis);

    public static string NameOf(string owner, string basis)
    {
        string suffix = Suffix + basis;
        return owner.Length + suffix.Length <= MostNameCharacters
            ? owner + suffix
            : $"{owner[..(MostNameCharacters - suffix.Length - 17)]}"
                + $"-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(owner)))[..16]}{suffix}";
    }

    /// <summary>
    /// All of a secret, also those that broken-off rotations of earlier versions left. Lists lag behind, so this is for looking around
    /// only.
    /// </summary>
    public static async Task<IReadOnlyList<GcpSecret>> ListAsync(GcpStore store, string owner, CancellationToken cancellationToken) =>
        [
            .. (await store.ListAllAsync(owner[..Math.Min(owner.Length, 100)], cancellationToken)).Where(s =>
                GcpPendingMark.IsOn(s) && s.Annotations![GcpPendingMark.Owner] == owner
            ),
        ];

    /// <returns>Null: there is one of that name.</returns>
    public Task<GcpSecret?> CreateAsync(GcpSecret like, string mark, CancellationToken cancellationToken) =>
        store.CreateBesideAsync(
            Name,
            like,
            new(StringComparer.Ordinal) { [GcpPendingMark.Label] = GcpPendingMark.LabelValue },
            new(StringComparer.Ordinal) { [GcpPendingMark.Owner] = owner, [RotationNotes.Pending] = mark },
            cancellationToken
        );

    public Task<GcpSecret?> FindAsync(CancellationToken cancellationToken) => store.FindAsync(Name, cancellationToken);

    /// <returns>Null: it was made by somebody else.</returns>
    public PendingVersion? MarkOf(GcpSecret secret) =>
        secret.Annotations?.GetValueOrDefault(GcpPendingMark.Owner) == owner
            ? RotationNotes.Parse(secret.Annotations.GetValueOrDefault(RotationNotes.Pending), "", isPromoted: false)
            : null;

    public async Task MarkAsync(GcpSecret there, string mark, CancellationToken cancellationToken)
    {
        if (there.Annotations!.GetValueOrDefault(RotationNotes.Pending) != mark)
        {
            await store.SetAnnotationsAsync(
                Name,
                new Dictionary<string, string>(StringComparer.Ordinal) { [RotationNotes.Pending] = mark },
                cancellationToken
            );
        }
    }

    /// <summary>Makes it the secret of this owner again.</summary>
    public Task ClaimAsync(string mark, CancellationToken cancellationToken) =>
        store.SetAnnotationsAsync(
            Name,
            new Dictionary<string, string>(StringComparer.Ordinal) { [GcpPendingMark.Owner] = owner, [RotationNotes.Pending] = mark },
            cancellationToken
        );

    /// <summary>What is in it; nothing where it is not there. The caller disposes of it.</summary>
    public async Task<AsideValues> ReadAsync(CancellationToken cancellationToken)
    {
        AsideValues values = new();
        try
        {
            for (long number = 1; ; number++)
            {
                try
                {
                    values.Add(number, (await store.AccessAsync(Name, number.ToString(), cancellationToken, explains: false)).Value);
                }
                catch (FlowSecretException e) when (e.Id is ErrorIds.VersionDisabled or ErrorIds.VersionDestroyed)
                {
                    // Taken out by hand; the next one counts.
                    values.Skip(number);
                }
                catch (FlowSecretException e)
                    when (e.Id is ErrorIds.VersionNotFound or ErrorIds.SecretNotFound or ErrorIds.SecretHasNoVersion)
                {
                    return values;
                }
            }
        }
        catch
        {
            values.Dispose();
            throw;
        }
    }

    /// <param name="last">The number of the last version that was seen in it, so that after a lost answer an older one with the same value
    /// is not taken for the new one.</param>
    public Task AddAsync(SecretValue value, long last, CancellationToken cancellationToken) =>
        store.AddAsync(Name, value, last, cancellationToken);

    public async Task GiveUpAsync(string number, CancellationToken cancellationToken)
    {
        try
        {
            using AsideValues values = await ReadAsync(cancellationToken);
            if (values.IsOpen(number))
            {
                using SecretValue said = AsideValues.GivenUp(number);
                await AddAsync(said, values.Last, cancellationToken);
            }
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.SecretNotFound)
        {
            // Another rotator took it away.
        }
    }

    /// <summary>Takes it away with all that is in it, unless it is a later one of that name, or another value in it counts now.</summary>
    public async Task RemoveAsync(AsideVersion version, CancellationToken cancellationToken)
    {
        using (AsideValues values = await ReadAsync(cancellationToken))
        {
            if (values.Live.Any(v => v.Number != version.Number))
            {
                await GiveUpAsync(version.Number, cancellationToken);
                return;
            }
        }

        try
        {
            await store.DeleteAsync(Name, null, version.Etag, cancellationToken);
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.Conflict)
        {
            if (await FindAsync(cancellationToken) is { } there && AsideVersion.TimeOf(there) == version.Made)
            {
                await store.DeleteAsync(Name, null, there.Etag, cancellationToken);
            }
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.SecretNotFound)
        {
            // Another rotator took it away.
        }
    }
}

/// <summary>What waits in such a secret.</summary>
internal sealed class AsideValues : IDisposable
{
    private const string GivenUpPrefix = "flowsecrets:given-up:9f6c2c6e:";

    private readonly List<(string Number, SecretValue Value)> _values = [];
    private readonly List<string> _unreadable = [];
    private readonly HashSet<string> _givenUp = new(StringComparer.Ordinal);

    /// <summary>The number of the last version, whatever it is; 0: there is none.</summary>
    public long Last { get; private set; }

    public IReadOnlyList<(string Number, SecretValue Value)> All => _values;

    /// <summary>The numbers of those that somebody disabled or destroyed.</summary>
    public IReadOnlyList<string> Unreadable => _unreadable;

    /// <summary>Those that were not given up; the first one counts.</summary>
    public IEnumerable<(string Number, SecretValue Value)> Live => _values.Where(v => !_givenUp.Contains(v.Number));

    public static SecretValue GivenUp(string number) => SecretValue.FromText(GivenUpPrefix + number);

    /// <summary>The number of the one that counts: the first that was not abandoned, readable ones first; null: none.</summary>
    public string? First => Live.Select(static v => v.Number).Concat(_unreadable.Where(n => !_givenUp.Contains(n))).FirstOrDefault();

    /// <returns>Null: somebody disabled or destroyed it.</returns>
    public SecretValue? ValueOf(string number) => _values.FirstOrDefault(v => v.Number == number).Value;

    public bool IsOpen(string number) => IsLive(number) || (_unreadable.Contains(number) && !_givenUp.Contains(number));

    public bool IsLive(string number) => Live.Any(v => v.Number == number);

    public void Add(long number, SecretValue value)
    {
        Last = number;
        if (value.IsText() && value.RevealText(null) is var text && text.StartsWith(GivenUpPrefix, StringComparison.Ordinal))
        {
            _givenUp.Add(text[GivenUpPrefix.Length..]);
            value.Dispose();
        }
        else
        {
            _values.Add((number.ToString(), value));
        }
    }

    public void Skip(long number)
    {
        Last = number;
        _unreadable.Add(number.ToString());
    }

    public void Dispose() => _values.ForEach(static v => v.Value.Dispose());
}

/// <summary>
/// What names a version aside: the version that it is to follow, its number, and the secret that it is in, which is another one when it was
/// made anew.
/// </summary>
internal sealed record AsideVersion(string Basis, string Number, string Made, string Etag)
{
    public static AsideVersion Of(string basis, string number, GcpSecret secret) => new(basis, number, TimeOf(secret), secret.Etag ?? "");

    public static string TimeOf(GcpSecret secret) => (secret.CreateTime ?? default).UtcTicks.ToString();

    /// <returns>Null: it is a version of the secret itself.</returns>
    public static AsideVersion? Parse(string version) =>
        version.Split('/', 5) is ["aside", var basis, var number, var made, var etag] ? new AsideVersion(basis, number, made, etag) : null;

    public override string ToString() => $"aside/{Basis}/{Number}/{Made}/{Etag}";
}
