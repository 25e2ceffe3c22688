using System.Management.Automation;
using System.Reflection;
using System.Security;
using FlowSecrets.Errors;
using FlowSecrets.Hosting;
using FlowSecrets.Operations;

namespace FlowSecrets.Commands.Base;

/// <summary>Base of all cmdlets: owns cancellation, runs operations, writes results as they come and errors after the last item.</summary>
public abstract class FlowCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<FlowSecretException> _failures = [];
    private string[] _typed = [];
    private int _results;

    /// <summary>Whether failed items never end the script.</summary>
    protected virtual bool AllowsPartial => false;

    /// <summary>What to do after several items failed.</summary>
    private protected virtual Remedy AfterFailures =>
        ChangesSomething
            ? "Fix the causes above, then run the same command again: what is done already is not done twice."
            : "Fix the causes above, then run the same command again.";

    /// <summary>How long a stopped command waits for its operation.</summary>
    private protected virtual TimeSpan Patience => TimeSpan.FromMilliseconds(700);

    /// <summary>Whether a switch has answered the confirmation already.</summary>
    internal virtual bool IsForced => false;

    internal string CommandName => MyInvocation.MyCommand.Name;

    /// <summary>What the session is like, for what an operation says and asks.</summary>
    internal SessionInfo Session => new(Host, MyInvocation, SessionState);

    /// <summary>What the operations of this session stand on.</summary>
    private protected virtual OperationContext Context =>
        new(static () => ProviderLoader.Providers, SessionState.Path.CurrentFileSystemLocation.ProviderPath)
        {
            Session = SessionStore.Current,
        };

    /// <summary>
    /// The property Value of FlowSecrets.Types.ps1xml. It is compiled code instead of a script, so that the session's language mode does
    /// not matter.
    /// </summary>
    public static SecureString? ValueOf(PSObject result) =>
        result?.BaseObject switch
        {
            FlowSecretValue read => read.GetValue(),
            GeneratedValue made => made.GetValue(),
            _ => null,
        };

    public void Dispose()
    {
        _stop.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override void StopProcessing() => _stop.Cancel();

    protected override void BeginProcessing()
    {
        _typed = [.. MyInvocation.BoundParameters.Keys];
        if (_typed.FirstOrDefault(p => PlainTextRefusedAttribute.IsRefused(MyInvocation.BoundParameters[p])) is { } parameter)
        {
            throw Terminating(PlainTextRefusedAttribute.Error($"-{parameter}"));
        }
    }

    /// <summary>Whether the user gave the parameter on the command line; what comes down the pipeline does not count.</summary>
    private protected bool IsTyped(string parameter) => _typed.Contains(parameter, StringComparer.OrdinalIgnoreCase);

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

    private bool ChangesSomething => GetType().GetCustomAttribute<CmdletAttribute>() is { SupportsShouldProcess: true };

    private protected string? FilePath(string? path, string parameter) => path is null ? null : Session.FilePath(path, parameter);

    private protected void RunGuarded() => Guarded(Run);

    private protected void Guarded(Action action)
    {
        try
        {
            action();
        }
        catch (FlowSecretException e)
        {
            throw Terminating(e);
        }
    }

    /// <summary>Ends the command with an error that is about all of it; the items that failed before are told first.</summary>
    private Exception Terminating(FlowSecretException error)
    {
        TellFailures();
        ThrowTerminatingError(Failures.Record(error));
        return error;
    }

    /// <summary>Runs an operation and writes its results.</summary>
    /// <param name="emit">What of a result goes to the pipeline; null: nothing.</param>
    private protected void Execute<TOptions, TResult>(
        IOperation<TOptions, TResult> operation,
        TOptions options,
        Func<TResult, object?> emit
    )
    {
        using Execution execution = Start(operation, options, emit);
        execution.Finish();
    }

    /// <summary>Starts an operation, which runs beside the pipeline until it is finished.</summary>
    private protected Execution Start<TOptions, TResult>(
        IOperation<TOptions, TResult> operation,
        TOptions options,
        Func<TResult, object?> emit
    )
    {
        OperationPump pump = new(_stop, Patience);
        CmdletHost host = new(this, pump);
        bool changes = ChangesSomething;
        pump.Start(async token =>
        {
            await foreach (TResult result in operation.RunAsync(options, host, token).WithCancellation(token))
            {
                if (changes)
                {
                    // Waited for, so that what comes after in the pipeline can stop what is still to come.
                    await pump.CallAsync(() => Write(result, emit), result as IDisposable);
                }
                else
                {
                    pump.Post(() => Write(result, emit), result as IDisposable);
                }
            }
        });
        return new Execution(this, pump, host);
    }

    private protected void Execute<TOptions, TResult>(IOperation<TOptions, TResult> operation, TOptions options) =>
        Execute(operation, options, static r => r);

    private bool Write<TResult>(TResult result, Func<TResult, object?> emit)
    {
        _results++;
        if (result is ItemResult { Error: { } error })
        {
            _failures.Add(error);
        }

        if (emit(result) is { } output)
        {
            WriteObject(output, enumerateCollection: false);
        }

        return true;
    }

    /// <summary>Leaves the failures so far out of the report; for cmdlets that reported them otherwise.</summary>
    private protected void Forget() => _failures.Clear();

    private void ReportFailures()
    {
        int failed = _failures.Count;
        FlowSecretException? summary = failed > 1 && !AllowsPartial ? Failures.Summary(_failures, _results, AfterFailures) : null;
        if (failed == 1 && !AllowsPartial)
        {
            // Under 'Stop' this ends the script.
            WriteError(Failures.Record(_failures[0]));
            return;
        }

        TellFailures();
        if (summary is not null)
        {
            WriteError(Failures.Record(summary));
        }
    }

    /// <summary>
    /// Writes what failed so far. Under 'Stop' the first error would end the script and hide the rest, so there they are warnings.
    /// </summary>
    private void TellFailures()
    {
        Action<FlowSecretException> tell = Session.ErrorsStop
            ? f => WriteWarning($"{f.Id}: {f.Message}")
            : f => WriteError(Failures.Record(f));
        Failures.Grouped(_failures).ToList().ForEach(tell);
        _failures.Clear();
    }
}
