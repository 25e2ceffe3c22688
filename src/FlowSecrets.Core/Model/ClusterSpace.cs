using FlowSecrets.Errors;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Model;

/// <summary>A namespace of a cluster, as kubectl reaches it.</summary>
/// <param name="Context">Of kubectl; null: its current one.</param>
/// <param name="Namespace">Null: the context's own.</param>
internal sealed record ClusterSpace(string? Context, string? Namespace)
{
    private ShellCommand InContext => Context is null ? None : Shell($"--context={Context}");

    /// <summary>Such as: kubectl --context='prod' --namespace='shop' describe 'externalsecret/db'.</summary>
    public ShellCommand Command(ShellCommand verb, string kind, string name) => Command(Shell($"{verb} {kind}/{name}"));

    public ShellCommand Command(ShellCommand rest) =>
        Namespace is null ? Shell($"kubectl {InContext} {rest}") : Shell($"kubectl {InContext} --namespace={Namespace} {rest}");

    /// <summary>A merge patch of one object.</summary>
    public ShellCommand Patch(string kind, string name, string patch) =>
        Command(Shell($"patch {kind}/{name} --type=merge --patch={patch}"));

    /// <summary>For what is in no namespace, or in all.</summary>
    public ShellCommand Everywhere(ShellCommand rest) => Shell($"kubectl {InContext} {rest}");

    /// <summary>The arguments of a cmdlet of ours for one ExternalSecret here.</summary>
    public ShellCommand Arguments(string name)
    {
        ShellCommand space = Namespace is null ? None : Shell($"-Namespace {Namespace}");
        return Context is null ? Shell($"{name} {space}") : Shell($"{name} {space} -Context {Context}");
    }

    public override string ToString() =>
        $"{(Namespace is null ? "the context's own namespace" : $"the namespace '{Namespace}'")} of "
        + $"{(Context is null ? "kubectl's current context" : $"the context '{Context}'")}";
}
