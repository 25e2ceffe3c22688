using FlowSecrets.Tests.Support;
using CliResult = (int ExitCode, string Output, string Error);
using Variables = System.Collections.Generic.IReadOnlyDictionary<string, string>;

namespace FlowSecrets.Tests.Witnesses;

/// <summary>The vendors' CLIs: resident where that can be, else started for every command. Without the CLI a test is skipped.</summary>
internal static class VendorCli
{
    // gcloud's start script chooses the interpreter and puts these arguments before its own program.
    private static readonly Lazy<ResidentCli?> ResidentGcloud = new(static () =>
        ResidentCli.Start(
            Tool.Require("gcloud"),
            new Dictionary<string, string>(StringComparer.Ordinal) { ["CLOUDSDK_PYTHON_ARGS"] = $" -S {ResidentCli.Script} gcloud" }
        )
    );

    private static readonly Lazy<ResidentCli?> ResidentAws = new(static () =>
        ResidentCli.Start(Tool.Require("python3"), new Dictionary<string, string>(StringComparer.Ordinal), ResidentCli.Script, "aws")
    );

    private static readonly Lazy<bool> PythonHasAws = new(static () =>
        ResidentAws.Value is not null
        || Tool.Run(Tool.Require("python3"), Path.GetTempPath(), null, "-c", "import awscli.clidriver").ExitCode == 0
    );

    /// <summary>Null where it cannot stay.</summary>
    public static ResidentCli? GcloudThatStays => ResidentGcloud.Value;

    /// <summary>The one that python3 imports; null where it cannot stay.</summary>
    public static ResidentCli? AwsThatStays => ResidentAws.Value;

    /// <summary>Whether it is a script that lies beside python3, hence of the CLI that python3 imports.</summary>
    public static bool IsOfPython(string program)
    {
        using FileStream file = File.OpenRead(program);
        return file.ReadByte() == '#'
            && file.ReadByte() == '!'
            && Path.GetDirectoryName(program) == Path.GetDirectoryName(Tool.Find("python3"));
    }

    public static CliResult Gcloud(string folder, Variables environment, params string[] arguments)
    {
        string program = Tool.Require("gcloud");
        return GcloudThatStays?.Run(folder, environment, arguments) ?? Tool.Run(program, folder, environment, arguments);
    }

    /// <summary>The aws on PATH.</summary>
    public static CliResult Aws(string folder, Variables environment, params string[] arguments)
    {
        string program = Tool.Require("aws");
        ResidentCli? resident = IsOfPython(program) ? AwsThatStays : null;
        return resident?.Run(folder, environment, arguments) ?? Tool.Run(program, folder, environment, arguments);
    }

    /// <summary>Has the aws CLI that python3 imports, whatever is on PATH, run the commands of a JSON file in one process.</summary>
    /// <returns>Of its output: exit code, output and error of each, as JSON.</returns>
    public static CliResult AwsOfPython(string folder, Variables environment, string file)
    {
        string python = Tool.Require("python3");
        Assert.SkipUnless(PythonHasAws.Value, "python3 has no awscli.");
        return AwsThatStays?.Run(folder, environment, "--commands", file)
            ?? Tool.Run(python, folder, environment, ResidentCli.Script, "aws", "--commands", file);
    }
}
