using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using FlowSecrets.Catalogs;
using FlowSecrets.Hosting;
using FlowSecrets.Operations;

namespace FlowSecrets.Commands;

/// <summary>Completes from the catalog here, which is read from the disk at most; never from a store.</summary>
public abstract class CatalogCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    )
    {
        string word = wordToComplete.Trim('\'', '"');
        try
        {
            return
            [
                .. Candidates(fakeBoundParameters)
                    .Where(c => c.StartsWith(word, StringComparison.OrdinalIgnoreCase))
                    .Select(static c => new CompletionResult(c)),
            ];
        }
        catch (FlowSecretException)
        {
            return [];
        }
    }

    private protected abstract IEnumerable<string> Candidates(IDictionary bound);

    private protected static Catalog? FindCatalog(IDictionary bound)
    {
        // The session is busy completing, so it is asked from within.
        using PowerShell inner = PowerShell.Create(RunspaceMode.CurrentRunspace);
        string folder =
            inner
                .AddCommand("Microsoft.PowerShell.Management\\Get-Location")
                .AddParameter("PSProvider", "FileSystem")
                .Invoke<PathInfo>()
                .FirstOrDefault()
                ?.ProviderPath
            ?? Environment.CurrentDirectory;
        return CatalogLoader.Find(new OperationContext(static () => ProviderLoader.Providers, folder), bound["CatalogPath"] as string);
    }
}

/// <summary>Keys of the catalog.</summary>
public sealed class SecretNameCompleter : CatalogCompleter
{
    private protected override IEnumerable<string> Candidates(IDictionary bound) =>
        FindCatalog(bound)?.Secrets.Select(static s => s.Key) ?? [];
}

/// <summary>Environments of the catalog.</summary>
public sealed class EnvironmentCompleter : CatalogCompleter
{
    private protected override IEnumerable<string> Candidates(IDictionary bound) => FindCatalog(bound)?.Environments.Keys ?? [];
}

/// <summary>Fields of the secret that is named already.</summary>
public sealed class FieldCompleter : CatalogCompleter
{
    private protected override IEnumerable<string> Candidates(IDictionary bound) =>
        Named(bound) is { } name ? FindCatalog(bound)?.Find(name)?.Fields.Select(static f => f.Name) ?? [] : [];

    internal static string? Named(IDictionary bound) =>
        (bound["Name"] ?? bound["StoreName"]) switch
        {
            string one => one,
            IEnumerable many => many.Cast<object>().FirstOrDefault()?.ToString(),
            _ => null,
        };
}

/// <summary>Versions that this session has listed.</summary>
public sealed class VersionCompleter : CatalogCompleter
{
    private protected override IEnumerable<string> Candidates(IDictionary bound) =>
        FieldCompleter.Named(bound) is { } name ? SeenVersions.Of(name) : [];
}

/// <summary>The stages that every store knows.</summary>
public sealed class StageCompleter : CatalogCompleter
{
    private protected override IEnumerable<string> Candidates(IDictionary bound) => [Stages.Current, Stages.Pending, Stages.Previous];
}

/// <summary>Principals that the catalog's 'access' entries name.</summary>
public sealed class PrincipalCompleter : CatalogCompleter
{
    private protected override IEnumerable<string> Candidates(IDictionary bound) =>
        FindCatalog(bound) is { } catalog
            ? catalog
                .Access.Concat(catalog.Environments.Values.SelectMany(static e => e.Access ?? []))
                .Select(static a => a.Principal)
                .Distinct(StringComparer.Ordinal)
            : [];
}

/// <summary>Workloads of the catalog.</summary>
public sealed class WorkloadCompleter : CatalogCompleter
{
    private protected override IEnumerable<string> Candidates(IDictionary bound) =>
        FindCatalog(bound) is { } catalog
            ? catalog
                .Workloads.Keys.Concat(catalog.Environments.Values.SelectMany(static e => e.Workloads?.Keys ?? []))
                .Distinct(StringComparer.Ordinal)
            : [];
}
