using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Formats.Writing;
using FlowSecrets.Model;
using FlowSecrets.Operations.Transfer;
using FlowSecrets.Ports;
using FlowSecrets.Redaction;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Use;

/// <summary>Reads the values for a program: all of them, or none.</summary>
internal sealed class UseLoader(OperationContext context, Workspace workspace, UsePlan plan, UseOptions options)
{
    /// <returns>The values, or what failed: each secret that the store refused.</returns>
    /// <exception cref="FlowSecretException">RequiredSecretMissing, ValueNotExpressible, FileNotWritable.</exception>
    public async Task<(UsedSecrets? Secrets, IReadOnlyList<FlowSecretException> Errors)> LoadAsync(
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        Dictionary<string, ReadOutcome> read = new(StringComparer.Ordinal);
        using ExportValues values = new(workspace, read);
        try
        {
            await VariableSource.ReadAsync(read, workspace, plan.Reads, host, cancellationToken);
            List<VariableRead> variables = [.. plan.Variables.Select(w => VariableRead.Of(values, w))];
            List<VariableRead> files = [.. plan.Files.Select(f => VariableRead.Of(values, f.Wish))];
            FlowSecretException[] errors =
            [
                .. variables.Concat(files).Select(static v => v.Error).OfType<FlowSecretException>().Distinct(),
            ];
            if (errors.Length > 0)
            {
                return (null, errors);
            }

            VariableSource.RequireAll(workspace, variables.Concat(files));
            RequireCarried(variables);
            await VariableSource.ClaimAsync(workspace, read.Values, cancellationToken);
            foreach (VariableRead missing in variables.Concat(files).Where(static v => v.Variable is null))
            {
                host.Verbose($"{missing.Wish.Name} is not set. {missing.Why}");
            }

            return (Made(variables, files, read), []);
        }
        finally
        {
            foreach (ReadOutcome outcome in read.Values)
            {
                outcome.Dispose();
            }
        }
    }

    private UsedSecrets Made(List<VariableRead> variables, List<VariableRead> files, Dictionary<string, ReadOutcome> read)
    {
        Dictionary<string, string> set = new(UseEnvironment.Names);
        foreach (FormatVariable variable in variables.Select(static v => v.Variable).OfType<FormatVariable>())
        {
            set[variable.Name] = variable.Text;
        }

        RunFolder? folder = null;
        try
        {
            for (int i = 0; i < files.Count; i++)
            {
                if (files[i].Variable is { } file)
                {
                    folder ??= RunFolder.Create(context.Variable);
                    set[file.Name] = folder.Write(plan.Files[i].FileName, file.Value);
                }
            }

            return new UsedSecrets
            {
                Variables = set,
                Foreign = plan.Foreign,
                Files = folder,
                Patterns = RedactionPatterns.Build([.. variables.Concat(files).SelectMany(Hidden)], options.ShowName),
                Versions = read
                    .Values.Where(static o => o.Secret is not null)
                    .ToDictionary(static o => o.StoreName, static o => o.Secret!.Version, StringComparer.Ordinal),
            };
        }
        catch
        {
            folder?.Dispose();
            throw;
        }
    }

    /// <summary>What must not be seen of a variable, by the name of what it shows.</summary>
    private static IEnumerable<HiddenValue> Hidden(VariableRead read)
    {
        if (read.Variable is not { IsSensitive: true } variable)
        {
            return [];
        }

        string name = read.Wish.Secret is { } secret
            ? (secret.Definition?.Key ?? secret.StoreName) + (read.Wish.Field is { } field ? "." + field : "")
            : read.Wish.Name;
        return variable
            .Masked.Select(v => new HiddenValue(name, v, IsPart: true))
            .Prepend(new HiddenValue(name, variable.Value, IsPart: false));
    }

    /// <exception cref="FlowSecretException">ValueNotExpressible.</exception>
    private static void RequireCarried(List<VariableRead> variables)
    {
        string[] problems =
        [
            .. variables
                .Select(static v => v.Variable)
                .OfType<FormatVariable>()
                .Where(static v => !v.IsText || v.HasNul)
                .Select(static v => $"{v.Name}: {(v.IsText ? "the value has a NUL character" : "the value is binary")}"),
        ];
        if (problems.Length > 0)
        {
            throw new FlowSecretException(
                ErrorIds.ValueNotExpressible,
                problems[0][..problems[0].IndexOf(':')],
                "An environment variable cannot carry these values:",
                "Give the program a file: name the secret and a variable for the file's path in 'localEnv.files' of the catalog. "
                    + "Nothing was started.",
                details: problems
            );
        }
    }
}
