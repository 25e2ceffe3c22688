namespace FlowSecrets.Operations.Transfer;

/// <summary>Which variables leave the store: those of named secrets, of a workload, or all of the catalog.</summary>
internal record VariableOptions : SecretTargetOptions
{
    /// <summary>Only what this workload consumes.</summary>
    public string? Workload { get; init; }
}
