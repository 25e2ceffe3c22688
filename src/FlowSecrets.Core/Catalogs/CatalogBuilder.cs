using FlowSecrets.Catalogs.Grammar;
using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Model;
using FlowSecrets.Text;
using FlowSecrets.Values;

namespace FlowSecrets.Catalogs;

/// <summary>Makes the model of a document whose grammar was found right, and hands it to <see cref="CatalogRules"/>.</summary>
/// <param name="root">What of the document is right.</param>
/// <param name="written">The whole document.</param>
internal sealed class CatalogBuilder(string path, string hash, DocNode root, DocNode written, ProblemList problems)
{
    private readonly List<TemplateUse> _templates = [];
    private HashSet<(string Secret, string Field)>? _fields;

    public Catalog Build()
    {
        DocNode? local = root.Get("localEnv");
        Catalog catalog = new()
        {
            Path = path,
            Root = CatalogLocator.RepositoryRoot(System.IO.Path.GetDirectoryName(path)!) ?? System.IO.Path.GetDirectoryName(path)!,
            ContentHash = hash,
            Application = PlainText.Line(root.GetText("application")!),
            Prefix = root.GetText("prefix") ?? "",
            DefaultEnvironment = root.GetText("default"),
            Environments = Entries(root.Get("environments")).ToDictionary(static e => e.Key.Text, BuildEnvironment, StringComparer.Ordinal),
            Secrets = [.. Entries(root.Get("secrets")).Select(BuildSecret)],
            LocalEnv = local is null ? new CatalogLocalEnv() : BuildLocalEnv(local),
            Access = BuildAccess(root.Get("access")) ?? [],
            Workloads = BuildWorkloads(root.Get("workloads")) ?? new Dictionary<string, CatalogWorkload>(StringComparer.Ordinal),
            Kubernetes = BuildKubernetes(root.Get("kubernetes")) ?? new CatalogKubernetes(),
        };
        new CatalogRules(catalog, root, written, _templates, problems).Check();
        return catalog;
    }

    private static IReadOnlyList<KeyValuePair<DocNode, DocNode>> Entries(DocNode? node) => node?.Entries ?? [];

    private CatalogEnvironment BuildEnvironment(KeyValuePair<DocNode, DocNode> entry)
    {
        DocNode node = entry.Value;
        StoreKind kind = Enum.Parse<StoreKind>(node.GetText("store")!, ignoreCase: true);
        string? file = node.GetText("path");
        StoreSelection selection = new(kind)
        {
            Path = file is null ? null : System.IO.Path.GetFullPath(file, System.IO.Path.GetDirectoryName(path)!),
            Project = node.GetText("project"),
            Region = node.GetText("region"),
            Profile = node.GetText("profile"),
            Replication = node.GetTexts("replication") is { Count: > 0 } locations ? string.Join(',', locations) : null,
            KmsKey = node.GetText("kmsKey"),
        };
        return new CatalogEnvironment(entry.Key.Text, selection)
        {
            PathText = file,
            Prefix = node.GetText("prefix"),
            Names = Entries(node.Get("names")).ToDictionary(static e => e.Key.Text, static e => e.Value.Text, StringComparer.Ordinal),
            Required = Entries(node.Get("required"))
                .ToDictionary(static e => e.Key.Text, static e => IsTrue(e.Value), StringComparer.Ordinal),
            Access = BuildAccess(node.Get("access")),
            Workloads = BuildWorkloads(node.Get("workloads")),
            Kubernetes = BuildKubernetes(node.Get("kubernetes")),
        };
    }

    private static bool IsTrue(DocNode node) => string.Equals(node.Text, "true", StringComparison.OrdinalIgnoreCase);

    private CatalogSecret BuildSecret(KeyValuePair<DocNode, DocNode> entry)
    {
        (DocNode key, DocNode node) = entry;
        DocNode? fields = node.Get("fields");
        return new CatalogSecret(key.Text)
        {
            Name = node.GetText("name"),
            Description = Shown(node, "description"),
            Category = Shown(node, "category"),
            Env = node.GetTexts("env"),
            Required = node.GetBool("required"),
            IsEncryptionKey = node.GetText("usage") is not null,
            IsExternal = node.GetText("owner") is not null,
            Format = fields is not null ? SecretFormat.Json : Enum.Parse<SecretFormat>(node.GetText("format") ?? "text", ignoreCase: true),
            Sensitive = node.Get("sensitive") is not { } s || IsTrue(s),
            Prompt = Shown(node, "prompt"),
            Default = Template(node.Get("default"), key.Text, null, TemplateKind.Default),
            Generate = BuildGenerate(node.Get("generate")),
            Local = Template(node.Get("local"), key.Text, null, TemplateKind.Local),
            Fields = [.. Entries(fields).Select(f => BuildField(key.Text, f))],
            Rotation = BuildRotation(node.Get("rotate")),
            Workloads = node.GetTexts("workloads"),
            Labels = Entries(node.Get("labels")).ToDictionary(static e => e.Key.Text, static e => e.Value.Text, StringComparer.Ordinal),
        };
    }

    private CatalogField BuildField(string secret, KeyValuePair<DocNode, DocNode> entry)
    {
        (DocNode name, DocNode node) = entry;
        return new CatalogField(name.Text)
        {
            Description = Shown(node, "description"),
            Prompt = Shown(node, "prompt"),
            Sensitive = node.Get("sensitive") is not { } s || IsTrue(s),
            Required = node.Get("required") is not { } r || IsTrue(r),
            Default = Template(node.Get("default"), secret, name.Text, TemplateKind.Default),
            Env = node.GetTexts("env"),
            Local = Template(node.Get("local"), secret, name.Text, TemplateKind.Local),
            Generate = BuildGenerate(node.Get("generate")),
        };
    }

    private GenerateSpec? BuildGenerate(DocNode? node)
    {
        if (node is null)
        {
            return null;
        }

        int? Number(string key) => node.GetText(key) is { } text ? int.Parse(text) : null;
        GenerateSpec spec = new(Enum.Parse<GenerateKind>(node.GetText("kind")!, ignoreCase: true))
        {
            Length = Number("length"),
            Bytes = Number("bytes"),
            Words = Number("words"),
            Bits = Number("bits"),
            Curve = node.GetText("curve"),
            Symbols = node.GetText("symbols"),
        };
        if (spec.Problem() is { } problem)
        {
            problems.Add(node, problem);
        }

        return spec;
    }

    private static CatalogRotation? BuildRotation(DocNode? node) =>
        node is null
            ? null
            : new CatalogRotation
            {
                Every = Durations.Parse(node.GetText("every")),
                Overlap = Durations.Parse(node.GetText("overlap")),
                PreviousEnv = node.GetText("previousEnv"),
                Target = BuildTarget(node.Get("target")),
                Carriers =
                [
                    .. (node.Get("carriers")?.Items ?? []).Select(static c => new CatalogCarrier(
                        c.GetText("secret")!,
                        c.GetText("user"),
                        c.GetText("password")
                    )),
                ],
                UsesAlias = node.GetText("pending") is "alias",
                Reencrypt = node.GetText("reencrypt"),
                Source = node,
            };

    private static CatalogTarget? BuildTarget(DocNode? node) =>
        node is null
            ? null
            : new CatalogTarget(node.GetText("kind")!)
            {
                Host = node.GetText("host"),
                Port = node.GetText("port"),
                Database = node.GetText("database"),
                User = node.GetText("user"),
                Password = node.GetText("password"),
                Users = node.GetTexts("users"),
                Admin = node.GetText("admin"),
                SslMode = node.GetText("sslMode"),
                Set = node.GetText("set"),
                Test = node.GetText("test"),
                Revoke = node.GetText("revoke"),
            };

    private CatalogKubernetes? BuildKubernetes(DocNode? node) =>
        CatalogKubernetes.Of(node, d => Template(d, null, null, TemplateKind.Manifest));

    private CatalogLocalEnv BuildLocalEnv(DocNode node) =>
        new()
        {
            Path = node.GetText("path") ?? ".env",
            From = node.GetText("from"),
            Target = node.GetText("target") ?? "portable",
            Variables =
            [
                .. Entries(node.Get("variables"))
                    .Select(e => new CatalogVariable(e.Key.Text, Template(e.Value, null, null, TemplateKind.Variable)!)),
            ],
            Files =
            [
                .. (node.Get("files")?.Items ?? []).Select(static f => new CatalogFile(
                    f.GetText("secret")!,
                    f.GetText("path")!,
                    f.GetText("env")
                )),
            ],
            NextSteps = [.. node.GetTexts("nextSteps").Select(static t => string.Concat(t.Where(static c => !char.IsControl(c))))],
        };

    private static List<CatalogAccess>? BuildAccess(DocNode? node) =>
        node is null
            ? null
            : [.. node.Items.Select(static a => new CatalogAccess(a.GetText("principal")!, a.GetText("role")!, a.GetTexts("secrets")))];

    private static Dictionary<string, CatalogWorkload>? BuildWorkloads(DocNode? node) =>
        node?.Entries.ToDictionary(
            static e => e.Key.Text,
            static e => new CatalogWorkload(
                e.Key.Text,
                e.Value.GetText("kind")!,
                e.Value.Entries.ToDictionary(static s => s.Key.Text, static s => s.Value.Text, StringComparer.Ordinal)
            ),
            StringComparer.Ordinal
        );

    private Template? Template(DocNode? node, string? secret, string? field, TemplateKind kind)
    {
        if (node is null)
        {
            return null;
        }

        try
        {
            Template template = Templates.Template.Parse(node.Text).Meaning(IsField);
            _templates.Add(new TemplateUse(node, template, secret is null ? null : new TemplateReference(secret, field), kind));
            return template;
        }
        catch (TemplateException e)
        {
            problems.Add(node, $"Template: {e.Message} (character {e.Position + 1} of the text)");
            return null;
        }
    }

    private bool IsField(string secret, string field) =>
        (
            _fields ??= [
                .. Entries(root.Get("secrets")).SelectMany(s => Entries(s.Value.Get("fields")).Select(f => (s.Key.Text, f.Key.Text))),
            ]
        ).Contains((secret, field));

    /// <summary>A text for people alone: nothing compares it, so it is cleaned where it comes in.</summary>
    private static string? Shown(DocNode node, string key) => node.GetText(key) is { } text ? PlainText.Line(text) : null;
}

internal enum TemplateKind
{
    Default,
    Local,
    Variable,

    /// <summary>An entry of a Kubernetes Secret.</summary>
    Manifest,
}

/// <param name="Owner">What the template makes; null for a variable.</param>
internal sealed record TemplateUse(DocNode At, Template Template, TemplateReference? Owner, TemplateKind Kind);
