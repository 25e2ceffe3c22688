using FlowSecrets.Catalogs.Grammar;
using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Model;
using FlowSecrets.Text;

namespace FlowSecrets.Catalogs;

/// <summary>What the parts of a catalog must say of each other: names, references, variables.</summary>
internal sealed class CatalogRules(
    Catalog catalog,
    DocNode root,
    DocNode written,
    IReadOnlyList<TemplateUse> templates,
    ProblemList problems
)
{
    /// <summary>Of all environments together.</summary>
    private const long MostSecrets = 1_000_000;
    private const long MostWorkloads = 200_000;
    private const int ShownFields = 10;

    // What is wrong in itself was said already; who refers to it is not wrong as well.
    private readonly HashSet<string> _environmentNames = [.. KeysOf(written, "environments")];
    private readonly HashSet<string> _secretNames = [.. KeysOf(written, "secrets")];
    private readonly HashSet<string> _workloadNames =
    [
        .. catalog.Workloads.Keys.Concat(catalog.Environments.Values.SelectMany(static e => e.Workloads?.Keys ?? [])),
    ];
    private readonly AccessRules _access = new(catalog, problems);
    private readonly Dictionary<string, DocNode> _secretNodes = (root.Get("secrets")?.Entries ?? []).ToDictionary(
        static e => e.Key.Text,
        static e => e.Value,
        StringComparer.Ordinal
    );

    public void Check()
    {
        if (!CheckExtent())
        {
            return;
        }

        CheckEnvironments();
        CheckSecrets();
        CheckStoreNames();
        CheckLocalEnv();
        _access.Check(root.Get("access"));
        new KubernetesRules(catalog, RequireSecret, problems).Check(root);
        CheckTemplates();
        new SharedCredentialRules(catalog, problems).Check();
        new VariableRules(catalog, root, problems).Check();
    }

    /// <summary>What is checked, approved and shown for each environment grows with both.</summary>
    private bool CheckExtent()
    {
        bool fits = true;
        int environments = catalog.Environments.Count;
        foreach (
            (string part, long each, long most) in new[]
            {
                ("secrets", catalog.Secrets.Count, MostSecrets),
                ("workloads", catalog.Workloads.Count, MostWorkloads),
            }
        )
        {
            if (environments * each > most)
            {
                fits = false;
                problems.Add(
                    root.Get("environments")!,
                    $"{environments} environments with {each} {part} each are too many: {most} are the most of all environments together."
                );
            }
        }

        return fits;
    }

    private void CheckEnvironments()
    {
        RequireEnvironment(root.Get("default"), "default");
        RequireEnvironment(root.Get("localEnv")?.Get("from"), "localEnv.from");
        foreach ((DocNode name, DocNode node) in root.Get("environments")!.Entries)
        {
            StoreKind kind = catalog.Environments[name.Text].Selection.Store;
            foreach (
                (string key, StoreKind only) in new[]
                {
                    ("path", StoreKind.Local),
                    ("project", StoreKind.Gcp),
                    ("replication", StoreKind.Gcp),
                    ("profile", StoreKind.Aws),
                }
            )
            {
                if (kind != only && node.Get(key) is { } misplaced)
                {
                    problems.Add(misplaced, $"'environments.{name.Text}.{key}' belongs to the store {only}; this one is {kind}.");
                }
            }

            // They stand in messages and commands: no control characters, quotes or shell words from a stranger's repository.
            foreach (string key in new[] { "project", "region", "profile", "kmsKey", "replication" })
            {
                foreach (
                    DocNode value in node.Get(key) is { } said
                        ? said.Items.Count > 0
                            ? said.Items
                            : [said]
                        : []
                )
                {
                    if (value.Text.Any(static c => !char.IsAsciiLetterOrDigit(c) && !" ._:/@+=-".Contains(c, StringComparison.Ordinal)))
                    {
                        problems.Add(value, $"'environments.{name.Text}.{key}' has characters that none has.");
                    }
                }
            }

            foreach (string key in new[] { "region", "kmsKey" })
            {
                if (kind == StoreKind.Local && node.Get(key) is { } misplaced)
                {
                    problems.Add(misplaced, $"'environments.{name.Text}.{key}' belongs to a cloud; this store is Local.");
                }
            }

            foreach (string map in new[] { "names", "required" })
            {
                foreach ((DocNode key, _) in node.Get(map)?.Entries ?? [])
                {
                    RequireSecret(key, key.Text, $"environments.{name.Text}.{map}");
                }
            }

            _access.Check(node.Get("access"));
        }
    }

    private void RequireEnvironment(DocNode? node, string path)
    {
        if (node is not null && !_environmentNames.Contains(node.Text))
        {
            problems.Add(
                node,
                $"'{path}' names the environment '{node.Text}', which is not in 'environments'."
                    + $"{problems.Near(node.Text, catalog.Environments.Keys)}"
            );
        }
    }

    private void RequireSecret(DocNode at, string key, string path, string hint = "")
    {
        if (!_secretNames.Contains(key))
        {
            problems.Add(
                at,
                $"'{path}' names the secret '{key}', which is not in 'secrets'."
                    + $"{(hint.Length > 0 ? hint : problems.Near(key, catalog.Secrets.Select(static s => s.Key)))}"
            );
        }
    }

    private static IEnumerable<string> KeysOf(DocNode document, string key) =>
        (document.Get(key)?.Entries ?? []).Select(static e => e.Key.Text);

    private void CheckSecrets()
    {
        foreach (CatalogSecret secret in catalog.Secrets)
        {
            DocNode node = _secretNodes[secret.Key];
            string path = $"secrets.{secret.Key}";
            if (secret.Fields.Count > 0)
            {
                foreach (string key in new[] { "generate", "default", "local", "prompt", "sensitive" })
                {
                    if (node.Get(key) is { } misplaced)
                    {
                        problems.Add(misplaced, $"'{path}.{key}' does not go with 'fields': say it of each field.");
                    }
                }

                if (node.GetText("format") is "text" or "binary")
                {
                    problems.Add(node.Get("format")!, $"'{path}.format' must be json where there are 'fields'.");
                }
            }

            if (
                secret.IsExternal
                && (secret.Generate is not null || secret.Rotation is not null || secret.Fields.Any(static f => f.Generate is not null))
            )
            {
                problems.Add(node, $"'{path}' has 'owner: external', so it can have neither 'generate' nor 'rotate'.");
            }

            if (secret.Format == SecretFormat.Binary && secret.Env.Count > 0)
            {
                problems.Add(node.Get("env")!, $"'{path}' is binary; an environment variable cannot carry it. Use localEnv.files.");
            }

            foreach (string workload in secret.Workloads)
            {
                if (!_workloadNames.Contains(workload))
                {
                    problems.Add(
                        node.Get("workloads")!,
                        $"'{path}.workloads' names '{workload}', which is not in 'workloads'."
                            + $"{problems.Near(workload, catalog.Workloads.Keys)}"
                    );
                }
            }

            CheckRotation(secret, path);
        }
    }

    private void CheckRotation(CatalogSecret secret, string path)
    {
        if (secret.Rotation?.Source is not { } rotate)
        {
            return;
        }

        if (rotate.Get("target") is { } target)
        {
            CheckTarget(target, secret, $"{path}.rotate.target");
        }

        foreach (DocNode carrier in rotate.Get("carriers")?.Items ?? [])
        {
            CheckCarrier(carrier, secret, $"{path}.rotate.carriers");
        }
    }

    private void CheckTarget(DocNode target, CatalogSecret secret, string path)
    {
        foreach (string member in new[] { "host", "port", "database", "user", "password" })
        {
            RequireField(target.Get(member), secret, $"{path}.{member}");
        }

        if (target.Get("admin") is { } admin)
        {
            RequireSecret(admin, admin.Text, $"{path}.admin");
        }

        if (target.GetText("kind") is "postgres")
        {
            CheckPostgres(target, secret, path);
        }

        if (target.GetText("kind") is "script" && (target.Get("set") is null || target.Get("test") is null))
        {
            problems.Add(target, $"'{path}' is a script, so it needs 'set' and 'test'.");
        }
    }

    private void CheckPostgres(DocNode target, CatalogSecret secret, string path)
    {
        foreach (string member in new[] { "host", "user", "password" }.Where(m => target.Get(m) is null))
        {
            problems.Add(target, $"'{path}' is PostgreSQL, so it needs '{member}': the field that holds it.");
        }

        if (target.Get("users") is not { } users)
        {
            return;
        }

        bool areTwo = secret.Rotation!.Target!.Users.Distinct(StringComparer.Ordinal).Count() == 2;
        if (!areTwo || target.Get("admin") is null)
        {
            problems.Add(
                users,
                $"'{path}.users' names two users that alternate, and goes with 'admin': the secret of a user that may change them."
            );
        }
    }

    private void CheckCarrier(DocNode carrier, CatalogSecret secret, string path)
    {
        DocNode key = carrier.Get("secret")!;
        RequireSecret(key, key.Text, path);
        if (catalog.Find(key.Text) is not { } other)
        {
            return;
        }

        if (other.IsExternal || other.Key == secret.Key)
        {
            problems.Add(
                key,
                $"'{path}' names '{key.Text}', which "
                    + $"{(other.IsExternal ? "has 'owner: external', so it is not changed here" : "is the secret itself")}."
            );
        }

        bool rotatesItself =
            other.Rotation is { } own
            && (own.Every is not null || own.Target is not null || own.Carriers.Count > 0 || own.Reencrypt is not null);
        if (rotatesItself)
        {
            problems.Add(
                key,
                $"'{path}' names '{key.Text}', which has a 'rotate' of its own: it would be rotated without what its credential is for."
            );
        }

        RequireField(carrier.Get("user"), other, $"{path}.user");
        RequireField(carrier.Get("password"), other, $"{path}.password");
    }

    private void RequireField(DocNode? node, CatalogSecret secret, string path)
    {
        if (node is not null && secret.Field(node.Text) is null)
        {
            problems.Add(
                node,
                $"'{path}' names '{node.Text}', which is no field of "
                    + $"'{secret.Key}'.{problems.Near(node.Text, secret.Fields.Select(static f => f.Name))}"
            );
        }
    }

    private void CheckStoreNames()
    {
        foreach (CatalogEnvironment environment in catalog.Environments.Values)
        {
            Dictionary<string, string> owners = new(StringComparer.Ordinal);
            foreach (CatalogSecret secret in catalog.Secrets.TakeWhile(_ => !problems.IsFull))
            {
                string name = catalog.StoreName(secret, environment);
                StoreKind store = environment.Selection.Store;
                bool isReadable = SecretNames.IsReadable(store, name);
                if (!(secret.IsExternal ? isReadable : SecretNames.IsValid(store, name)))
                {
                    problems.Add(
                        _secretNodes[secret.Key],
                        $"'secrets.{secret.Key}' is '{name}' in the environment '{environment.Name}', which the store ({store}) "
                            + $"refuses: use {SecretNames.Rule(store)}"
                            + $"{(isReadable ? ", or add 'owner: external' if a service made it" : "")}."
                    );
                }
                else if (!owners.TryAdd(name, secret.Key))
                {
                    problems.Add(
                        _secretNodes[secret.Key],
                        $"'secrets.{secret.Key}' and 'secrets.{owners[name]}' are both '{name}' in the environment '{environment.Name}'."
                    );
                }
            }
        }
    }

    private void CheckLocalEnv()
    {
        foreach (DocNode key in (root.Get("localEnv")?.Get("files")?.Items ?? []).Select(static f => f.Get("secret")!))
        {
            RequireSecret(key, key.Text, "localEnv.files");
        }
    }

    private void CheckTemplates()
    {
        foreach (TemplateUse use in templates)
        {
            foreach (TemplateReference reference in use.Template.References)
            {
                RequireSecret(use.At, reference.Key, "{{ " + reference + " }}", reference.Hint(_secretNames));
                if (catalog.Find(reference.Key) is { } secret)
                {
                    if (reference.Field is not null && secret.Field(reference.Field) is null)
                    {
                        problems.Add(
                            use.At,
                            $"'{{{{ {reference} }}}}' names a field that '{reference.Key}' does not "
                                + $"have.{problems.Near(reference.Field, secret.Fields.Select(static f => f.Name))}"
                        );
                    }
                    else if (reference.Field is null && secret.Fields.Count > 0 && use.Kind != TemplateKind.Manifest)
                    {
                        problems.Add(
                            use.At,
                            $"'{{{{ {reference} }}}}' names a JSON secret: name one of its fields "
                                + $"({string.Join(", ", secret.Fields.Take(ShownFields).Select(static f => f.Name))}"
                                + $"{(secret.Fields.Count > ShownFields ? ", …" : "")})."
                        );
                    }
                }
            }
        }

        foreach ((DocNode at, string circle) in TemplateCircles.Find(templates))
        {
            problems.Add(at, $"The templates refer to each other in a circle: {circle}.");
        }
    }
}
