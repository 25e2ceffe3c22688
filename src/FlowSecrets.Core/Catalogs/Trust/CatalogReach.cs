using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Model;

namespace FlowSecrets.Catalogs.Trust;

/// <summary>The records that the parts of a catalog need, as far as its text tells them.</summary>
internal static class CatalogReach
{
    /// <summary>Variables that make programs load code or send their traffic elsewhere.</summary>
    private static readonly string[] CodeVariables =
    [
        "PATH",
        "ENV",
        "BASH_ENV",
        "NODE_OPTIONS",
        "NODE_PATH",
        "NODE_TLS_REJECT_UNAUTHORIZED",
        "NODE_EXTRA_CA_CERTS",
        "NODE_REPL_EXTERNAL_MODULE",
        "PYTHONPATH",
        "PYTHONHOME",
        "PYTHONSTARTUP",
        "PYTHONUSERBASE",
        "PYTHONEXECUTABLE",
        "PYTHONPLATLIBDIR",
        "PYTHONWARNINGS",
        "PYTHONBREAKPOINT",
        "PERL5OPT",
        "PERL5LIB",
        "RUBYOPT",
        "RUBYLIB",
        "JAVA_TOOL_OPTIONS",
        "JDK_JAVA_OPTIONS",
        "CLASSPATH",
        "PSModulePath",
        "PATHEXT",
        "COMSPEC",
        "SHELL",
        "EDITOR",
        "PAGER",
        "HOME",
        "USERPROFILE",
        "_JAVA_OPTIONS",
        "KUBECONFIG",
        "DOCKER_HOST",
        "DOCKER_CONFIG",
        "LESSOPEN",
        "PROMPT_COMMAND",
        "PS4",
        "IFS",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "CURL_CA_BUNDLE",
        "REQUESTS_CA_BUNDLE",
        "OPENSSL_CONF",
        "GCONV_PATH",
        "MAKEFLAGS",
    ];

    private static readonly string[] CodePrefixes =
    [
        "LD_",
        "DYLD_",
        "DOTNET_",
        "GIT_",
        "FLOWSECRETS_",
        "COR_",
        "CORECLR_",
        "NPM_CONFIG_",
        "PIP_",
        "CARGO_",
        "PERL5",
        "AWS_CONFIG_",
        "AWS_SHARED_",
        "AWS_ENDPOINT_",
        "AWS_CA_",
        "CLOUDSDK_",
        "GOOGLE_APPLICATION_",
        "GRPC_",
    ];

    /// <summary>The cloud location that an environment names; null for a local store, and where the user's own settings name it.</summary>
    public static string? Location(StoreSelection selection) =>
        selection switch
        {
            { Store: StoreKind.Gcp, Project: { } project } => $"Google Cloud project {project}{At(selection.Region)}",
            { Store: StoreKind.Aws, Profile: { } profile } => $"AWS profile {profile}{At(selection.Region)}",
            { Store: StoreKind.Aws, Region: { } region } => $"AWS region {region} of the account in use",
            _ => null,
        };

    /// <summary>For values of the environment's store that are delivered.</summary>
    public static IEnumerable<TrustRecord> Reads(CatalogEnvironment environment) =>
        Location(environment.Selection) is { } location ? [new TrustRecord(TrustKind.Reads, location)] : [];

    /// <summary>For changes in the environment's store.</summary>
    public static IEnumerable<TrustRecord> Writes(CatalogEnvironment environment)
    {
        if (Location(environment.Selection) is { } location)
        {
            yield return new TrustRecord(TrustKind.Writes, location);
        }

        if (environment.Selection.KmsKey is { } key)
        {
            yield return new TrustRecord(TrustKind.Keeps, $"the KMS key {key}");
        }

        if (environment.Selection.Replication is { } replication and not "automatic")
        {
            yield return new TrustRecord(TrustKind.Keeps, $"replicas in {replication}");
        }
    }

    /// <summary>For a change of what runs, where it really is: what the workload does not say, its environment says.</summary>
    public static IEnumerable<TrustRecord> Changes(CatalogWorkload workload, StoreSelection? environment)
    {
        string? Setting(string name) => workload.Settings.GetValueOrDefault(name);
        if (workload.Kind == "kubernetes")
        {
            return Setting("context") is { } context ? [Cluster(context)] : [];
        }

        string where =
            workload.Kind == "cloudrun"
                ? $"Google Cloud project {Setting("project") ?? environment?.Project ?? "in use"}{At(Setting("region"))}"
                : $"AWS profile {environment?.Profile ?? "in use"}{At(Setting("region") ?? environment?.Region)}";
        string cluster = Setting("cluster") is { } named ? $", cluster {named}" : "";
        return
        [
            new TrustRecord(TrustKind.Cluster, $"the {workload.Kind} service {Setting("arn") ?? Setting("service")} ({where}{cluster})"),
        ];
    }

    /// <param name="context">Of kubectl.</param>
    public static TrustRecord Cluster(string context) => new(TrustKind.Cluster, $"the cluster of the Kubernetes context {context}");

    public static TrustRecord Grants(CatalogAccess access) => new(TrustKind.Principal, $"{access.Principal} ({access.Role})");

    public static bool LoadsCode(string variable) =>
        CodeVariables.Contains(variable, StringComparer.OrdinalIgnoreCase)
        || CodePrefixes.Any(p => variable.StartsWith(p, StringComparison.OrdinalIgnoreCase))
        || variable.EndsWith("_PROXY", StringComparison.OrdinalIgnoreCase);

    public static TrustRecord Sets(string variable) => new(TrustKind.Variable, variable);

    /// <summary>
    /// A file that the catalog names and that is not of its repository: elsewhere, on a server, git's own, also by a link. Null: it is the
    /// repository's. A path to a server is not looked at.
    /// </summary>
    /// <exception cref="FlowSecretException">FileUnsafe: the path cannot be followed.</exception>
    public static TrustRecord? Outside(Catalog catalog, string path)
    {
        PathReach reach = FilePaths.Reach(path);
        if (reach == PathReach.Remote)
        {
            return new TrustRecord(TrustKind.File, path);
        }

        string full = catalog.Resolve(path);
        if (reach == PathReach.Git || !FilePaths.IsIn(full, catalog.Root))
        {
            return new TrustRecord(TrustKind.File, full);
        }

        string root = FilePaths.Real(catalog.Root);
        string real = FilePaths.Real(full);
        return FilePaths.IsIn(real, root) && FilePaths.Reach(Path.GetRelativePath(root, real)) == PathReach.Inside
            ? null
            : new TrustRecord(TrustKind.File, real);
    }

    /// <summary>The same for a local store, whose path may be a folder with the store's file in it.</summary>
    public static TrustRecord? StoreOutside(Catalog catalog, string path) =>
        Outside(catalog, path) ?? Outside(catalog, path.TrimEnd('/', '\\') + "/" + StoreSelection.FileName);

    /// <summary>Where a script is. A path to a server or a device is refused before it is looked at.</summary>
    /// <exception cref="FlowSecretException">FileUnsafe.</exception>
    public static string Script(Catalog catalog, string path) =>
        FilePaths.Reach(path) == PathReach.Remote
            ? throw new FlowSecretException(
                ErrorIds.FileUnsafe,
                path,
                $"The script '{path}' is on a server or is a device",
                "Put the script into the repository."
            )
            : catalog.Resolve(path);

    /// <summary>A file of the repository that its index has: a value in it would be committed.</summary>
    public static TrustRecord Tracked(string path) => new(TrustKind.File, path, "tracked by git");

    private static string At(string? region) => region is null ? "" : $" in {region}";
}
