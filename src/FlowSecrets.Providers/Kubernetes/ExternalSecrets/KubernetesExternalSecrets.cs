using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Kubernetes.Workloads;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Kubernetes.ExternalSecrets;

/// <summary>The External Secrets Operator in one namespace, by the user's own kubectl.</summary>
internal sealed class KubernetesExternalSecrets(ClusterSpace space, Func<string, string?> environment) : IExternalSecrets
{
    private const string Stores = "secretstores.external-secrets.io";
    private const string ClusterStores = "clustersecretstores.external-secrets.io";
    private const string PodStatuses = "secretproviderclasspodstatuses.secrets-store.csi.x-k8s.io";
    private const string OfOperator = "app.kubernetes.io/name=external-secrets";
    private const string Everywhere = "--all-namespaces";

    /// <summary>Names alone: kubectl prints no value.</summary>
    private const string KeysTemplate =
        """{{range .items}}{{println "S" .metadata.name}}"""
        + """{{range .metadata.ownerReferences}}{{println "O" .controller .kind .name}}{{end}}"""
        + """{{range $key, $value := .data}}{{println "K" $key}}{{end}}{{end}}""";

    private readonly Kubectl _kubectl = new(space.Context, environment);

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public ClusterSpace Space => space;

    private KubernetesNamespace Inside => new(space.Namespace, _kubectl);

    public async Task<IReadOnlyList<ExternalSecretInfo>> ListAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<JsonObject> found = await ServedAsync(KubernetesNamespace.ExternalSecretKind, [], cancellationToken);
        if (found.Count == 0)
        {
            await RequireNamespaceAsync(cancellationToken);
            return [];
        }

        IReadOnlyList<JsonObject>? warnings = await Inside.WarningsAsync(",involvedObject.kind=ExternalSecret", cancellationToken);
        Dictionary<string, (List<string> Keys, List<string> Owners)>? secrets = await SecretsAsync(cancellationToken);
        return
        [
            .. found.Select(json =>
            {
                ExternalSecretInfo item = ExternalSecretReader.Read(space, json);
                (List<string> Keys, List<string> Owners)? secret =
                    secrets?.TryGetValue(item.SecretName, out (List<string> Keys, List<string> Owners) there) == true ? there : null;
                return item with
                {
                    LastWarning = KubernetesNamespace.LastOf(warnings, "ExternalSecret", item.Name),
                    SecretKeys = secrets is null ? null : secret?.Keys ?? [],
                    SecretOwner = secret?.Owners.FirstOrDefault(o => o != $"ExternalSecret/{item.Name}"),
                };
            }),
        ];
    }

    public async Task<IReadOnlyList<MountedClass>> MountedAsync(CancellationToken cancellationToken)
    {
        try
        {
            return MountedReader.Read(space, await Inside.ListAsync(PodStatuses, cancellationToken));
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.ClusterKindNotServed or ErrorIds.AccessDenied)
        {
            return [];
        }
    }

    public async Task<ExternalStores> StoresAsync(CancellationToken cancellationToken)
    {
        List<ExternalStoreInfo> all = [];
        string? unreadable = null;
        try
        {
            IReadOnlyList<JsonObject> own = await ServedAsync(Stores, [], cancellationToken);
            IReadOnlyList<JsonObject>? warnings =
                own.Count == 0 ? null : await Inside.WarningsAsync(",involvedObject.kind=SecretStore", cancellationToken);
            all.AddRange(
                own.Select(s =>
                    ExternalStoreReader.Read(
                        s,
                        space.Namespace,
                        null,
                        KubernetesNamespace.LastOf(warnings, "SecretStore", s.Text("metadata", "name"))
                    )
                )
            );
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.AccessDenied)
        {
            unreadable = e.CauseClause;
        }

        try
        {
            IReadOnlyList<JsonObject> shared = await ServedAsync(ClusterStores, [], cancellationToken);
            JsonObject? labels = shared.Any(ExternalStoreReader.NeedsLabels) ? await LabelsAsync(cancellationToken) : null;

            // Events of what is in no namespace are in this one.
            IReadOnlyList<JsonObject>? warnings =
                shared.Count == 0
                    ? null
                    : await new KubernetesNamespace("default", _kubectl).WarningsAsync(
                        ",involvedObject.kind=ClusterSecretStore",
                        cancellationToken
                    );
            all.AddRange(
                shared.Select(s =>
                    ExternalStoreReader.Read(
                        s,
                        space.Namespace,
                        labels,
                        KubernetesNamespace.LastOf(warnings, "ClusterSecretStore", s.Text("metadata", "name"))
                    )
                )
            );
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.AccessDenied)
        {
            unreadable ??= e.CauseClause;
        }

        return new ExternalStores(all, unreadable);
    }

    public async Task<IReadOnlyList<string>> NamespacesWithStoreAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return
            [
                .. (await ServedAsync(Stores, [Everywhere], cancellationToken))
                    .Where(s => s.Text("metadata", "name") == name)
                    .Select(static s => s.Text("metadata", "namespace"))
                    .OfType<string>(),
            ];
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.AccessDenied)
        {
            return [];
        }
    }

    public async Task<IReadOnlyList<ExternalOperator>?> OperatorsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return
            [
                .. (await Inside.ListAsync("deployments", cancellationToken, Everywhere, "--selector", OfOperator)).Select(
                    static d => new ExternalOperator(
                        d.Text("metadata", "namespace") ?? "",
                        d.Text("metadata", "name") ?? "",
                        d.Text("spec", "template", "spec", "serviceAccountName") ?? "default",
                        d.At("spec", "replicas") is null ? 1 : d.Number("spec", "replicas"),
                        d.Number("status", "readyReplicas")
                    )
                ),
            ];
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.AccessDenied)
        {
            return null;
        }
    }

    public async Task<ExternalIdentity> IdentityAsync(ExternalStoreInfo store, CancellationToken cancellationToken)
    {
        if (store.Login is ExternalLogin.Key or ExternalLogin.Other || store.Store is null)
        {
            return new ExternalIdentity(
                store.Role,
                null,
                store.Login == ExternalLogin.Key
                    ? $"{store} logs in by a key that a Kubernetes Secret holds"
                    : $"{store} logs in in a way that is not known here"
            );
        }

        (string? at, string? account) = (store.AccountNamespace ?? store.Namespace ?? space.Namespace, store.AccountName);
        if (store.Login == ExternalLogin.Ambient || account is null)
        {
            if (await OperatorsAsync(cancellationToken) is not [{ } only])
            {
                return new ExternalIdentity(store.Role, null, $"{store} logs in as the operator's own pod, which may not be seen");
            }

            (at, account) = (only.Namespace, only.Account);
        }

        JsonObject found = await new KubernetesNamespace(at, _kubectl).ReadAsync("serviceaccount", account, cancellationToken);
        return ExternalIdentities.Of(store, at, account, found);
    }

    public async Task ForceAsync(string name, CancellationToken cancellationToken)
    {
        JsonObject json = await Inside.ReadAsync(KubernetesNamespace.ExternalSecret, name, cancellationToken);
        await RefreshOf(ExternalSecretReader.Read(space, json), TimeSpan.Zero)
            .ForceAsync(new RefreshNeed(name, name, ""), static _ => { }, cancellationToken);
    }

    public async Task<bool> RefreshAsync(
        ExternalSecretInfo item,
        IReadOnlyList<ExpectedValue> expected,
        TimeSpan timeout,
        Action<string> say,
        CancellationToken cancellationToken
    )
    {
        JsonObject before = await Inside.ReadAsync(KubernetesNamespace.ExternalSecret, item.Name, cancellationToken);
        using KubernetesSecret first = await Inside.ReadSecretAsync(item.SecretName, cancellationToken);
        bool isChanged = false;
        SecretRefresh refresh = RefreshOf(item, timeout);
        void Say(RefreshNeed need) => say($"waiting until {item} has read its store");
        await refresh.ForceAsync(new RefreshNeed(item.Name, item.Name, ""), Say, cancellationToken);
        await refresh.RunAsync(LookAsync, Say, cancellationToken);
        return isChanged;

        async Task<IReadOnlyList<RefreshNeed>> LookAsync(CancellationToken ct)
        {
            using KubernetesSecret now = await Inside.ReadSecretAsync(item.SecretName, ct);
            isChanged = !ExternalValues.AreSame(first, now);
            List<RefreshNeed> needs =
            [
                .. ExternalValues.Lacking(now, expected).Select(l => new RefreshNeed(item.Name, l.Expected.StoreName, l.What)),
            ];
            if (needs.Count == 0 && (expected.Count == 0 || expected.Any(static e => e.IsPart)))
            {
                // A text can have a value in it by chance, and what cannot be compared proves nothing.
                JsonObject after = await Inside.ReadAsync(KubernetesNamespace.ExternalSecret, item.Name, ct);
                if (!HasRead(before, after))
                {
                    needs.Add(new RefreshNeed(item.Name, item.Name, "the operator has not read its store again"));
                }
            }

            return needs;
        }
    }

    public async Task<IReadOnlyList<CatalogWorkload>> KeepersAsync(string secret, CancellationToken cancellationToken)
    {
        List<CatalogWorkload> keepers = [];
        foreach (JsonObject json in await Inside.ListAsync("deployments,statefulsets,daemonsets", cancellationToken))
        {
            (string kind, string name) = ((json.Text("kind") ?? "").ToLowerInvariant(), json.Text("metadata", "name") ?? "");
            Dictionary<string, string> settings = new(StringComparer.Ordinal) { [kind] = name };
            if ((json.Text("metadata", "namespace") ?? space.Namespace) is { } at)
            {
                settings["namespace"] = at;
            }

            if (space.Context is { } context)
            {
                settings["context"] = context;
            }

            CatalogWorkload workload = new($"{kind}/{name}", "kubernetes", settings);
            if (new PodTemplate(KubernetesPlace.Of(workload), json).Keeps(secret))
            {
                keepers.Add(workload);
            }
        }

        return keepers;
    }

    /// <summary>The operator sets both only when it has delivered.</summary>
    private static bool HasRead(JsonObject before, JsonObject after) =>
        (
            after.Text("status", "syncedResourceVersion") != before.Text("status", "syncedResourceVersion")
            || after.Text("status", "refreshTime") != before.Text("status", "refreshTime")
        ) && ExternalSecretReader.ConditionOf(after) is { IsTrue: true };

    private SecretRefresh RefreshOf(ExternalSecretInfo item, TimeSpan timeout) =>
        new(
            Inside,
            Clock,
            timeout,
            new RefreshErrors(
                (_, why) => ExternalSecretErrors.NeverRefreshed(item, why),
                (need, says) => ExternalSecretErrors.TimedOut(item, need.What, says, timeout)
            )
        );

    private async Task<IReadOnlyList<JsonObject>> ServedAsync(string kind, string[] options, CancellationToken cancellationToken)
    {
        try
        {
            return await Inside.ListAsync(kind, cancellationToken, options);
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.ClusterKindNotServed)
        {
            throw ExternalSecretErrors.NotServed(space, kind, e);
        }
    }

    /// <summary>A list is empty, not an error, if the namespace is not there.</summary>
    private async Task RequireNamespaceAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (space.Namespace is { } name && await Inside.FindAsync("namespace", name, cancellationToken) is null)
            {
                throw ExternalSecretErrors.NoNamespace(space);
            }
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.AccessDenied)
        {
            // Whoever may not see namespaces is told what is in it.
        }
    }

    private async Task<JsonObject?> LabelsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return space.Namespace is { } name
                ? (await Inside.FindAsync("namespace", name, cancellationToken)).Object("metadata", "labels") ?? []
                : null;
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.AccessDenied)
        {
            return null;
        }
    }

    /// <summary>Keys and owners by the name of the Kubernetes Secret; null: they may not be seen.</summary>
    private async Task<Dictionary<string, (List<string> Keys, List<string> Owners)>?> SecretsAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, (List<string> Keys, List<string> Owners)> secrets = new(StringComparer.Ordinal);
        try
        {
            (List<string> Keys, List<string> Owners) last = ([], []);
            foreach (string line in (await Inside.RenderAsync("secrets", KeysTemplate, cancellationToken)).Split('\n'))
            {
                switch (line.Split(' '))
                {
                    case ["S", { } name]:
                        secrets[name] = last = ([], []);
                        break;
                    case ["K", { } key]:
                        last.Keys.Add(key);
                        break;
                    case ["O", "true", { } kind, { } owner]:
                        last.Owners.Add($"{kind}/{owner}");
                        break;
                }
            }

            return secrets;
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.AccessDenied)
        {
            return null;
        }
    }
}
