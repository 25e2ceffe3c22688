namespace FlowSecrets.Providers.Aws.Workloads;

/// <summary>
/// What a container gets as environment variables, in the document that describes it. Values of plain ones are not looked at.
/// </summary>
internal interface IContainerVariables
{
    string Container { get; }

    /// <summary>By their variables.</summary>
    IReadOnlyList<KeyValuePair<string, string>> Secrets { get; }

    bool HasPlain(string variable);

    /// <summary>Whatever has the name before is replaced, also a plain one.</summary>
    void Set(string variable, string valueFrom);

    void Remove(string variable);
}
