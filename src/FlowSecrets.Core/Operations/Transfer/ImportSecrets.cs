using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs.Trust;
using FlowSecrets.Concurrency;
using FlowSecrets.Errors;
using FlowSecrets.Formats;
using FlowSecrets.Model;
using FlowSecrets.Operations.Setup;
using FlowSecrets.Ports;
using FlowSecrets.Text;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Transfer;

internal sealed record ImportOptions : SecretTargetOptions
{
    /// <summary>An absolute path; null: the values come from elsewhere.</summary>
    public string? Path { get; init; }

    /// <summary>A document that was piped; null: none, and without a path and a vault the standard input is read.</summary>
    public string? Text { get; init; }

    /// <summary>The name of a SecretManagement vault.</summary>
    public string? Vault { get; init; }

    /// <summary>What the vault holds; null: the values come from elsewhere.</summary>
    public IReadOnlyList<VaultSecret>? VaultSecrets { get; init; }

    /// <summary>The format of the file or text; null: as the file's name says.</summary>
    public string? Format { get; init; }

    /// <summary>The variable whose parts are the secrets; null: each variable is one.</summary>
    public string? Expand { get; init; }

    /// <summary>Let the source replace values that exist.</summary>
    public bool UpdateExisting { get; init; }

    /// <summary>Take out of the file what was imported, after all of it was read back.</summary>
    public bool RemoveSource { get; init; }

    public bool OverwriteEncryptionKey { get; init; }
}

/// <summary>
/// Brings the values of a file, a text or a vault into the store: plans first, writes what differs, and reads each value back.
/// </summary>
internal sealed class ImportSecretsOperation(OperationContext context) : IOperation<ImportOptions, ImportResult>
{
    public async IAsyncEnumerable<ImportResult> RunAsync(
        ImportOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Workspace workspace = await Workspace.OpenAsync(context, options, host, cancellationToken);
        string target = workspace.Catalog?.LocalEnv.Target ?? ValueFiles.Env;
        string otherwise = ValueFiles.Formats.Any(f => f.Dialect == target) ? target : ValueFiles.Env;
        ImportSource source = ImportSource.Read(options, context, otherwise);
        SourceRemoval? removal = options.RemoveSource ? SourceRemoval.Of(source, options.Path!, context.Providers().Documents) : null;
        if (source.File.Notes.Count > 0)
        {
            host.Warning($"{source.Label}: {string.Join("; ", source.File.Notes)}.");
        }

        ImportMapping mapping = ImportMapping.Of(workspace, source, options.Names, host);
        SecretRef[] secrets =
        [
            .. mapping.Units.Select(static u => u.Secret).OfType<SecretRef>().DistinctBy(static s => s.StoreName, StringComparer.Ordinal),
        ];
        await workspace.Store.IdentifyAsync(cancellationToken);
        await RequireAsync(workspace, secrets, cancellationToken);
        host.Verbose($"Importing {Words.Count(secrets.Length, "secret")} from {source.Label} into the {workspace.Place}.");
        using SetupState state = await SetupState.ReadAsync(workspace, secrets, host, cancellationToken);
        ImportPlanner planner = new(workspace, options, source.Label, mapping.Meanings, state);
        List<ImportItem> items = [.. mapping.Units.Select(planner.Decide)];
        try
        {
            List<string> imported = [];
            List<string> others = [];
            await foreach (
                (ImportItem item, ImportResult result, bool isVerified) in ApplyAllAsync(workspace, items, host, cancellationToken)
            )
            {
                if (item.Action != ImportItem.Skip)
                {
                    bool isSure = isVerified || (host.IsWhatIf && item.Value is not null);
                    (isSure && !item.IsPartial ? imported : others).AddRange(item.Unit.Sources);
                }

                yield return result;
            }

            if (removal is not null && (imported.Count > 0 || others.Count > 0))
            {
                await removal.RunAsync(imported, others, host, cancellationToken);
            }
        }
        finally
        {
            items.ForEach(static i => i.Dispose());
        }
    }

    /// <summary>What the catalog alone names needs approval; so does writing over a secret of another catalog.</summary>
    private static async Task RequireAsync(Workspace workspace, SecretRef[] secrets, CancellationToken cancellationToken)
    {
        if (workspace.Trust is { } trust && secrets.Length > 0)
        {
            IReadOnlyList<TrustRecord> uses = await workspace.UseRecordsAsync(secrets, static _ => false, cancellationToken);
            await trust.RequireAsync([.. workspace.WriteRecords, .. uses], cancellationToken);
        }
    }

    private static async IAsyncEnumerable<(ImportItem Item, ImportResult Result, bool IsVerified)> ApplyAllAsync(
        Workspace workspace,
        List<ImportItem> items,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        int done = 0;
        await foreach (
            (ImportItem Item, ImportResult Result, bool IsVerified) answer in Ordered.RunAsync(
                items,
                workspace.Store.Concurrency,
                (item, token) => ApplyAsync(workspace, item, host, token),
                cancellationToken
            )
        )
        {
            host.Progress(new ProgressUpdate("Importing secrets", answer.Result.ToString(), ++done, items.Count));
            yield return answer;
        }
    }

    private static async Task<(ImportItem Item, ImportResult Result, bool IsVerified)> ApplyAsync(
        Workspace workspace,
        ImportItem item,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        ImportResult result = Result(workspace, item);
        if (item.Value is null)
        {
            return (item, result, item.Action == ImportItem.Same);
        }

        SecretRef secret = item.Unit.Secret!;
        cancellationToken.ThrowIfCancellationRequested();
        if (!await host.ShouldProcessAsync($"'{secret.StoreName}' in the {workspace.Place}", item.Effect, cancellationToken))
        {
            string status = host.IsWhatIf ? ItemStatus.Planned : ItemStatus.Skipped;
            return (item, result with { Status = status, Message = item.Message }, false);
        }

        try
        {
            string? version = await WriteAsync(workspace, secret, item, cancellationToken);
            await VerifyAsync(workspace, secret, item.Value, version, cancellationToken);
            return (item, result with { Status = item.Exists ? ItemStatus.Updated : ItemStatus.Created, Version = version }, true);
        }
        catch (FlowSecretException e)
        {
            FlowSecretException here = workspace.Here(e, secret);
            return (item, result with { Status = ItemStatus.Failed, Message = here.Message, Error = here }, false);
        }
    }

    private static async Task<string?> WriteAsync(
        Workspace workspace,
        SecretRef secret,
        ImportItem item,
        CancellationToken cancellationToken
    )
    {
        if (item.Exists)
        {
            SecretVersionInfo added = await workspace.Store.AddVersionAsync(
                secret.StoreName,
                item.Value!,
                null,
                item.Current ?? "",
                cancellationToken
            );
            await workspace.ClaimWrittenAsync(secret.StoreName, cancellationToken);
            return added.Version;
        }

        IReadOnlyDictionary<string, string> labels = secret.Definition?.Labels ?? new Dictionary<string, string>(StringComparer.Ordinal);
        return (
            await workspace.Store.CreateAsync(secret.StoreName, workspace.LabelsOfNew(labels), item.Value, cancellationToken)
        ).CurrentVersion;
    }

    /// <summary>Reads what was written, and compares it in memory.</summary>
    /// <exception cref="FlowSecretException">ReadBackFailed.</exception>
    private static async Task VerifyAsync(
        Workspace workspace,
        SecretRef secret,
        SecretValue written,
        string? version,
        CancellationToken cancellationToken
    )
    {
        string cause = "it is another value";
        try
        {
            using ReadSecret read = await workspace.Store.ReadAsync(secret.StoreName, new(version, null), cancellationToken);
            if (read.Value.Equals(written))
            {
                return;
            }
        }
        catch (FlowSecretException e)
        {
            cause = e.CauseClause;
        }

        throw new FlowSecretException(
            ErrorIds.ReadBackFailed,
            secret.StoreName,
            $"'{secret.StoreName}' was written (version {version}), but reading it back did not give the same value: {cause}",
            "Keep the source, and run the same import again: an equal value makes no new version."
        );
    }

    private static ImportResult Result(Workspace workspace, ImportItem item) =>
        new()
        {
            Name = item.Unit.Secret?.Definition?.Key,
            StoreName = item.Unit.Secret?.StoreName,
            Source = [.. item.Unit.Sources],
            Action = item.Action,
            Status = item.Status,
            Version = item.Current,
            Message = item.Message,
            Error = item.Error,
            Environment = workspace.Environment?.Name,
            Store = workspace.Place.Store.ToString(),
            Place = workspace.Place.ToString(),
        };
}
