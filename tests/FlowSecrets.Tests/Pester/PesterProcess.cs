using System.Collections.Concurrent;
using System.Diagnostics;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Pester;

/// <summary>A PowerShell that runs one Pester file after another. It ends with its input, and so with the tests.</summary>
internal sealed class PesterProcess : IDisposable
{
    private const string Done = "FLOWSECRETS-PESTER-DONE";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Reads a file, a home and the path for the results from each line of its input.</summary>
    private const string Script = $$"""
        Import-Module $env:FLOWSECRETS_PESTER -ErrorAction Stop
        while ($null -ne ($line = [Console]::In.ReadLine())) {
            $file, $env:FLOWSECRETS_HOME, $results = $line -split '\|'
            $configuration = New-PesterConfiguration
            $configuration.Run.Path = $file
            $configuration.Run.PassThru = $true
            $configuration.Output.RenderMode = 'Plaintext'
            $result = Invoke-Pester -Configuration $configuration
            $broken = @($result.Containers | Where-Object Result -eq Failed | ForEach-Object ErrorRecord | ForEach-Object { "$_" })
            $cases = @($result.Tests | ForEach-Object {
                [ordered] @{
                    Line = $_.StartLine; Name = $_.ExpandedPath; Outcome = "$($_.Result)"; Seconds = [decimal] $_.Duration.TotalSeconds
                    Message = @($_.ErrorRecord | ForEach-Object { $_.DisplayErrorMessage ?? "$_" }) -join "`n"
                    StackTrace = @($_.ErrorRecord | ForEach-Object { $_.DisplayStackTrace ?? $_.ScriptStackTrace }) -join "`n"
                }
            })
            [System.IO.File]::WriteAllText($results, (ConvertTo-Json @{ Broken = $broken; Cases = $cases } -Depth 4))
            [Console]::Out.WriteLine('{{Done}}')
        }
        """;

    private readonly Process _process;
    private readonly BlockingCollection<string?> _output = [];

    private PesterProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => _output.Add(line.Data);
        process.ErrorDataReceived += (_, line) => _output.Add(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <exception cref="PesterException">There is no PowerShell, or the module does not build.</exception>
    public static PesterProcess Start(string pester)
    {
        ProcessStartInfo start = BuiltModule.PowerShell.Start("-NoProfile", "-NonInteractive", "-Command", Script);
        start.WorkingDirectory = Repository.Root;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.Environment["FLOWSECRETS_PESTER"] = pester;
        start.Environment["FLOWSECRETS_MODULE"] = BuiltModule.Folder;
        start.Environment["FLOWSECRETS_FAKES"] = Path.Combine(AppContext.BaseDirectory, "FlowSecrets.CloudFakes.dll");
        start.Environment["NO_COLOR"] = "1";
        return new PesterProcess(Process.Start(start)!);
    }

    /// <returns>What it printed, if it broke off; null if it wrote the results.</returns>
    public string? Run(string file, string home, string results)
    {
        _process.StandardInput.WriteLine($"{file}|{home}|{results}");
        _process.StandardInput.Flush();
        List<string> lines = [];
        while (_output.TryTake(out string? line, Limit))
        {
            if (line is null)
            {
                return string.Join('\n', lines);
            }

            if (line == Done)
            {
                return null;
            }

            lines.Add(line);
        }

        return $"It was stopped after {Limit.TotalMinutes:0} minutes.\n{string.Join('\n', lines)}";
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        // The queue stays: the last lines of a killed process may still come, on another thread.
        _process.Dispose();
    }
}
