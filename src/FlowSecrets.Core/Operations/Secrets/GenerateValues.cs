using System.Runtime.CompilerServices;
using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Secrets;

internal sealed record GenerateOptions
{
    public GenerateSpec Spec { get; init; } = new(GenerateKind.Password);

    public int Count { get; init; } = 1;
}

/// <summary>Makes values without storing them. The receiver disposes of them.</summary>
internal sealed class GenerateValuesOperation : IOperation<GenerateOptions, GeneratedSecret>
{
    public async IAsyncEnumerable<GeneratedSecret> RunAsync(
        GenerateOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await Task.CompletedTask;
        for (int i = 0; i < options.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return SecretGenerator.Generate(options.Spec);
        }
    }
}
