using System.Diagnostics;
using FlowSecrets.Tests.Pester;

namespace FlowSecrets.Tests.Support;

/// <summary>A PowerShell 7.6 or later, as a program and the arguments that come first: the .NET tool is <c>dotnet pwsh.dll</c>.</summary>
internal sealed record PowerShellProgram(string Program, params string[] First)
{
    private const string Variable = "FLOWSECRETS_PWSH";
    private static readonly Version Oldest = new(7, 6);
    private static readonly Lazy<PowerShellProgram> Found = new(Look);

    /// <summary>The one that FLOWSECRETS_PWSH names, else the .NET tool that .config/dotnet-tools.json pins, which is restored.</summary>
    /// <exception cref="PesterException">It cannot be had, is broken or too old.</exception>
    public static PowerShellProgram Find() => Found.Value;

    public (int ExitCode, string Output, string Error) Run(
        string folder,
        IReadOnlyDictionary<string, string>? environment,
        params string[] arguments
    ) => Tool.Run(Program, folder, environment, [.. First, .. arguments]);

    public ProcessStartInfo Start(params string[] arguments) => new(Program, [.. First, .. arguments]) { UseShellExecute = false };

    private static PowerShellProgram Look() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? Named(named) : Restored();

    /// <exception cref="PesterException">It is no PowerShell, or too old.</exception>
    public static PowerShellProgram Named(string program)
    {
        string answer = Ask(new PowerShellProgram(program), "$PSVersionTable.PSVersion.ToString()", out string error);
        return IsNewEnough(answer)
            ? new PowerShellProgram(program)
            : throw new PesterException(
                $"{Variable} names '{program}', which is not a working PowerShell {Oldest} or later ({Line(answer)}{Line(error)}). "
                    + "Name another one, or unset the variable to test with the repository's own."
            );
    }

    public static bool IsNewEnough(string answer) => Version.TryParse(answer.Split('-')[0], out Version? version) && version >= Oldest;

    private static PowerShellProgram Restored()
    {
        (int exitCode, string output, string error) = Tool.Run("dotnet", Repository.Root, null, "tool", "restore");
        if (exitCode != 0)
        {
            throw new PesterException(
                $"PowerShell could not be restored ({Line(output + error)}). Check the network and the package source, then run: dotnet "
                    + $"tool restore"
            );
        }

        // The launcher starts the real one as a child and outlives nothing: run the real one, which can be stopped.
        string home = Ask(new PowerShellProgram("dotnet", "tool", "run", "pwsh", "--"), "$PSHOME", out string said);
        string program = Path.Combine(home, "pwsh.dll");
        return File.Exists(program)
            ? new PowerShellProgram("dotnet", program)
            : throw new PesterException($"The restored PowerShell does not start ({Line(said)}). Run: dotnet pwsh -NoProfile -Command 1");
    }

    private static string Ask(PowerShellProgram program, string expression, out string error)
    {
        try
        {
            (_, string output, error) = program.Run(Repository.Root, null, "-NoProfile", "-NonInteractive", "-Command", expression);
            return output.Trim();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            error = e.Message;
            return "";
        }
    }

    private static string Line(string text) =>
        string.Join(' ', text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(2));
}
