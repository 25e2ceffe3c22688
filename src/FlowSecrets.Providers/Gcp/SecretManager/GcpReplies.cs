using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Providers.Transport;

namespace FlowSecrets.Providers.Gcp.SecretManager;

/// <summary>
/// Requires that a reply is about what was asked for. A cache between here and Google that mixes up replies would else hand out another
/// secret's value.
/// </summary>
/// <param name="parent">The project, and the location of regional secrets, as calls name them.</param>
internal sealed class GcpReplies(string parent)
{
    /// <summary>Versions are numbered from 1; more digits than this are none of Google's.</summary>
    private const int MostDigits = 18;

    private readonly string[] _parent = parent.Split('/');

    /// <exception cref="BadReplyException">It names another secret.</exception>
    public GcpSecret Secret(GcpSecret reply, string id)
    {
        Require(Rest(reply.Name) is ["secrets", { } named] && named == id);
        return reply;
    }

    /// <exception cref="BadReplyException">It names another secret or version.</exception>
    /// <param name="version">A number, an alias or 'latest'; null: a new one.</param>
    public GcpVersion Version(GcpVersion reply, string id, string? version)
    {
        RequireVersion(reply.Name, id, version);
        return reply;
    }

    /// <exception cref="BadReplyException">It names another secret or version.</exception>
    public GcpAccess Access(GcpAccess reply, string id, string version)
    {
        try
        {
            RequireVersion(reply.Name, id, version);
            return reply;
        }
        catch (BadReplyException)
        {
            Array.Clear(reply.Payload?.Data ?? []);
            throw;
        }
    }

    /// <exception cref="BadReplyException">It names what is not of this project and location.</exception>
    public GcpSecretPage Secrets(GcpSecretPage reply)
    {
        Require((reply.Secrets ?? []).TrueForAll(s => Rest(s.Name) is ["secrets", { Length: > 0 }]));
        return reply;
    }

    /// <exception cref="BadReplyException">It names versions of another secret.</exception>
    public GcpVersionPage Versions(GcpVersionPage reply, string id)
    {
        reply.Versions?.ForEach(v => RequireVersion(v.Name, id, null));
        return reply;
    }

    private void RequireVersion(string? name, string id, string? version) =>
        Require(
            Rest(name) is ["secrets", { } secret, "versions", { } number]
                && secret == id
                && IsNumber(number)
                && (version is null || !IsNumber(version) || number == version)
        );

    /// <summary>What follows the parent; null: it is another one. Google may reply with the project's number.</summary>
    private string[]? Rest(string? name)
    {
        string[] parts = name?.Split('/') ?? [];
        return
            parts.Length > _parent.Length
            && parts[0] == _parent[0]
            && (parts[1] == _parent[1] || IsDigits(parts[1]) || IsDigits(_parent[1]))
            && parts.AsSpan(2, _parent.Length - 2).SequenceEqual(_parent.AsSpan(2))
            ? parts[_parent.Length..]
            : null;
    }

    private static bool IsNumber(string text) => IsDigits(text) && text.Length <= MostDigits;

    private static bool IsDigits(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);

    private static void Require(bool isAsked)
    {
        if (!isAsked)
        {
            throw new BadReplyException("names another secret or version than the one that was asked for");
        }
    }
}
