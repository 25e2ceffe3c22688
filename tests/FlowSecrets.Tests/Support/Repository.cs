namespace FlowSecrets.Tests.Support;

/// <summary>The repository that the tests stand in.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>
    /// The process that tests start and kill; .ci/run may give one that is compiled ahead, which starts faster. Else it is in its own
    /// folder: beside the tests, what ASP.NET brings is left out.
    /// </summary>
    public static string Worker { get; } =
        Environment.GetEnvironmentVariable("FLOWSECRETS_WORKER") is { Length: > 0 } given
            ? given
            : Path.Combine(
                AppContext.BaseDirectory.Replace("FlowSecrets.Tests", "FlowSecrets.Worker", StringComparison.Ordinal),
                "FlowSecrets.Worker.dll"
            );

    /// <summary>The long form of soaks, which .ci/run asks for; the number of rounds that it gives, else the short one.</summary>
    public static int Rounds(string variable, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out int rounds) && rounds > 0 ? rounds : usual;

    private static string Find()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "FlowSecrets.psd1")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException("The repository's root was not found.");
    }
}
