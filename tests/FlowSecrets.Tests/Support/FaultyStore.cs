using System.Reflection;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Support;

/// <summary>A store of which one call fails: before its effect, or after it.</summary>
public class FaultyStore : DispatchProxy
{
    private ISecretStore? _inner;
    private FaultPoint? _point;

    internal static ISecretStore Of(ISecretStore inner, FaultPoint point)
    {
        ISecretStore proxy = Create<ISecretStore, FaultyStore>();
        FaultyStore self = (FaultyStore)(object)proxy;
        (self._inner, self._point) = (inner, point);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.IsSpecialName || targetMethod.Name is "IdentifyAsync" or "ValidateAsync" || !_point!.IsNext(targetMethod.Name))
        {
            return targetMethod.Invoke(_inner, BindingFlags.DoNotWrapExceptions, null, args, null);
        }

        FlowSecretException error = new(ErrorIds.StoreUnavailable, null, "The test broke the connection", "Try again.");
        if (_point.IsAfter && targetMethod.Invoke(_inner, BindingFlags.DoNotWrapExceptions, null, args, null) is Task task)
        {
            task.GetAwaiter().GetResult();
        }

        return targetMethod.ReturnType == typeof(Task) ? Task.FromException(error)
            : targetMethod.ReturnType.IsGenericType && targetMethod.ReturnType.GetGenericTypeDefinition() == typeof(Task<>)
                ? typeof(Task)
                    .GetMethod(nameof(Task.FromException), 1, [typeof(Exception)])!
                    .MakeGenericMethod(targetMethod.ReturnType.GenericTypeArguments)
                    .Invoke(null, [error])
            : throw error;
    }
}

/// <summary>Which call fails.</summary>
internal sealed class FaultPoint(int at, bool isAfter)
{
    private int _calls;

    public bool IsAfter => isAfter;

    public string? Failed { get; private set; }

    public bool IsNext(string method)
    {
        if (Interlocked.Increment(ref _calls) != at)
        {
            return false;
        }

        Failed = method;
        return true;
    }
}

/// <summary>Providers whose stores are changed before they are used.</summary>
internal sealed class ProvidersWith(IProviders inner, Func<ISecretStore, ISecretStore> change) : IProviders
{
    public IDocumentFormat Documents => inner.Documents;

    public void Prepare(StoreKind store) => inner.Prepare(store);

    public ISecretStore OpenStore(StoreSelection selection, Func<string, string?> environment) =>
        change(inner.OpenStore(selection, environment));

    public IExternalSecrets OpenExternalSecrets(ClusterSpace space, Func<string, string?> environment) =>
        inner.OpenExternalSecrets(space, environment);

    public IWorkload OpenWorkload(CatalogWorkload workload, StoreSelection store, Func<string, string?> environment) =>
        inner.OpenWorkload(workload, store, environment);

    public string ServerOf(CatalogTarget target, string key, SecretValue value, bool isAdmin) =>
        inner.ServerOf(target, key, value, isAdmin);

    public IRotationTarget OpenTarget(RotationTargetSettings settings) => inner.OpenTarget(settings);
}
