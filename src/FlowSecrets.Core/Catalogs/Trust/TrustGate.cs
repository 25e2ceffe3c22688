using System.Security.Cryptography;
using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Ports;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Catalogs.Trust;

/// <summary>
/// What one command may do that only its catalog says. A catalog comes with a repository, so it is data from a stranger until the user
/// approves what it reaches.
/// </summary>
/// <param name="trustsAll">-TrustCatalog: the user trusts the catalog for this call.</param>
internal sealed class TrustGate(Catalog catalog, bool trustsAll, IOperationHost host, Func<string, string?> variable)
{
    public const string Variable = "FLOWSECRETS_TRUSTED_CATALOG";

    /// <summary>The most bytes of a script.</summary>
    private const long ScriptLimit = 16 * 1024 * 1024;

    private HashSet<TrustRecord>? _known;
    private string? _realPath;
    private bool? _isTrusted;

    /// <summary>The catalog's path without links, which its records carry.</summary>
    public string RealPath => _realPath ??= FilePaths.Real(catalog.Path);

    /// <summary>Whether the user trusts the whole file: by -TrustCatalog or FLOWSECRETS_TRUSTED_CATALOG.</summary>
    public bool IsTrusted => _isTrusted ??= trustsAll || IsNamedByVariable();

    /// <summary>The stored records of the catalog, read once for a command.</summary>
    private HashSet<TrustRecord> Known => _known ??= [.. ApprovalFile.Read(RealPath, variable)];

    /// <summary>The record of a script with its present content.</summary>
    /// <exception cref="FlowSecretException">RotationNotConfigured: it is not there. FileUnsafe.</exception>
    public static TrustRecord ScriptRecord(string path)
    {
        byte[] content =
            FileReader.Regular(FilePaths.Real(path), ScriptLimit, ErrorIds.RotationNotConfigured)
            ?? throw new FlowSecretException(
                ErrorIds.RotationNotConfigured,
                path,
                $"There is no script '{path}'",
                "Correct its path in the catalog."
            );
        return new TrustRecord(TrustKind.Runs, FilePaths.Real(path), Convert.ToHexStringLower(SHA256.HashData(content)));
    }

    /// <summary>Whether a record is approved. Nothing is asked.</summary>
    public bool Allows(TrustRecord record) => IsTrusted || Known.Contains(record);

    /// <summary>
    /// Asks once for everything that is not approved yet, before a command's first effect, and stores a yes. Under -WhatIf it is only
    /// listed. Where nobody can answer, or the answer is no, <see cref="Refusal"/> says so for each item.
    /// </summary>
    public async Task AskAsync(IEnumerable<TrustRecord> records, CancellationToken cancellationToken)
    {
        TrustRecord[] missing = [.. records.Distinct().Where(r => !Allows(r))];
        if (missing.Length == 0)
        {
            return;
        }

        if (host.IsWhatIf)
        {
            host.Say($"The catalog '{catalog.Path}' is not approved for this. The command would ask whether it may do this:");
            Array.ForEach(missing, r => host.Say($"  {r}"));
            return;
        }

        ApprovalQuestion question = new(catalog.Path, [.. missing.Select(static r => r.ToString())], RemedyOf(missing));
        try
        {
            if (await host.ApproveAsync(question, cancellationToken))
            {
                ApprovalFile.Add(RealPath, missing, variable);
                Known.UnionWith(missing);
            }
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.CannotPrompt)
        {
            // Each item that needs it says so.
        }
    }

    /// <summary>Why an item cannot be done; null: it can. Under -WhatIf everything is shown.</summary>
    public FlowSecretException? Refusal(IEnumerable<TrustRecord> records, string? target = null)
    {
        TrustRecord[] missing = host.IsWhatIf ? [] : [.. records.Where(r => !Allows(r))];
        return missing.Length == 0 ? null : NotTrusted(missing, target);
    }

    /// <summary>The same for what concerns the whole command.</summary>
    /// <exception cref="FlowSecretException">CatalogNotTrusted.</exception>
    public async Task RequireAsync(IReadOnlyCollection<TrustRecord> records, CancellationToken cancellationToken)
    {
        await AskAsync(records, cancellationToken);
        if (Refusal(records) is { } refusal)
        {
            throw refusal;
        }
    }

    /// <summary>Looks again just before a script is started or a server is called.</summary>
    /// <exception cref="FlowSecretException">CatalogNotTrusted: the record is missing, or a script has changed since.</exception>
    public void Require(TrustRecord record, string? target = null)
    {
        if (!Allows(record))
        {
            throw NotTrusted([record], target);
        }
    }

    private FlowSecretException NotTrusted(IReadOnlyList<TrustRecord> missing, string? target) =>
        new(
            ErrorIds.CatalogNotTrusted,
            target ?? catalog.Path,
            $"The catalog '{catalog.Path}' was not approved for this: {string.Join("; ", missing)}",
            RemedyOf(missing)
        );

    private Remedy RemedyOf(IReadOnlyList<TrustRecord> missing)
    {
        ShellCommand[] commands =
        [
            .. missing
                .Where(static r => r.Kind == TrustKind.Connects)
                .Select(r => Shell($"Approve-FlowSecretCatalog -CatalogPath {catalog.Path} -Server {r.Subject}")),
            .. missing
                .Where(static r => r.Kind == TrustKind.Uses)
                .Select(r => Shell($"Approve-FlowSecretCatalog -CatalogPath {catalog.Path} -Secret {r.Subject}")),
        ];
        if (commands.Length == 0)
        {
            commands = [Shell($"Approve-FlowSecretCatalog -CatalogPath {catalog.Path}")];
        }

        Remedy remedy = commands
            .Skip(1)
            .Aggregate(Remedy.Of($"Read the catalog, then run: {commands[0]}"), static (r, c) => r.Then(Remedy.Of($"And: {c}")));
        return remedy.Then(Remedy.Of($"In CI set {Variable} to its absolute path, but never for code of a pull request from a fork."));
    }

    private bool IsNamedByVariable()
    {
        if (variable(Variable) is not { } named)
        {
            return false;
        }

        return Path.IsPathFullyQualified(named)
            ? FilePaths.AreSame(FilePaths.Real(named), RealPath)
            : throw new FlowSecretException(
                ErrorIds.BadArgument,
                named,
                $"{Variable} is '{named}', which is not an absolute path",
                "Set it to the catalog's absolute path, for example by (Resolve-Path flowsecrets.yaml).Path"
            );
    }
}
