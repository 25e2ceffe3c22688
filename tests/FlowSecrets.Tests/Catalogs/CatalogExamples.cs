using System.Text;
using FlowSecrets.Catalogs;
using FlowSecrets.Ports;
using FlowSecrets.Providers;

namespace FlowSecrets.Tests.Catalogs;

/// <summary>Catalogs to try, and the short way to read one.</summary>
internal static class CatalogExamples
{
    /// <summary>The head that the rest of a test's catalog stands under; it takes three lines.</summary>
    public const string Head = "application: app\nenvironments: { local: { store: local }, prod: { store: gcp, project: p } }\nsecrets:\n";

    private const string DatabaseUrl =
        "postgresql://{{ db-config.db_user }}:{{ db-config.db_password | urlencode }}@{{ db-config.db_host }}:{{ db-config.db_port }}/"
        + "{{ db-config.db_name }}";

    public const string Design = $$$"""
        application: flowmaestro
        prefix: flowmaestro-                 # a secret's name in the store = prefix + key, unless it says name:
        default: local
        environments:
          local:      { store: local }
          production: { store: gcp, project: flowmaestro-prod }
          dr:         { store: aws, region: eu-west-1, profile: ops, prefix: flowmaestro/ }

        secrets:
          jwt-secret:
            description: JWT signing key
            category: core
            env: JWT_SECRET
            required: true
            generate: { kind: base64, bytes: 48 }
            local: dev-jwt-secret-change-in-production
            rotate: { every: 90d, overlap: 24h, previousEnv: JWT_SECRET_PREVIOUS }
          encryption-key:
            env: ENCRYPTION_KEY
            usage: encryption
            generate: { kind: hex, bytes: 32 }
            local: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
          db-config:
            category: database
            fields:
              db_host:     { prompt: Database host, sensitive: false, default: localhost, env: POSTGRES_HOST, local: localhost }
              db_port:     { sensitive: false, default: "5432", env: POSTGRES_PORT, local: "5432" }
              db_name:     { sensitive: false, default: flowmaestro, env: POSTGRES_DB, local: flowmaestro }
              db_user:     { sensitive: false, default: flowmaestro, env: POSTGRES_USER, local: flowmaestro }
              db_password: { env: POSTGRES_PASSWORD, generate: { kind: password, length: 32 }, local: flowmaestro_dev_password }
            rotate:
              every: 30d
              target: { kind: postgres, host: db_host, port: db_port, database: db_name, user: db_user, password: db_password,
                        users: [flowmaestro_a, flowmaestro_b], admin: db-admin }
              carriers: [ { secret: temporal-db-config, user: user, password: password } ]
          temporal-db-config:
            fields:
              host: { default: "{{ db-config.db_host }}" }
              user: { default: "{{ db-config.db_user }}" }
              password: { default: "{{ db-config.db_password }}" }
          db-admin: { owner: external, description: Administrator of the database }
          storage-sa-key: { format: json }
          app-openai-api-key: { env: OPENAI_API_KEY, category: llm, description: OpenAI API key, workloads: [api, worker] }

        localEnv:
          path: backend/.env
          from: production
          variables:
            NODE_ENV: development
            DATABASE_URL: "{{{DatabaseUrl}}}"
          files:
            - { secret: storage-sa-key, path: .secrets/storage-key.json, env: GOOGLE_APPLICATION_CREDENTIALS }

        access:
          - { principal: "serviceAccount:flowmaestro-prod-eso@flowmaestro-prod.iam.gserviceaccount.com", role: reader, secrets: ["*"] }
        workloads:
          api: { kind: kubernetes, namespace: flowmaestro, deployment: api }
          worker: { kind: kubernetes, namespace: flowmaestro, deployment: worker }
          web: { kind: cloudrun, region: us-central1, service: web }
        kubernetes:
          namespace: flowmaestro
          refreshInterval: 5m
          store:
            name: gcp-secret-manager
            kind: ClusterSecretStore
            workloadIdentity: { clusterLocation: us-central1, clusterName: main, serviceAccountRef: { name: eso } }
          secrets:
            db-credentials: { from: db-config, data: { DATABASE_URL: "postgresql://{{ db-config.db_user }}@{{ db-config.db_host }}" } }

        """;

    /// <summary>The same with one cloud less, for tests of other things than names.</summary>
    public static string Usual { get; } =
        Design.Replace(
            "  dr:         { store: aws, region: eu-west-1, profile: ops, prefix: flowmaestro/ }\n",
            "",
            StringComparison.Ordinal
        );

    public static string Path { get; } = System.IO.Path.GetFullPath("/nowhere/flowsecrets.yaml");

    public static IDocumentFormat Documents { get; } = new ProviderDoor().Documents;

    public static Catalog Valid(string text)
    {
        Catalog? catalog = CatalogReader.Read(Path, Encoding.UTF8.GetBytes(text), Documents, out IReadOnlyList<CatalogProblem> problems);
        Assert.Empty(problems);
        return catalog!;
    }

    public static IReadOnlyList<CatalogProblem> Problems(string text) => Problems(Encoding.UTF8.GetBytes(text));

    public static IReadOnlyList<CatalogProblem> Problems(byte[] content)
    {
        Assert.Null(CatalogReader.Read(Path, content, Documents, out IReadOnlyList<CatalogProblem> problems));
        Assert.NotEmpty(problems);
        Assert.All(problems, static p => Assert.Equal(Path, p.File));
        return problems;
    }

    public static IEnumerable<(int Line, int Column)> Places(string text) => Problems(text).Select(static p => (p.Line, p.Column));
}
