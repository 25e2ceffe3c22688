using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using FlowSecrets.Errors;
using FlowSecrets.Operations.Use;
using FlowSecrets.Redaction;

namespace FlowSecrets.Hosting;

/// <summary>
/// Runs a script block with secrets in the environment of this process, and hides their values in all streams of the block. Afterwards the
/// environment is as it was.
/// </summary>
internal static class BlockRunner
{
    private static readonly Lock Gate = new();
    private static Guid? _owner;
    private static int _depth;

    /// <exception cref="FlowSecretException">EnvironmentInUse.</exception>
    public static void Run(PSCmdlet cmdlet, ScriptBlock block, UsedSecrets secrets, bool showsValues)
    {
        Guid runspace = Runspace.DefaultRunspace.InstanceId;
        Enter(runspace);
        Dictionary<string, string?> before = new(UseEnvironment.Names);
        try
        {
            foreach (string name in secrets.Variables.Keys.Concat(secrets.Foreign))
            {
                before[name] = Environment.GetEnvironmentVariable(name);
                Environment.SetEnvironmentVariable(name, secrets.Variables.GetValueOrDefault(name));
            }

            // Until a program in the block sets it.
            cmdlet.SessionState.PSVariable.Set("global:LASTEXITCODE", 0);
            Run(cmdlet, block, showsValues ? null : secrets.Patterns);
        }
        finally
        {
            foreach ((string name, string? value) in before)
            {
                Environment.SetEnvironmentVariable(name, value);
            }

            Leave();
        }
    }

    private static void Run(PSCmdlet cmdlet, ScriptBlock block, RedactionPatterns? patterns)
    {
        IList? errors = cmdlet.SessionState.PSVariable.GetValue("global:Error") as IList;
        object[] known = errors is null ? [] : [.. errors.Cast<object>()];
        try
        {
            // The streams are merged one level deeper, because a steppable pipeline links the errors of its own commands to the cmdlet.
            // They passed the preferences where they come from, so the sink shows all that reaches it.
            ScriptBlock wrapper = ScriptBlock.Create(
                "param($Block, $Sink, $Patterns) & { param($b) & $b *>&1 } $Block | & $Sink -Patterns $Patterns "
                    + "-Verbose -Debug -WarningAction Continue -InformationAction Continue -ErrorAction Continue"
            );
            CmdletInfo sink = new("Write-RedactedStream", typeof(RedactedSinkCommand));
            using SteppablePipeline steps = wrapper.GetSteppablePipeline(CommandOrigin.Internal, [block, sink, patterns]);
            steps.Begin(cmdlet);
            steps.Process();
            steps.End();
        }
        catch (RuntimeException e)
            when (patterns is not null && e is not PipelineStoppedException && RedactedSinkCommand.Holds(patterns, e))
        {
            ErrorRecord record = RedactedSinkCommand.Redacted(patterns, e.ErrorRecord);
            cmdlet.ThrowTerminatingError(record);
        }
        finally
        {
            Clean(errors, known, patterns);
        }
    }

    /// <summary>$Error keeps what the block said before it was redacted.</summary>
    private static void Clean(IList? errors, object[] known, RedactionPatterns? patterns)
    {
        if (errors is null || patterns is null)
        {
            return;
        }

        for (int i = errors.Count - 1; i >= 0; i--)
        {
            bool holds = errors[i] switch
            {
                ErrorRecord record => RedactedSinkCommand.Holds(patterns, record),
                Exception error => RedactedSinkCommand.Holds(patterns, error),
                _ => false,
            };
            if (holds && !known.Contains(errors[i]))
            {
                errors.RemoveAt(i);
            }
        }
    }

    private static void Enter(Guid runspace)
    {
        lock (Gate)
        {
            if (_owner is { } owner && owner != runspace)
            {
                throw new FlowSecretException(
                    ErrorIds.EnvironmentInUse,
                    null,
                    "Another runspace runs a script block with secrets, and the environment is one for the whole process",
                    "Wait until it has ended, or run a program instead: Use-FlowSecret -- PROGRAM"
                );
            }

            (_owner, _depth) = (runspace, _depth + 1);
        }
    }

    private static void Leave()
    {
        lock (Gate)
        {
            _depth--;
            _owner = _depth == 0 ? null : _owner;
        }
    }
}
