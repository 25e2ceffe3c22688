using System.Reflection;
using FlowSecrets.Ports;

namespace FlowSecrets.Tests.Operations.Copying;

/// <summary>A store that says that it takes values of 8 bytes.</summary>
public class SmallStore : DispatchProxy
{
    private ISecretStore? _inner;

    internal static ISecretStore Of(ISecretStore inner)
    {
        ISecretStore proxy = Create<ISecretStore, SmallStore>();
        ((SmallStore)(object)proxy)._inner = inner;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod!.Name == "get_Capabilities"
            ? _inner!.Capabilities with
            {
                MaxValueBytes = 8,
            }
            : targetMethod.Invoke(_inner, BindingFlags.DoNotWrapExceptions, null, args, null);
}
