using System.Management.Automation;
using System.Reflection;
using FlowSecrets.Hosting;
using FlowSecrets.Operations;

namespace FlowSecrets.Commands;

/// <summary>
/// Base of all cmdlets. It owns cancellation, runs operations, writes their results as they come, and turns failures into error
/// records: those of single items after the last one.
/// </summary>
public abstract class FlowCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<FlowSecretException> _failures = [];
    private int _results;

    /// <summary>Whether failed items leave only non-terminating errors behind.</summary>
    protected virtual bool AllowsPartial => false;

    private bool Changes => GetType().GetCustomAttribute<CmdletAttribute>() is { SupportsShouldProcess: true };

    internal bool IsConsoleHost => Host.Name == "ConsoleHost";

    /// <summary>Whether a person can answer: not with -NonInteractive, not when standard input comes from elsewhere.</summary>
    internal bool CanPrompt => !IsConsoleHost || (!Console.IsInputRedirected
        && !Environment.GetCommandLineArgs().Skip(1).Any(static a => a.Length > 4 && "-NonInteractive".StartsWith(a, StringComparison.OrdinalIgnoreCase)));

    internal bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? bound)
        ? bound is SwitchParameter { IsPresent: true }
        : LanguagePrimitives.IsTrue(SessionState.PSVariable.GetValue("WhatIfPreference"));

    /// <summary>What the operations of this session stand on.</summary>
    private protected OperationContext Context => new(static () => ProviderLoader.Providers, SessionState.Path.CurrentFileSystemLocation.ProviderPath)
    {
        Session = SessionStore.Current,
    };

    public void Dispose()
    {
        _stop.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override void StopProcessing() => _stop.Cancel();

    /// <summary>What the cmdlet does: for each record, unless it gathers them first.</summary>
    protected abstract void Run();

    protected override void ProcessRecord() => RunGuarded();

    protected override void EndProcessing() => ReportFailures();

    /// <summary>Takes note of an item that failed; its error is written after the last item.</summary>
    internal void Fail(FlowSecretException error)
    {
        _results++;
        _failures.Add(error);
    }

    /// <summary>A path of the file system, absolute; the session's place may be elsewhere (a drive of variables).</summary>
    private protected string? FilePath(string? path, string parameter)
    {
        if (path is null)
        {
            return null;
        }

        string full = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
        return provider.Name == "FileSystem" ? full : throw new FlowSecretException(
            ErrorIds.BadArgument,
            FlowErrorCategory.InvalidArgument,
            path,
            $"-{parameter} '{path}' is not in the file system but in {provider.Name}",
            "Name a file by its whole path, or go to a folder first: Set-Location FOLDER");
    }

    private protected void RunGuarded()
    {
        try
        {
            Run();
        }
        catch (FlowSecretException e)
        {
            ThrowTerminatingError(Record(e));
        }
    }

    /// <summary>Runs an operation and writes its results.</summary>
    /// <param name="emit">What of a result goes to the pipeline; null: nothing.</param>
    private protected void Execute<TOptions, TResult>(IOperation<TOptions, TResult> operation, TOptions options, Func<TResult, object?> emit)
    {
        using OperationPump pump = new(_stop);
        CmdletHost host = new(this, pump);
        try
        {
            pump.Run(async token =>
            {
                await foreach (TResult result in operation.RunAsync(options, host, token).WithCancellation(token))
                {
                    if (Changes)
                    {
                        // Waited for, so that what comes after in the pipeline can stop what is still to come.
                        await pump.CallAsync(() => Write(result, emit));
                    }
                    else
                    {
                        pump.Post(() => Write(result, emit));
                    }
                }
            });
        }
        catch (Exception e) when (e is not (FlowSecretException or PipelineStoppedException or RuntimeException) && e.GetType().Namespace?.StartsWith("System.Management.Automation", StringComparison.Ordinal) != true)
        {
            // Its message may hold what it failed on, so only its kind and place are said.
            WriteVerbose($"{e.GetType()}{Environment.NewLine}{e.StackTrace}");
            throw new FlowSecretException(ErrorIds.UnexpectedError, FlowErrorCategory.NotSpecified, MyInvocation.MyCommand.Name, $"An unexpected error ({e.GetType().Name}) stopped the command", "Run it again with -Verbose, and report what it says.");
        }
        finally
        {
            host.CompleteProgress();
        }
    }

    private protected void Execute<TOptions, TResult>(IOperation<TOptions, TResult> operation, TOptions options) =>
        Execute(operation, options, static r => r);

    private protected static ErrorRecord Record(FlowSecretException error) => Failures.Record(error);

    private bool Write<TResult>(TResult result, Func<TResult, object?> emit)
    {
        _results++;
        if (result is ItemResult { Error: { } error })
        {
            _failures.Add(error);
        }

        // A plan is shown by -WhatIf itself; as objects it is asked for.
        bool hidden = result is ItemResult { Status: ItemStatus.Planned } && !MyInvocation.BoundParameters.ContainsKey("PassThru");
        if (!hidden && emit(result) is { } output)
        {
            WriteObject(output, enumerateCollection: false);
        }

        return true;
    }

    /// <summary>Leaves the failures so far out of the report; for cmdlets that reported them otherwise.</summary>
    private protected void Forget() => _failures.Clear();

    private void ReportFailures()
    {
        if (_failures.Count == 0)
        {
            return;
        }

        if (_failures.Count == 1 && !AllowsPartial)
        {
            ThrowTerminatingError(Record(_failures[0]));
        }

        // Under 'Stop' the first error would hide the rest, and -AllowPartial would end the script after all.
        bool stops = Failures.Stops(MyInvocation.BoundParameters, SessionState);
        foreach (FlowSecretException failure in _failures)
        {
            if (stops)
            {
                WriteWarning($"{failure.Id}: {failure.Message}");
            }
            else
            {
                WriteError(Record(failure));
            }
        }

        if (!AllowsPartial)
        {
            ThrowTerminatingError(Record(Failures.Summary(_failures, _results)));
        }
    }
}
