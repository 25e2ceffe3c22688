using System.Collections;
using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Language;
using FlowSecrets.Catalogs;
using FlowSecrets.Hosting;
using FlowSecrets.Operations;
using FlowSecrets.Text;

namespace FlowSecrets.Completion;

/// <summary>Completes from the catalog here, which is read from the disk at most; never from a store.</summary>
public abstract class CatalogCompleter : IArgumentCompleter
{
    /// <summary>In bytes; what is smaller is read in a moment.</summary>
    private const long LargeFrom = 256 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    private static readonly ConcurrentDictionary<string, Task<Catalog?>> Readings = new(StringComparer.Ordinal);

    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    )
    {
        string word = CompletedWord.Typed(wordToComplete);
        try
        {
            return
            [
                .. Candidates(fakeBoundParameters)
                    .Where(c => c.StartsWith(word, StringComparison.OrdinalIgnoreCase))
                    .Select(c => Result(c, wordToComplete)),
            ];
        }
        catch (FlowSecretException)
        {
            return [];
        }
    }

    /// <summary>The list shows the name as a terminal can; what is inserted is exactly the name.</summary>
    private static CompletionResult Result(string name, string word)
    {
        string text = CompletedWord.Of(name, word);
        string shown = PlainText.Visible(name) is { Length: > 0 } visible ? visible : text;
        return new CompletionResult(text, shown, CompletionResultType.ParameterValue, shown);
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
        return Read(context.Catalogs, bound["CatalogPath"] as string);
    }

    /// <summary>A large catalog is read on in the background, so that the prompt is never held up; the next Tab has it.</summary>
    private static Catalog? Read(CatalogSource source, string? catalogPath)
    {
        if (CatalogLoader.PathOf(source, catalogPath) is not { } path || new FileInfo(path).Length < LargeFrom)
        {
            return CatalogLoader.FindValid(source, catalogPath);
        }

        Task<Catalog?> reading = Readings.AddOrUpdate(
            path,
            _ => Start(source, catalogPath),
            (_, before) => before.IsCompleted ? Start(source, catalogPath) : before
        );
        return ((IAsyncResult)reading).AsyncWaitHandle.WaitOne(Patience) ? reading.GetAwaiter().GetResult() : null;
    }

    private static Task<Catalog?> Start(CatalogSource source, string? catalogPath) =>
        Task.Run(() => CatalogLoader.FindValid(source, catalogPath));
}
