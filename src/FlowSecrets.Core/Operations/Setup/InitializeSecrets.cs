using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Catalogs.Trust;
using FlowSecrets.Concurrency;
using FlowSecrets.Formats;
using FlowSecrets.Formats.Data;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Text;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Setup;

internal sealed record InitializeOptions : SecretTargetOptions
{
    /// <summary>Ask nothing: take the input, the defaults, and generate the rest.</summary>
    public bool NonInteractive { get; init; }

    /// <summary>A file with values, in one of the formats of <see cref="ValueFiles"/>.</summary>
    public string? InputPath { get; init; }

    /// <summary>The format of that file; null: as its name says.</summary>
    public string? Format { get; init; }

    /// <summary>Let the input replace values that exist.</summary>
    public bool UpdateExisting { get; init; }

    /// <summary>Ask for what has a value as well; Enter keeps it.</summary>
    public bool PromptAll { get; init; }

    /// <summary>Show generated values once, on the host only.</summary>
    public bool ShowGenerated { get; init; }

    /// <summary>Do not ask whether to go on.</summary>
    public bool Force { get; init; }

    public bool OverwriteEncryptionKey { get; init; }
}

/// <summary>The set-up: walks the catalog, keeps what exists, asks or generates what does not, then creates and updates.</summary>
internal sealed class InitializeSecretsOperation(OperationContext context) : IOperation<InitializeOptions, SetupResult>
{
    public async IAsyncEnumerable<SetupResult> RunAsync(
        InitializeOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Workspace workspace = await Workspace.OpenWithCatalogAsync(context, options, host, cancellationToken);
        Catalog catalog = workspace.Catalog!;
        IReadOnlyList<SecretRef> secrets =
            options.Names.Count == 0
                ? [.. catalog.Secrets.Select(workspace.Ref)]
                : workspace.Resolve(context, options, host, wildcards: true);
        SetupInput input = ReadInput(options, catalog, host);
        await workspace.Store.IdentifyAsync(cancellationToken);
        Announce(workspace, secrets, host);
        await RequireAsync(workspace, secrets, cancellationToken);

        // Before anybody is asked, so that a store that does not answer costs no typing.
        using SetupState state = await SetupState.ReadAsync(workspace, secrets, host, cancellationToken);
        if (!await MayGoOnAsync(workspace, secrets, options, host, cancellationToken))
        {
            host.Say("Nothing was changed.");
            yield break;
        }

        List<SetupDecision> decisions = await InterviewAsync(workspace, secrets, options, input, state, host, cancellationToken);
        try
        {
            int writes = decisions.Count(static d => d.Value is not null);
            host.Say(
                writes == 0 ? "Nothing needs to be written."
                : host.IsWhatIf ? $"{Words.Count(writes, "secret")} would be written to the {workspace.Place}."
                : $"Writing {Words.Count(writes, "secret")} to the {workspace.Place} …"
            );
            await foreach (SetupResult result in ApplyAllAsync(workspace, decisions, options, host, cancellationToken))
            {
                yield return result;
            }
        }
        finally
        {
            decisions.ForEach(static d => d.Dispose());
        }
    }

    /// <summary>Also for secrets of other catalogs: those that defaults are made of, and those that would be written over.</summary>
    private static async Task RequireAsync(Workspace workspace, IReadOnlyList<SecretRef> secrets, CancellationToken cancellationToken)
    {
        HashSet<string> referred = new(StringComparer.Ordinal);
        foreach (CatalogSecret secret in secrets.Select(static s => s.Definition!))
        {
            referred.UnionWith(DefaultsOf(secret).Select(static r => r.Key));
        }

        IEnumerable<SecretRef> used = referred.Select(k => workspace.Catalog!.Find(k)).OfType<CatalogSecret>().Select(workspace.Ref);
        IReadOnlyList<TrustRecord> uses = await workspace.UseRecordsAsync(
            secrets.Concat(used),
            s => referred.Contains(s.Definition!.Key),
            cancellationToken
        );
        await workspace.Trust!.RequireAsync([.. workspace.WriteRecords, .. uses], cancellationToken);
    }

    private SetupInput ReadInput(InitializeOptions options, Catalog catalog, IOperationHost host)
    {
        if (options.InputPath is null)
        {
            return SetupInput.None;
        }

        string path = Path.GetFullPath(options.InputPath, context.WorkingDirectory);
        string target = catalog.LocalEnv.Target;
        string otherwise = ValueFiles.Formats.Any(f => f.Dialect == target) ? target : ValueFiles.Env;
        ValueFile file = ValueFiles.Read(path, ValueFiles.FormatOf(path, options.Format, otherwise), context.Providers().Documents);
        SetupInput input = SetupInput.From(file.Entries, catalog, path);
        if (file.Notes.Count > 0)
        {
            host.Warning($"'{path}': {string.Join("; ", file.Notes)}.");
        }

        if (input.Unknown.Count > 0 && !file.IsMixed)
        {
            host.Warning($"'{path}' names what the catalog does not know, which was left out: {string.Join(", ", input.Unknown)}.");
        }

        return input;
    }

    private static void Announce(Workspace workspace, IReadOnlyList<SecretRef> secrets, IOperationHost host)
    {
        host.Say($"{workspace.Catalog!.Application}: secrets set-up");
        host.Say(
            $"  {Words.Count(secrets.Count, "secret")}, environment {workspace.Environment?.Name ?? "(none)"}, {workspace.Place} "
                + $"({workspace.Place.Identity})"
        );
    }

    private static async Task<bool> MayGoOnAsync(
        Workspace workspace,
        IReadOnlyList<SecretRef> secrets,
        InitializeOptions options,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        if (options.NonInteractive || options.Force || host.IsWhatIf)
        {
            return true;
        }

        return await host.ConfirmAsync(
            new Question(
                $"This creates and updates up to {Words.Count(secrets.Count, "secret")} in the {workspace.Place}. Continue?",
                null,
                "Add -NonInteractive (take defaults and generate) or -Force (do not ask this)."
            ),
            cancellationToken
        );
    }

    /// <summary>Secrets that others refer to come first within what is asked; otherwise the file's order.</summary>
    private static async Task<List<SetupDecision>> InterviewAsync(
        Workspace workspace,
        IReadOnlyList<SecretRef> secrets,
        InitializeOptions options,
        SetupInput input,
        SetupState state,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        using SetupInterview interview = new(workspace, options, input, state, host);
        List<SetupDecision> decisions = [];
        string? category = null;
        foreach (SecretRef secret in InOrder(secrets))
        {
            string its = secret.Definition!.Category ?? "other";
            if (!options.NonInteractive && !host.IsWhatIf && !string.Equals(its, category, StringComparison.Ordinal))
            {
                host.Say("");
                host.Say($"[{its}]");
                category = its;
            }

            SetupDecision decision = await interview.DecideAsync(secret, cancellationToken);
            if (!options.NonInteractive && decision.Status == ItemStatus.Kept)
            {
                host.Say($"  {secret.StoreName} has version {decision.Current}; it is kept.");
            }

            decisions.Add(decision);
        }

        return decisions;
    }

    /// <summary>By category, and each behind those that its defaults are made of.</summary>
    private static List<SecretRef> InOrder(IReadOnlyList<SecretRef> secrets)
    {
        Dictionary<string, SecretRef> byKey = secrets.ToDictionary(static s => s.Definition!.Key, StringComparer.Ordinal);
        List<SecretRef> ordered = [];
        HashSet<string> seen = new(StringComparer.Ordinal);

        // Categories stay together, in the order in which the file names them first. A row of references can be longer than the stack.
        foreach (
            SecretRef first in secrets.GroupBy(static s => s.Definition!.Category ?? "other", StringComparer.Ordinal).SelectMany(c => c)
        )
        {
            Stack<(SecretRef Secret, IEnumerator<string> Needed)> open = [];
            Enter(first);
            while (open.TryPeek(out (SecretRef Secret, IEnumerator<string> Needed) at))
            {
                if (!at.Needed.MoveNext())
                {
                    open.Pop().Needed.Dispose();
                    ordered.Add(at.Secret);
                }
                else if (byKey.TryGetValue(at.Needed.Current, out SecretRef? needed))
                {
                    Enter(needed);
                }
            }

            void Enter(SecretRef secret)
            {
                if (seen.Add(secret.Definition!.Key))
                {
                    open.Push((secret, DefaultsOf(secret.Definition).Select(static r => r.Key).GetEnumerator()));
                }
            }
        }

        return ordered;
    }

    /// <summary>What the defaults of a secret and its fields refer to.</summary>
    private static IEnumerable<TemplateReference> DefaultsOf(CatalogSecret secret) =>
        secret.Fields.Select(static f => f.Default).Append(secret.Default).OfType<Template>().SelectMany(static t => t.References);

    /// <summary>Asks for each in order, and writes as many at a time as the store likes.</summary>
    private static async IAsyncEnumerable<SetupResult> ApplyAllAsync(
        Workspace workspace,
        List<SetupDecision> decisions,
        InitializeOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        int done = 0;
        await foreach (
            SetupResult result in Ordered.RunAsync(
                decisions,
                workspace.Store.Concurrency,
                (decision, token) => ApplyAsync(workspace, decision, options, host, token),
                cancellationToken
            )
        )
        {
            host.Progress(new ProgressUpdate("Setting secrets up", result.StoreName, ++done, decisions.Count));
            yield return result;
        }
    }

    private static async Task<SetupResult> ApplyAsync(
        Workspace workspace,
        SetupDecision decision,
        InitializeOptions options,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        SecretRef secret = decision.Secret;
        SetupResult result = new()
        {
            Name = secret.Definition!.Key,
            StoreName = secret.StoreName,
            Category = secret.Definition.Category,
            Status = decision.Status,
            Version = decision.Current,
            Source = decision.Source.ToString(),
            Message = decision.Message,
            Error = decision.Error,
            Environment = workspace.Environment?.Name,
            Store = workspace.Place.Store.ToString(),
            Place = workspace.Place.ToString(),
        };
        if (decision.Value is null)
        {
            return result;
        }

        cancellationToken.ThrowIfCancellationRequested();
        string action = decision.Exists
            ? (decision.Current is null ? "Add the first version" : "Add a version")
            : "Create with a first version";
        if (!await host.ShouldProcessAsync($"'{secret.StoreName}' in the {workspace.Place}", action, cancellationToken))
        {
            return result with { Status = host.IsWhatIf ? ItemStatus.Planned : ItemStatus.Skipped, Message = action };
        }

        try
        {
            string? version = decision.Exists
                ? (
                    await workspace.Store.AddVersionAsync(secret.StoreName, decision.Value, null, decision.Current ?? "", cancellationToken)
                ).Version
                : (
                    await workspace.Store.CreateAsync(
                        secret.StoreName,
                        workspace.LabelsOfNew(secret.Definition.Labels),
                        decision.Value,
                        cancellationToken
                    )
                ).CurrentVersion;
            foreach ((string label, SecretValue value) in options.ShowGenerated ? decision.Generated : [])
            {
                host.Reveal(label, value);
            }

            return result with
            {
                Status = decision.Exists ? ItemStatus.Updated : ItemStatus.Created,
                Version = version,
            };
        }
        catch (FlowSecretException e)
        {
            FlowSecretException here = workspace.Here(e, secret);
            return result with { Status = ItemStatus.Failed, Message = here.Message, Error = here };
        }
    }
}
