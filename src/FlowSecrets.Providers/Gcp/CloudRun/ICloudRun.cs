using System.Text.Json.Nodes;

namespace FlowSecrets.Providers.Gcp.CloudRun;

/// <summary>The calls of Cloud Run v2 that are used here, one try each.</summary>
internal interface ICloudRun
{
    /// <summary>A service or a revision of Cloud Run, whole.</summary>
    /// <param name="name">projects/ID/locations/REGION/services/NAME, or what lies below it, its parts escaped.</param>
    Task<JsonObject> GetAsync(string name, CancellationToken cancellationToken);

    /// <summary>Puts a service of Cloud Run in the place of the one there is, if that is still the one of its etag.</summary>
    /// <returns>The long-running operation, whose metadata are the service as it is now.</returns>
    Task<JsonObject> UpdateAsync(string name, JsonObject service, CancellationToken cancellationToken);

    /// <summary>A project of Cloud Resource Manager v3, whose name has its number.</summary>
    Task<JsonObject> GetProjectAsync(string project, CancellationToken cancellationToken);
}
