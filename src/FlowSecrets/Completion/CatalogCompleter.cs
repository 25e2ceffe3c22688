using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using FlowSecrets.Catalogs;
using FlowSecrets.Hosting;
using FlowSecrets.Operations;

namespace FlowSecrets.Completion;

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
        OperationContext context = new(static () => ProviderLoader.Providers, folder);
        return CatalogLoader.Find(context.Catalogs, bound["CatalogPath"] as string);
    }
}
