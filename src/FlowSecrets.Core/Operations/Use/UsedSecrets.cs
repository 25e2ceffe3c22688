using FlowSecrets.Files;
using FlowSecrets.Redaction;

namespace FlowSecrets.Operations.Use;

/// <summary>The values that a program or a script block gets. Disposing forgets them and removes their files.</summary>
internal sealed class UsedSecrets : IDisposable
{
    /// <summary>Names and values of the variables. A value that is missing has none.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    /// <summary>Variables of other workloads, which the program must not inherit.</summary>
    public required IReadOnlySet<string> Foreign { get; init; }

    /// <summary>The version of each secret that was read, by its name in the store.</summary>
    public required IReadOnlyDictionary<string, string> Versions { get; init; }

    /// <summary>Finds the sensitive values in what is printed.</summary>
    public required RedactionPatterns Patterns { get; init; }

    /// <summary>Files of values; null: none.</summary>
    public RunFolder? Files { get; init; }

    public void Dispose()
    {
        Files?.Dispose();
        Patterns.Dispose();
    }
}
