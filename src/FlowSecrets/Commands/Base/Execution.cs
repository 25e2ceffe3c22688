using System.Management.Automation;
using FlowSecrets.Hosting;

namespace FlowSecrets.Commands.Base;

/// <summary>An operation that runs for a cmdlet, beside the pipeline's thread.</summary>
internal sealed class Execution(FlowCmdlet cmdlet, OperationPump pump, CmdletHost host) : IDisposable
{
    /// <summary>Does what the operation wants done on the pipeline's thread, as long as the condition holds.</summary>
    public void Serve(Func<bool> isNeeded) => Guarded(() => pump.Serve(isNeeded));

    /// <summary>The same until the operation has ended.</summary>
    public void Finish() => Guarded(pump.Finish);

    public void Dispose()
    {
        host.Complete();
        pump.Dispose();
    }

    private void Guarded(Action action)
    {
        try
        {
            action();
        }
        catch (OperationCanceledException) when (cmdlet.Stopping)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception e) when (Failures.IsUnexpected(e))
        {
            // Its message may hold what it failed on, so only its kind and place are said.
            cmdlet.WriteVerbose($"{e.GetType()}{Environment.NewLine}{e.StackTrace}");
            throw Failures.Unexpected(e, cmdlet.CommandName);
        }
    }
}
