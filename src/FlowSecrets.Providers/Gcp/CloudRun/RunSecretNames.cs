using FlowSecrets.Providers.Gcp.Connection;

namespace FlowSecrets.Providers.Gcp.CloudRun;

/// <summary>How a service names the store's secrets: by id those of its own project, projects/P/secrets/ID any.</summary>
/// <param name="project">The service's.</param>
internal sealed class RunSecretNames(GcpPlace at, string project)
{
    /// <summary>The store's project by its number, which Cloud Run likes to write; null: not looked up.</summary>
    public string? Number { get; set; }

    public string NameOf(string id) => at.Location is null && at.Project == project ? id : $"{at.Parent}/secrets/{id}";

    /// <summary>
    /// Whether a reference is to a secret of the store. One by a project's number can only be told once <see cref="Number"/> is known.
    /// </summary>
    public bool Means(string? reference, string id)
    {
        if (reference?.Split('/') is [_])
        {
            return reference == id && at.Location is null && at.Project == project;
        }

        return reference is not null
            && (
                reference == $"{at.Parent}/secrets/{id}"
                || (
                    Number is not null
                    && reference
                        == $"{at.Parent.Replace($"projects/{at.Project}", $"projects/{Number}", StringComparison.Ordinal)}/secrets/{id}"
                )
            );
    }

    /// <summary>Whether the store's number must be looked up to tell.</summary>
    public bool IsOpen(string? reference, string id) =>
        Number is null
        && !Means(reference, id)
        && reference?.Split('/') is ["projects", { Length: > 0 } owner, .., "secrets", { } last]
        && last == id
        && owner.All(char.IsAsciiDigit);
}
