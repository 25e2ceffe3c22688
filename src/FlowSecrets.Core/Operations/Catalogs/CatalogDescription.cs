using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Model;
using FlowSecrets.Text;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Catalogs;

/// <summary>Shows the model of a catalog as public objects.</summary>
internal static class CatalogDescription
{
    public static CatalogInfo Of(Catalog catalog) =>
        new()
        {
            Path = catalog.Path,
            Root = catalog.Root,
            ContentHash = catalog.ContentHash,
            Application = catalog.Application,
            Prefix = catalog.Prefix,
            DefaultEnvironment = catalog.DefaultEnvironment,
            Environments = ByKey(catalog.Environments, Of),
            Secrets = [.. catalog.Secrets.Select(Of)],
            LocalEnv = Of(catalog.LocalEnv),
            Access = [.. catalog.Access.Select(Of)],
            Workloads = ByKey(catalog.Workloads, Of),
            Kubernetes = Of(catalog.Kubernetes),
            HasScripts = catalog.HasScripts,
        };

    private static Dictionary<string, TResult> ByKey<T, TResult>(IReadOnlyDictionary<string, T> all, Func<T, TResult> of) =>
        all.ToDictionary(static p => p.Key, p => of(p.Value), StringComparer.Ordinal);

    private static CatalogEnvironmentInfo Of(CatalogEnvironment environment) =>
        new()
        {
            Name = environment.Name,
            Store = environment.Selection.Store.ToString(),
            Path = environment.Selection.Path,
            Project = environment.Selection.Project,
            Region = environment.Selection.Region,
            Profile = environment.Selection.Profile,
            Replication = environment.Selection.Replication,
            KmsKey = environment.Selection.KmsKey,
            Prefix = environment.Prefix,
            Names = environment.Names,
            Required = environment.Required,
            Access = environment.Access is { } access ? [.. access.Select(Of)] : null,
            Workloads = environment.Workloads is { } workloads ? ByKey(workloads, Of) : null,
            Kubernetes = environment.Kubernetes is { } kubernetes ? Of(kubernetes) : null,
        };

    private static CatalogSecretInfo Of(CatalogSecret secret) =>
        new()
        {
            Key = secret.Key,
            Name = secret.Name,
            Description = secret.Description,
            Category = secret.Category,
            Env = [.. secret.Env],
            Required = secret.Required,
            IsEncryptionKey = secret.IsEncryptionKey,
            IsExternal = secret.IsExternal,
            Format = secret.Format.ToString(),
            Sensitive = secret.Sensitive,
            Prompt = secret.Prompt,
            Default = secret.Default?.ToString(),
            Generate = Of(secret.Generate),
            Local = secret.Local?.ToString(),
            Fields = [.. secret.Fields.Select(Of)],
            Rotation = secret.Rotation is { } rotation ? Of(rotation) : null,
            Workloads = [.. secret.Workloads],
            Labels = secret.Labels,
        };

    private static CatalogFieldInfo Of(CatalogField field) =>
        new()
        {
            Name = field.Name,
            Description = field.Description,
            Prompt = field.Prompt,
            Sensitive = field.Sensitive,
            Required = field.Required,
            Default = field.Default?.ToString(),
            Env = [.. field.Env],
            Local = field.Local?.ToString(),
            Generate = Of(field.Generate),
        };

    private static CatalogGenerateInfo? Of(GenerateSpec? spec) =>
        spec is null ? null : new(spec.Kind.ToString(), spec.Length, spec.Bytes, spec.Words, spec.Bits, spec.Curve, spec.Symbols);

    private static CatalogLocalEnvInfo Of(CatalogLocalEnv env) =>
        new()
        {
            Path = env.Path,
            From = env.From,
            Target = env.Target,
            Variables = [.. env.Variables.Select(static v => new CatalogVariableInfo(v.Name, v.Template.ToString()))],
            Files = [.. env.Files.Select(static f => new CatalogFileInfo(f.Secret, f.Path, f.Env))],
            NextSteps = [.. env.NextSteps],
        };

    private static CatalogRotationInfo Of(CatalogRotation rotation) =>
        new()
        {
            Every = rotation.Every,
            Overlap = rotation.Overlap,
            PreviousEnv = rotation.PreviousEnv,
            Target = rotation.Target is { } target ? Of(target) : null,
            Carriers = [.. rotation.Carriers.Select(static c => new CatalogCarrierInfo(c.Secret, c.User, c.Password))],
            UsesAlias = rotation.UsesAlias,
            Reencrypt = rotation.Reencrypt,
        };

    private static CatalogTargetInfo Of(CatalogTarget target) =>
        new()
        {
            Kind = target.Kind,
            Host = target.Host,
            Port = target.Port,
            Database = target.Database,
            User = target.User,
            Password = target.Password,
            Users = [.. target.Users],
            Admin = target.Admin,
            SslMode = target.SslMode,
            Set = target.Set,
            Test = target.Test,
            Revoke = target.Revoke,
        };

    private static CatalogAccessInfo Of(CatalogAccess access) => new(access.Principal, access.Role, [.. access.Secrets]);

    private static CatalogWorkloadInfo Of(CatalogWorkload workload) => new(workload.Name, workload.Kind, workload.Settings);

    private static CatalogKubernetesInfo Of(CatalogKubernetes kubernetes) =>
        new()
        {
            Namespace = kubernetes.Namespace,
            Context = kubernetes.Context,
            Secrets = [.. kubernetes.Secrets.Select(static s => new CatalogKubernetesSecretInfo(s.Name, [.. s.From], s.Namespace))],
        };
}
