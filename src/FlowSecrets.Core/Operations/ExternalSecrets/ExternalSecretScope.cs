using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Trust;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Text;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.ExternalSecrets;

internal record ExternalSecretOptions : TargetOptions
{
    /// <summary>Names of ExternalSecrets, with wildcards; none: all.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Null: those of the catalog's 'kubernetes'; without a catalog the context's own.</summary>
    public string? Namespace { get; init; }

    /// <summary>Of kubectl; null: that of the catalog's 'kubernetes', or the current one.</summary>
    public string? Context { get; init; }

    /// <summary>Whether the user typed the context. An object that comes down the pipeline has the catalog's.</summary>
    public bool IsContextTyped { get; init; }
}

/// <summary>The namespaces that a command is about, and which of their ExternalSecrets.</summary>
internal sealed class ExternalSecretScope
{
    private readonly ExternalSecretOptions _options;
    private readonly bool _isOfCatalog;
    private readonly HashSet<string> _found = new(StringComparer.Ordinal);
    private readonly List<string> _seen = [];

    private ExternalSecretScope(
        Workspace workspace,
        ExternalSecretOptions options,
        IReadOnlyList<IExternalSecrets> spaces,
        string? context,
        bool isOfCatalog
    ) => (Workspace, _options, Spaces, Context, _isOfCatalog) = (workspace, options, spaces, context, isOfCatalog);

    public Workspace Workspace { get; }

    public IReadOnlyList<IExternalSecrets> Spaces { get; }

    /// <summary>Of kubectl; null: its current one.</summary>
    public string? Context { get; }

    public string? Environment => Workspace.Environment?.Name;

    /// <summary>Whether a namespace could not be read, so that a name that is not found may be there.</summary>
    public bool IsIncomplete { get; private set; }

    /// <summary>What a change needs the user's approval for.</summary>
    public IReadOnlyList<TrustRecord> ChangeRecords => _isOfCatalog && Context is { } context ? [CatalogReach.Cluster(context)] : [];

    public static async Task<ExternalSecretScope> OpenAsync(
        OperationContext context,
        ExternalSecretOptions options,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        Workspace workspace = await Workspace.OpenAsync(context, options, host, cancellationToken);
        CatalogKubernetes? catalog = workspace.Catalog?.KubernetesOf(workspace.Environment);
        string? named = options.Context ?? catalog?.Context;
        IEnumerable<string?> spaces = options.Namespace is { } space
            ? [space]
            : (catalog?.Secrets ?? []).Select(s => s.Namespace ?? catalog!.Namespace).Prepend(catalog?.Namespace).OfType<string>();
        string?[] all = [.. spaces.Distinct(StringComparer.Ordinal)];
        return new ExternalSecretScope(
            workspace,
            options,
            [
                .. (all.Length == 0 ? [null] : all).Select(s =>
                    context.Providers().OpenExternalSecrets(new ClusterSpace(named, s), context.Variable)
                ),
            ],
            named,
            named is not null && named == catalog?.Context && !(options.IsContextTyped && options.Context is not null)
        );
    }

    /// <summary>The ExternalSecrets of a namespace that are meant, in the order of their names.</summary>
    public async Task<IReadOnlyList<ExternalSecretInfo>> ListAsync(IExternalSecrets space, CancellationToken cancellationToken)
    {
        IReadOnlyList<ExternalSecretInfo> all;
        try
        {
            all = [.. (await space.ListAsync(cancellationToken)).OrderBy(static i => i.Name, StringComparer.Ordinal)];
        }
        catch (FlowSecretException)
        {
            IsIncomplete = true;
            throw;
        }

        return Matching(all, static i => i.Name);
    }

    /// <summary>Those of a namespace that are meant.</summary>
    public IReadOnlyList<T> Matching<T>(IReadOnlyList<T> all, Func<T, string> name)
    {
        _seen.AddRange(all.Select(name));
        return _options.Names.Count == 0
            ? all
            : [.. _options.Names.SelectMany(n => Matches(all, name, n)).DistinctBy(name, StringComparer.Ordinal)];
    }

    /// <summary>Tells of names that no namespace has; each is the error of that item.</summary>
    public void FailMissing(IOperationHost host)
    {
        foreach (string name in _options.Names.Where(n => !_found.Contains(n) && !Wildcard.HasWildcard(n)))
        {
            if (!IsIncomplete)
            {
                host.Fail(NotFound(name));
            }
        }
    }

    private IEnumerable<T> Matches<T>(IReadOnlyList<T> all, Func<T, string> nameOf, string name)
    {
        T[] found =
            all.FirstOrDefault(i => nameOf(i) == name) is { } exact ? [exact]
            : Wildcard.HasWildcard(name) && NamePattern.Parse(name) is { } pattern ? [.. all.Where(i => pattern.IsMatch(nameOf(i)))]
            : NameMatch.Find(all, nameOf, name) is [var one] ? [one]
            : [];
        if (found.Length > 0)
        {
            _found.Add(name);
        }

        return found;
    }

    private FlowSecretException NotFound(string name)
    {
        string? near = Suggestion.Nearest(name, _seen);
        ClusterSpace first = Spaces[0].Space;
        ShellCommand space = first.Namespace is null ? None : Shell($"-Namespace {first.Namespace}");
        Remedy list = $"See which there are: {Shell($"Get-FlowExternalSecret {space} {Here}")}";
        return new FlowSecretException(
            ErrorIds.ExternalSecretNotFound,
            name,
            $"There is no ExternalSecret '{name}' in {string.Join(" or ", Spaces.Select(static s => s.Space))}",
            near is null ? list : Remedy.Of($"Did you mean '{near}'? {list}")
        );
    }
}
