namespace FlowSecrets.Operations.Transfer;

internal sealed record ExportOptions : VariableOptions
{
    public ExportFormat Format { get; init; }

    /// <summary>The file, or for user secrets also the project; null: what the format says, else the pipeline.</summary>
    public string? Path { get; init; }

    /// <summary>The document comes out as text.</summary>
    public bool AsPlainText { get; init; }

    /// <summary>Replace a file that is there, and accept that others can read the values of a dotenv report.</summary>
    public bool Force { get; init; }

    /// <summary>What a log command cannot carry goes into a file, and the variable has its path.</summary>
    public bool MultilineAsFile { get; init; }

    /// <summary>Name of the Kubernetes Secret; null: the workload's or the application's.</summary>
    public string? KubernetesSecret { get; init; }

    public string? Namespace { get; init; }
}
