namespace FlowSecrets.Tests.Support;

/// <summary>The repository that the tests stand in.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

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
