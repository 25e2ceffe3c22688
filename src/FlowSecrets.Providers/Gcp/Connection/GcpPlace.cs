using System.Text.RegularExpressions;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Transport;
using FlowSecrets.Text;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Gcp.Connection;

/// <summary>A project with, for regional secrets, a location, and the address that serves it.</summary>
internal sealed partial record GcpPlace(string Project, string? Location, Uri Address)
{
    /// <summary>gcloud's own variable for another address of this API.</summary>
    public const string EndpointVariable = "CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER";

    /// <summary>Those that tell who may read; gcloud has a variable for each.</summary>
    private static readonly string[] OtherServices =
    [
        "cloudresourcemanager",
        "iam",
        "iamcredentials",
        "logging",
        "oauth2",
        "policytroubleshooter",
        "run",
    ];

    public string Parent => Location is null ? $"projects/{Project}" : $"projects/{Project}/locations/{Location}";

    /// <summary>As arguments of gcloud.</summary>
    public ShellCommand Arguments =>
        Location is null ? Shell($"--project={Project:bare}") : Shell($"--project={Project:bare} --location={Location:bare}");

    private IReadOnlyDictionary<string, Uri> Others { get; init; } = new Dictionary<string, Uri>(StringComparer.Ordinal);

    private string Universe { get; init; } = "googleapis.com";

    /// <summary>The address of another of Google's services. An emulator serves all at one.</summary>
    public Uri AddressOf(string service) =>
        ServiceAddress.IsThisMachine(Address) ? Address
        : Others.TryGetValue(service, out Uri? other) ? other
        : new Uri($"https://{service}.{Universe}/");

    /// <summary>Whether values and tokens would cross in the clear.</summary>
    public bool IsUnencrypted => Address.Scheme == "http";

    /// <exception cref="FlowSecretException">NoProject, BadArgument, EndpointNotAllowed.</exception>
    public static GcpPlace Find(StoreSelection selection, GcloudConfiguration gcloud, Func<string, string?> environment)
    {
        string project =
            selection.Project
            ?? environment("GOOGLE_CLOUD_PROJECT")
            ?? environment("CLOUDSDK_CORE_PROJECT")
            ?? gcloud.Project
            ?? throw new FlowSecretException(
                ErrorIds.NoProject,
                StoreKind.Gcp.ToString(),
                "No GCP project is set",
                "Name it: Connect-FlowSecretStore -Store Gcp -Project YOUR_PROJECT_ID; or 'project' in the catalog's environment, "
                    + "GOOGLE_CLOUD_PROJECT, or: gcloud config set project YOUR_PROJECT_ID"
            );
        if (!ProjectId().IsMatch(project))
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                project,
                $"'{RemoteText.Clean(project)}' is no id of a Google Cloud project",
                "Use the project's id (not its display name), as gcloud projects list shows it."
            );
        }

        string? location = selection.Region is { Length: > 0 } region && region != "global" ? region : null;
        if (location is not null && !LocationId().IsMatch(location))
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                location,
                $"'{RemoteText.Clean(location)}' is no location of Google Cloud",
                "Use one such as europe-west1 (gcloud secrets locations list); for global secrets leave the region out."
            );
        }

        return new GcpPlace(project, location, FindAddress(selection, location, environment))
        {
            Universe = environment("GOOGLE_CLOUD_UNIVERSE_DOMAIN") ?? "googleapis.com",
            Others = OtherServices
                .Select(s => (Service: s, Address: environment("CLOUDSDK_API_ENDPOINT_OVERRIDES_" + s.ToUpperInvariant())))
                .Where(static o => o.Address is not null)
                .ToDictionary(
                    static o => o.Service,
                    o =>
                        ServiceAddress.Parse(
                            o.Address!,
                            "CLOUDSDK_API_ENDPOINT_OVERRIDES_" + o.Service.ToUpperInvariant(),
                            selection.AllowUnencryptedEndpoint
                        ),
                    StringComparer.Ordinal
                ),
        };
    }

    private static Uri FindAddress(StoreSelection selection, string? location, Func<string, string?> environment)
    {
        if (selection.Endpoint is { } given)
        {
            return ServiceAddress.Parse(given, "-Endpoint", selection.AllowUnencryptedEndpoint);
        }

        if (environment(EndpointVariable) is { } variable)
        {
            return ServiceAddress.Parse(variable, EndpointVariable, selection.AllowUnencryptedEndpoint);
        }

        string universe = environment("GOOGLE_CLOUD_UNIVERSE_DOMAIN") ?? "googleapis.com";
        return ServiceAddress.Parse(
            location is null ? $"https://secretmanager.{universe}/" : $"https://secretmanager.{location}.rep.{universe}/",
            "GOOGLE_CLOUD_UNIVERSE_DOMAIN",
            allowUnencrypted: false
        );
    }

    [GeneratedRegex(@"\A([a-z0-9.-]+:)?[a-z0-9][a-z0-9-]{0,61}[a-z0-9]\z")]
    private static partial Regex ProjectId();

    [GeneratedRegex(@"\A[a-z]+(-[a-z0-9]+)*\z")]
    private static partial Regex LocationId();
}
