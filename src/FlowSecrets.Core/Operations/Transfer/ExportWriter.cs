using System.Text;
using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Formats;
using FlowSecrets.Formats.Ci;
using FlowSecrets.Formats.Writing;
using FlowSecrets.Ports;
using FlowSecrets.Text;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Transfer;

/// <summary>Brings variables to where an export goes: all of them or none.</summary>
/// <param name="replaces">Whether a file that is there may be replaced.</param>
internal sealed class ExportWriter(OperationContext context, ExportTarget target, bool replaces, IOperationHost host)
{
    /// <summary>Name of a variable to the file that holds its value, where the log cannot carry it.</summary>
    public Dictionary<string, string> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>The variables of which a file is written instead, by -MultilineAsFile.</summary>
    public static IReadOnlyList<FormatVariable> ForFiles(ExportTarget target, IReadOnlyList<FormatVariable> variables, bool asFiles) =>
        asFiles ? [.. variables.Where(v => target.Format.Problem(v, target.Settings) is not null)] : [];

    /// <exception cref="FlowSecretException">FileUnsafe, FileExists, FileNotWritable, Conflict, BadInput.</exception>
    public void Write(IReadOnlyList<FormatVariable> variables, IReadOnlyList<FormatVariable> asFiles, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        switch (target.Way)
        {
            case ExportWay.Log:
                WriteLog(variables, asFiles, cancellationToken);
                break;
            case ExportWay.Process:
                foreach (FormatVariable variable in variables)
                {
                    context.SetVariable(variable.Name, variable.Text);
                }

                host.Say("The variables are set for the rest of this job. GitLab does not hide their values in the log.");
                break;
            case ExportWay.File when target.Format.Delivery == FormatDelivery.Append:
                Append(variables, cancellationToken);
                break;
            case ExportWay.File:
                WriteFile(variables, cancellationToken);
                break;
        }
    }

    /// <summary>Whether the CI system hides the value.</summary>
    public bool Hides(FormatVariable variable) =>
        variable.IsSensitive && (target.Way == ExportWay.Log || IsMaskedInLog) && LogMasks.Of(variable).Count > 0;

    private bool IsMaskedInLog => target is { Way: ExportWay.File, HidesInLog: true } && target.Format.Delivery == FormatDelivery.Append;

    /// <summary>The masks first, so that no value can appear before the runner knows it.</summary>
    private void Append(IReadOnlyList<FormatVariable> variables, CancellationToken cancellationToken)
    {
        if (IsMaskedInLog)
        {
            Log(GitHubFile.Masks(variables));
            WarnOfShort(variables);
        }

        cancellationToken.ThrowIfCancellationRequested();
        byte[] text = Encoding.UTF8.GetBytes(target.Format.Write!(variables, target.Settings));
        try
        {
            FileAppender.Append(target.Path!, text, cancellationToken);
        }
        finally
        {
            Array.Clear(text);
        }

        host.Verbose("Later steps of this job have the variables; this one has not.");
    }

    private void WriteLog(
        IReadOnlyList<FormatVariable> variables,
        IReadOnlyList<FormatVariable> asFiles,
        CancellationToken cancellationToken
    )
    {
        Log(AzureCommands.Masks(variables, target.Settings));
        WarnOfShort(variables);
        string? folder = context.Variable("AGENT_TEMPDIRECTORY");
        foreach (FormatVariable variable in asFiles)
        {
            string path = Path.Combine(folder!, $"flowsecrets-{variable.Name}");
            FileWriter.Write(path, variable.Value.AsSpan(), FileAudience.Owner, replace: true, cancellationToken: cancellationToken);
            Files[variable.Name] = path;
        }

        cancellationToken.ThrowIfCancellationRequested();
        FormatVariable[] set = [.. variables.Where(v => !Files.ContainsKey(v.Name))];
        IEnumerable<string> paths = Files.Select(f => AzureCommands.Set(f.Key, f.Value, isSecret: false, target.Settings) + "\n");
        Log(AzureCommands.Sets(set, target.Settings) + string.Concat(paths));
        string[] secret = [.. set.Where(static v => v.IsSensitive).Select(static v => v.Name)];
        if (secret.Length > 0)
        {
            AzureCommands.EnvBlock(secret).ToList().ForEach(host.Verbose);
            host.Say("Azure Pipelines gives a secret variable to a script only by the step's 'env:' block. -Verbose prints that block.");
        }
    }

    private void WriteFile(IReadOnlyList<FormatVariable> variables, CancellationToken cancellationToken)
    {
        byte[]? old = target.Format.Delivery == FormatDelivery.Merge ? Read() : null;
        string text = target.Format.Write!(
            variables,
            target.Settings with
            {
                Existing = old is null ? null : Encoding.UTF8.GetString(old),
            }
        );
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        try
        {
            Put(bytes, old, target.Format.Files(variables, target.Settings), cancellationToken);
        }
        finally
        {
            Array.Clear(bytes);
        }

        if (target.IsOfJob)
        {
            string quoted = PosixShell.Quote(target.Path!);
            host.Say($"Run this in the script of this job: . {quoted} && rm -f {quoted}");
            host.Say("GitLab does not hide the values in the log.");
        }
        else if (target.Format.Format == ExportFormat.Kubernetes)
        {
            host.Say("Never commit this manifest. Export-FlowExternalSecret writes manifests without values.");
        }
    }

    private void Put(byte[] bytes, byte[]? old, IReadOnlyList<FormatFile> beside, CancellationToken cancellationToken)
    {
        if (target.Format.Delivery == FormatDelivery.Folder)
        {
            List<(string, Func<ReadOnlySpan<byte>>)> files =
            [
                .. beside.Select(f => (target.FileOf(f.Variable.Name), (Func<ReadOnlySpan<byte>>)(() => f.Variable.Value.AsSpan()))),
                (target.Path!, () => bytes),
            ];
            FileWriter.WriteAll(files, FileAudience.Owner, replaces, cancellationToken: cancellationToken);
            return;
        }

        bool isMerged = target.Format.Delivery == FormatDelivery.Merge;
        FileWriter.Write(
            target.Path!,
            bytes,
            FileAudience.Owner,
            isMerged || replaces,
            isMerged ? _ => RequireUnchanged(old) : null,
            cancellationToken
        );
    }

    private byte[]? Read() => FileReader.Regular(target.Path!, FileReader.ValueLimit);

    private void RequireUnchanged(byte[]? old)
    {
        byte[]? now = Read();
        if ((now is null) != (old is null) || !(now ?? []).AsSpan().SequenceEqual(old ?? []))
        {
            throw new FlowSecretException(
                ErrorIds.Conflict,
                target.Path,
                $"'{target.Path}' was changed by somebody else meanwhile",
                "It stays as it is now. Run the same command again."
            );
        }
    }

    private void WarnOfShort(IReadOnlyList<FormatVariable> variables)
    {
        string[] names = [.. variables.Where(LogMasks.LeavesOut).Select(static v => v.Name)];
        if (names.Length > 0)
        {
            host.Warning(
                $"The log does not hide {string.Join(", ", names)}: texts with fewer than "
                    + $"{LogMasks.Shortest} characters would hide parts of many words."
            );
        }
    }

    private void Log(string lines)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(lines);
        using Stream output = context.StandardOutput();
        output.Write(bytes);
        output.Flush();
        Array.Clear(bytes);
    }
}
