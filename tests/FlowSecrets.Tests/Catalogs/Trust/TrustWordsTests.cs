using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Grammar;
using FlowSecrets.Catalogs.Trust;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Catalogs.Trust;

/// <summary>
/// Every word of the catalog's grammar is a source, a destination or neither. A new word without an entry here fails, so that nobody
/// forgets to ask for approval.
/// </summary>
public sealed class TrustWordsTests
{
    /// <summary>Words that need a record, each with a catalog that uses it and the kind of the record.</summary>
    private static readonly Dictionary<string, (string Kind, string Catalog)> Reaching = new(StringComparer.Ordinal)
    {
        ["environments.*.project"] = ("Reads,Writes", "environments: { e: { store: gcp, project: stranger-1 } }"),
        ["environments.*.region"] = ("Reads,Writes", "environments: { e: { store: aws, region: eu-west-9 } }"),
        ["environments.*.profile"] = ("Reads,Writes", "environments: { e: { store: aws, profile: stranger } }"),
        ["environments.*.path"] = ("File", "environments: { e: { store: local, path: ../elsewhere.db } }"),
        ["environments.*.kmsKey"] = (
            "Keeps",
            "environments: { e: { store: aws, kmsKey: 'arn:aws:kms:eu-west-1:111111111111:key/11111111-1111-1111-1111-111111111111' } }"
        ),
        ["environments.*.replication[]"] = ("Keeps", "environments: { e: { store: gcp, replication: europe-west1 } }"),
        ["environments.*.access[].principal"] = (
            "Principal",
            "environments: { e: { store: gcp, access: [{ principal: 'user:a@b.example', role: reader, secrets: [s] }] } }"
        ),
        ["environments.*.workloads.*.context"] = (
            "Cluster",
            "environments: { e: { store: local, workloads: { w: { kind: kubernetes, context: stranger, deployment: d } } } }"
        ),
        ["environments.*.kubernetes.context"] = ("Cluster", "environments: { e: { store: local, kubernetes: { context: stranger } } }"),
        ["access[].principal"] = ("Principal", "access: [{ principal: 'user:a@b.example', role: reader, secrets: [s] }]"),
        ["workloads.*.context"] = ("Cluster", "workloads: { w: { kind: kubernetes, context: stranger, deployment: d } }"),
        ["workloads.*.project"] = (
            "Cluster",
            "workloads: { w: { kind: cloudrun, project: stranger-1, region: europe-west1, service: s } }"
        ),
        ["workloads.*.region"] = ("Cluster", "workloads: { w: { kind: ecs, region: eu-west-9, service: s } }"),
        ["workloads.*.cluster"] = ("Cluster", "workloads: { w: { kind: ecs, cluster: stranger, service: s } }"),
        ["workloads.*.arn"] = (
            "Cluster",
            "workloads: { w: { kind: apprunner, arn: 'arn:aws:apprunner:eu-west-1:111111111111:service/s/11111111111111111111' } }"
        ),
        ["kubernetes.context"] = ("Cluster", "kubernetes: { context: stranger }"),
        ["localEnv.path"] = ("File", "localEnv: { path: ../elsewhere.env }"),
        ["localEnv.files[].path"] = ("File", "localEnv: { files: [{ secret: s, path: .git/config }] }"),
        ["localEnv.files[].env"] = ("Variable", "localEnv: { files: [{ secret: s, path: x, env: LD_PRELOAD }] }"),
        ["localEnv.variables.*"] = ("Variable", "localEnv: { variables: { NODE_OPTIONS: '--require ./x.js' } }"),
        ["secrets.*.env[]"] = ("Variable", "secrets: { s: { env: BASH_ENV, local: x } }"),
        ["secrets.*.fields.*.env[]"] = ("Variable", "secrets: { s: { fields: { f: { env: PYTHONPATH, local: x } } } }"),
        ["secrets.*.rotate.target.set"] = ("Runs", "secrets: { s: { rotate: { target: { kind: script, set: ./x.sh, test: ./x.sh } } } }"),
        ["secrets.*.rotate.target.test"] = ("Runs", "secrets: { s: { rotate: { target: { kind: manual, test: ./x.sh } } } }"),
        ["secrets.*.rotate.target.revoke"] = ("Runs", "secrets: { s: { rotate: { target: { kind: manual, revoke: ./x.sh } } } }"),
        ["secrets.*.rotate.reencrypt"] = (
            "Runs",
            "secrets: { s: { usage: encryption, generate: { kind: hex }, rotate: { reencrypt: ./x.sh } } }"
        ),
    };

    /// <summary>
    /// Words whose record only a stored value completes (the server of a PostgreSQL target), or that the record of another word covers;
    /// RotationTrustTests and EnvTrustTests are about them.
    /// </summary>
    private static readonly HashSet<string> Covered = new(StringComparer.Ordinal)
    {
        "secrets.*.rotate.target.kind",
        "secrets.*.rotate.target.host",
        "secrets.*.rotate.target.port",
        "secrets.*.rotate.target.database",
        "secrets.*.rotate.target.user",
        "secrets.*.rotate.target.password",
        "secrets.*.rotate.target.users[]",
        "secrets.*.rotate.target.admin",
        "secrets.*.rotate.target.sslMode",
        "secrets.*.rotate.carriers[].secret",
        "secrets.*.rotate.previousEnv",
        "secrets.*.name",
        "secrets.*.workloads[]",
        "prefix",
        "environments.*.store",
        "environments.*.prefix",
        "environments.*.names.*",
        "environments.*.access[].role",
        "environments.*.access[].secrets[]",
        "environments.*.workloads.*.kind",
        "environments.*.workloads.*.namespace",
        "environments.*.workloads.*.deployment",
        "environments.*.workloads.*.statefulset",
        "environments.*.workloads.*.daemonset",
        "environments.*.workloads.*.container",
        "environments.*.workloads.*.project",
        "environments.*.workloads.*.region",
        "environments.*.workloads.*.cluster",
        "environments.*.workloads.*.service",
        "environments.*.workloads.*.arn",
        "access[].role",
        "access[].secrets[]",
        "workloads.*.kind",
        "workloads.*.namespace",
        "workloads.*.deployment",
        "workloads.*.statefulset",
        "workloads.*.daemonset",
        "workloads.*.container",
        "workloads.*.service",
        "localEnv.from",
        "localEnv.files[].secret",
    };

    /// <summary>Words that send nothing anywhere and fetch nothing from anywhere.</summary>
    private static readonly HashSet<string> Neither = new(StringComparer.Ordinal)
    {
        "$schema",
        "application",
        "default",
        "environments.*.required.*",
        "localEnv.nextSteps[]",
        "localEnv.target",
        "secrets.*.category",
        "secrets.*.default",
        "secrets.*.description",
        "secrets.*.format",
        "secrets.*.labels.*",
        "secrets.*.local",
        "secrets.*.owner",
        "secrets.*.prompt",
        "secrets.*.required",
        "secrets.*.rotate.carriers[].password",
        "secrets.*.rotate.carriers[].user",
        "secrets.*.rotate.every",
        "secrets.*.rotate.overlap",
        "secrets.*.rotate.pending",
        "secrets.*.sensitive",
        "secrets.*.usage",
        "secrets.*.fields.*.default",
        "secrets.*.fields.*.description",
        "secrets.*.fields.*.local",
        "secrets.*.fields.*.prompt",
        "secrets.*.fields.*.required",
        "secrets.*.fields.*.sensitive",
    };

    public static TheoryData<string> ReachingWords => [.. Reaching.Keys];

    [Fact]
    public void EveryWordHasItsPlace()
    {
        string[] words = [.. Words("", CatalogShape.Root).Distinct(StringComparer.Ordinal)];
        Assert.True(words.Length > 80);
        string[] open =
        [
            .. words.Where(w =>
                !Reaching.ContainsKey(w)
                && !Covered.Contains(w)
                && !Neither.Contains(w)
                && !w.Contains(".generate.", StringComparison.Ordinal)
                && !(w.Contains("kubernetes.", StringComparison.Ordinal) && !w.EndsWith(".context", StringComparison.Ordinal))
            ),
        ];
        Assert.True(open.Length == 0, "Sources, destinations or neither? " + string.Join(", ", open));
        string[] gone = [.. Reaching.Keys.Concat(Covered).Concat(Neither).Where(w => !words.Contains(w))];
        Assert.True(gone.Length == 0, "These words are not in the grammar: " + string.Join(", ", gone));
    }

    [Theory]
    [MemberData(nameof(ReachingWords))]
    public void AWordThatReachesSomethingNeedsARecord(string word)
    {
        (string kinds, string line) = Reaching[word];
        using Sandbox sandbox = new();
        sandbox.Write("x.sh", "#!/bin/sh\n");
        string text = "application: a\n" + line + "\n";
        text += line.StartsWith("environments", StringComparison.Ordinal) ? "" : "environments: { e: { store: local } }\n";
        text += line.StartsWith("secrets", StringComparison.Ordinal) ? "" : "secrets: { s: {} }\n";
        string path = sandbox.Write("flowsecrets.yaml", text);
        Catalog catalog =
            CatalogReader.Read(path, File.ReadAllBytes(path), sandbox.Providers.Documents, out IReadOnlyList<CatalogProblem> problems)
            ?? throw new InvalidOperationException(string.Join("\n", problems));
        TrustGate trust = new(catalog, trustsAll: false, new TestHost(), sandbox.Variable);
        string[] needed = [.. CatalogApprovals.Needed(catalog).Select(static r => r.Kind.ToString()).Distinct()];
        Assert.Superset(kinds.Split(',').ToHashSet(), needed.ToHashSet());
        Assert.False(trust.Allows(CatalogApprovals.Needed(catalog)[0]));
    }

    private static IEnumerable<string> Words(string at, Shape shape) =>
        shape switch
        {
            ObjectShape o => o.Members.SelectMany(m => Words(at.Length == 0 ? m.Name : $"{at}.{m.Name}", m.Shape)),
            MapShape m => Words(at + ".*", m.Entry),
            ListShape l => Words(at + "[]", l.Item),
            _ => [at],
        };
}
