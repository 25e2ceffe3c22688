using FlowSecrets.Values;

namespace FlowSecrets.Operations.Transfer;

/// <summary>What an export gives out: what became of a variable, or the document. The receiver disposes of it.</summary>
internal sealed record ExportOutput : ItemResult, IDisposable
{
    public ExportedVariable? Variable { get; init; }

    public SecretValue? Document { get; init; }

    public static ExportOutput Of(ExportedVariable variable) =>
        new()
        {
            Status = variable.Status,
            Error = variable.Error,
            Variable = variable,
        };

    public void Dispose() => Document?.Dispose();
}
