using System.Reflection;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.LocalEnv;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Local;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.LocalEnv;

/// <summary>What was fetched before the rest failed is erased.</summary>
public sealed class SyncDisposalTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task TheOutcomesOfAFailedFetchAreErased()
    {
        _sandbox.Write(
            "flowsecrets.yaml",
            """
            application: app
            default: local
            environments: { local: { store: local } }
            secrets: { one: { env: ONE }, two: { env: TWO } }
            localEnv: { path: .env }
            """
        );
        await LocalStoreKeyTests.CreateAsync(_sandbox.Store(), "one", "value-one");
        await LocalStoreKeyTests.CreateAsync(_sandbox.Store(), "two", "value-two");
        List<ReadOutcome> given = [];
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            new SyncLocalEnvOperation(
                new OperationContext(() => Providers.Over(_sandbox.Providers, given), _sandbox.Folder) { Variable = _sandbox.Variable }
            ).RunAsync(new SyncOptions(), new TestHost())
        );
        Assert.Equal(ErrorIds.StoreUnavailable, error.Id);
        ReadOutcome only = Assert.Single(given);
        Assert.Throws<ObjectDisposedException>(() => only.Secret!.Value.IsEmpty());
        Assert.False(File.Exists(_sandbox.File(".env")));
    }

    /// <summary>A store whose reading of many breaks off after the first outcome, and the providers that open it.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1852", Justification = "DispatchProxy derives a type from it.")]
    private class Providers : DispatchProxy
    {
        private List<ReadOutcome> _given = null!;
        private object _inner = null!;

        public static IProviders Over(IProviders inner, List<ReadOutcome> given) => Wrap(inner, given);

        protected override object? Invoke(MethodInfo? method, object?[]? arguments)
        {
            if (method!.Name == nameof(ISecretStore.ReadManyAsync))
            {
                return BreakOffAsync((IAsyncEnumerable<ReadOutcome>)method.Invoke(_inner, arguments)!);
            }

            object? result = method.Invoke(_inner, arguments);
            return result is ISecretStore store ? Wrap(store, _given) : result;
        }

        private static T Wrap<T>(T inner, List<ReadOutcome> given)
            where T : class
        {
            T wrapped = Create<T, Providers>();
            ((Providers)(object)wrapped)._inner = inner;
            ((Providers)(object)wrapped)._given = given;
            return wrapped;
        }

        private async IAsyncEnumerable<ReadOutcome> BreakOffAsync(IAsyncEnumerable<ReadOutcome> outcomes)
        {
            await foreach (ReadOutcome outcome in outcomes)
            {
                _given.Add(outcome);
                yield return outcome;
                throw new FlowSecretException(ErrorIds.StoreUnavailable, "app", "The connection broke", "Try again.");
            }
        }
    }
}
