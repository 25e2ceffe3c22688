namespace FlowSecrets;

/// <summary>How a result reads as text.</summary>
internal static class ResultText
{
    /// <summary>"jwt-secret (version 2)"; without a version the name alone.</summary>
    public static string Of(string name, string? version) => version is null ? name : $"{name} (version {version})";
}
