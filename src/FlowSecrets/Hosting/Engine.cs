using System.Management.Automation;
using System.Management.Automation.Host;
using System.Reflection;
using FlowSecrets.Operations.Use;

namespace FlowSecrets.Hosting;

/// <summary>
/// What PowerShell's engine knows and no public API tells: where the streams of a command end, and how the error stream of a program is
/// written. Each question has an answer for an engine that is built otherwise.
/// </summary>
internal static class Engine
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>Where the command's output ends.</summary>
    public static StreamEnd OutputEnd(PSCmdlet cmdlet)
    {
        StreamEnd end = EndOf(cmdlet, "OutputPipe");
        return end == StreamEnd.Host && (IsCaptured(cmdlet, "OutVariable") || !IsConsole(cmdlet)) ? StreamEnd.PowerShell : end;
    }

    /// <summary>Where the command's errors end. If they are merged into the output they end in PowerShell.</summary>
    public static StreamEnd ErrorEnd(PSCmdlet cmdlet)
    {
        if (Get(cmdlet.CommandRuntime, "ErrorMergeTo") is not { } merge)
        {
            return StreamEnd.Unknown;
        }

        StreamEnd end = merge.ToString() == "None" ? EndOf(cmdlet, "ErrorOutputPipe") : StreamEnd.PowerShell;
        return end == StreamEnd.Host && (IsCaptured(cmdlet, "ErrorVariable") || !IsConsole(cmdlet)) ? StreamEnd.PowerShell : end;
    }

    /// <summary>The text of the statement that a command stands in; null: it is not known.</summary>
    public static string? Statement(InvocationInfo invocation) =>
        Get(invocation, "Statement") as string is { Length: > 0 } text ? text : null;

    /// <summary>
    /// Writes a line of a program's standard error. Unlike an error of a cmdlet it obeys no ErrorAction.
    /// </summary>
    public static void WriteProgramError(PSCmdlet cmdlet, string line)
    {
        ErrorRecord record = new(new RemoteException(line), "NativeCommandError", ErrorCategory.NotSpecified, line);
        MethodInfo? write = cmdlet
            .CommandRuntime.GetType()
            .GetMethods(Any)
            .FirstOrDefault(static m => m.Name == "_WriteErrorSkipAllowCheck" && m.GetParameters().Length == 3);
        if (write is null)
        {
            cmdlet.Host.UI.WriteErrorLine(line);
            return;
        }

        try
        {
            write.Invoke(cmdlet.CommandRuntime, [record, null, true]);
        }
        catch (TargetInvocationException e) when (e.InnerException is { } inner)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(inner);
        }
    }

    /// <summary>The error that PowerShell itself writes for a program that fails, if it should; null: this engine has none.</summary>
    public static ErrorRecord? ProgramError(ProgramEnd end)
    {
        const string id = "ProgramExitedWithNonZeroCode";
        Type? type = typeof(PSObject).Assembly.GetType("System.Management.Automation.NativeCommandExitException");
        ConstructorInfo? make = type?.GetConstructor(Any, [typeof(string), typeof(int), typeof(int), typeof(string), typeof(string)]);
        string message = $"Program \"{end.Program}\" ended with non-zero exit code: {end.ExitCode} (0x{end.ExitCode:X8}).";
        return make?.Invoke([end.Path, end.ExitCode, end.ProcessId, message, id]) is Exception error
            ? new ErrorRecord(error, id, ErrorCategory.NotSpecified, end.Program)
            : null;
    }

    private static StreamEnd EndOf(PSCmdlet cmdlet, string pipeName)
    {
        InvocationInfo invocation = cmdlet.MyInvocation;
        if (invocation.PipelinePosition != invocation.PipelineLength)
        {
            return StreamEnd.PowerShell;
        }

        if (Property(cmdlet.CommandRuntime, pipeName) is not { } property || property.GetValue(cmdlet.CommandRuntime) is not { } pipe)
        {
            return StreamEnd.Unknown;
        }

        if (Property(pipe, "DownstreamCmdlet") is not { } downstream)
        {
            return StreamEnd.Unknown;
        }

        return downstream.GetValue(pipe) is { } command && (Get(command, "CommandInfo") as CommandInfo)?.Name == "Out-Default"
            ? StreamEnd.Host
            : StreamEnd.PowerShell;
    }

    /// <summary>Another host has no streams of the process behind it, and a transcript keeps only what goes through the pipeline.</summary>
    private static bool IsConsole(PSCmdlet cmdlet) => cmdlet.Host.Name == "ConsoleHost" && Get(cmdlet.Host.UI, "IsTranscribing") is false;

    private static bool IsCaptured(PSCmdlet cmdlet, string parameter) => cmdlet.MyInvocation.BoundParameters.ContainsKey(parameter);

    private static object? Get(object target, string name) => Property(target, name)?.GetValue(target);

    private static PropertyInfo? Property(object target, string name)
    {
        try
        {
            return target.GetType().GetProperty(name, Any);
        }
        catch (AmbiguousMatchException)
        {
            return null;
        }
    }
}
