using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Trust;
using FlowSecrets.Errors;
using FlowSecrets.Formats;
using FlowSecrets.Formats.Writing;
using FlowSecrets.Model;
using FlowSecrets.Operations.Workloads;
using FlowSecrets.Ports;
using FlowSecrets.Processes;
using FlowSecrets.Text;
using FlowSecrets.Values;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.Transfer;

/// <summary>Brings values of a store to another program, in its own format. Everything is written, or nothing.</summary>
internal sealed class ExportSecretsOperation(OperationContext context) : IOperation<ExportOptions, ExportOutput>
{
    public async IAsyncEnumerable<ExportOutput> RunAsync(
        ExportOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (options.AsPlainText)
        {
            Surroundings.RequireForce(context.Variable, "-AsPlainText", options.Force);
        }

        Workspace workspace = await Workspace.OpenAsync(context, options, host, cancellationToken);
        string? workload = VariableSource.Workload(context, workspace, options);
        ExportTarget target = ExportTarget.Of(context, options, workload ?? workspace.Catalog?.Application ?? "");
        ExportPlan plan = ExportPlan.For(workspace, options, VariableSource.Named(context, workspace, options, host), workload);
        if (plan.Wishes.Count == 0)
        {
            host.Warning("There is nothing to export: no secret that was chosen has a variable.");
            yield break;
        }

        bool ignoresCase = target.Format.IgnoresCase || (target.Way == ExportWay.Process && OperatingSystem.IsWindows());
        plan.RequireDistinct(target.Format, ignoresCase);
        await target.CheckAsync(context, plan.Wishes, options.Force, host, cancellationToken);
        await RequireTrustAsync(workspace, plan, target, cancellationToken);
        if (!await AgreesAsync(workspace, plan, target, host, cancellationToken))
        {
            string status = host.IsWhatIf ? ItemStatus.Planned : ItemStatus.Skipped;
            foreach (ExportWish wish in plan.Wishes)
            {
                yield return Output(workspace, target, wish, status);
            }

            yield break;
        }

        Dictionary<string, ReadOutcome> read = new(StringComparer.Ordinal);
        using ExportValues values = new(workspace, read);
        try
        {
            await VariableSource.ReadAsync(read, workspace, plan.Reads, host, cancellationToken);
            List<VariableRead> all = [.. plan.Wishes.Select(w => VariableRead.Of(values, w))];
            VariableSource.RequireAll(workspace, all);
            IEnumerable<ExportOutput> outputs = all.Any(static v => v.Error is not null)
                ? all.Select(v =>
                    Output(workspace, target, v.Wish, ItemStatus.Skipped, "Nothing was written, because others failed.", v.Error)
                )
                : await DeliverAsync(workspace, target, all, read.Values, options, host, cancellationToken);
            foreach (ExportOutput output in outputs.ToList())
            {
                yield return output;
            }
        }
        finally
        {
            foreach (ReadOutcome outcome in read.Values)
            {
                outcome.Dispose();
            }
        }
    }

    private async Task<IEnumerable<ExportOutput>> DeliverAsync(
        Workspace workspace,
        ExportTarget target,
        IReadOnlyList<VariableRead> all,
        IEnumerable<ReadOutcome> read,
        ExportOptions options,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        FormatVariable[] variables =
        [
            .. all.Select(static v => v.Variable).OfType<FormatVariable>().OrderBy(static v => v.Name, StringComparer.Ordinal),
        ];
        IReadOnlyList<FormatVariable> asFiles = ExportWriter.ForFiles(target, variables, options.MultilineAsFile);
        RequireCarried(target, [.. variables.Except(asFiles)]);
        if (target.Way == ExportWay.Text)
        {
            string text = target.Format.Write!(variables, target.Settings);
            return [new ExportOutput { Status = ItemStatus.Written, Document = SecretValue.FromText(text) }];
        }

        await VariableSource.ClaimAsync(workspace, read, cancellationToken);
        ExportWriter writer = new(context, target, options.Force, host);
        writer.Write(variables, asFiles, cancellationToken);
        return all.Select(v =>
            v.Variable is not { } variable
                ? Output(workspace, target, v.Wish, ItemStatus.Missing, v.Why)
                : Output(
                    workspace,
                    target,
                    v.Wish,
                    ItemStatus.Written,
                    isMasked: writer.Hides(variable),
                    path: writer.Files.GetValueOrDefault(variable.Name)
                )
        );
    }

    /// <summary>What the user's own pipeline gets needs no approval of its source.</summary>
    private static async Task RequireTrustAsync(
        Workspace workspace,
        ExportPlan plan,
        ExportTarget target,
        CancellationToken cancellationToken
    )
    {
        if (workspace.Trust is not { } trust)
        {
            return;
        }

        List<TrustRecord> records = [.. plan.Loading.Select(CatalogReach.Sets)];
        if (target.Way != ExportWay.Text)
        {
            records.AddRange(await VariableSource.SourcesAsync(workspace, plan.Reads, cancellationToken));
        }

        await trust.RequireAsync(records, cancellationToken);
    }

    private static async Task<bool> AgreesAsync(
        Workspace workspace,
        ExportPlan plan,
        ExportTarget target,
        IOperationHost host,
        CancellationToken cancellationToken
    ) =>
        target.Way == ExportWay.Text
            ? !host.IsWhatIf
            : await host.ShouldProcessAsync(
                target.Where,
                $"Write {Words.Count(plan.Wishes.Count, "variable")} as {target.Format.Name}, with "
                    + $"{Words.Count(plan.Reads.Count, "secret")} of the {workspace.Place}",
                cancellationToken
            );

    /// <exception cref="FlowSecretException">ValueNotExpressible: one error with all of them, and what can carry each.</exception>
    private static void RequireCarried(ExportTarget target, IReadOnlyList<FormatVariable> variables)
    {
        List<(string Name, string Text)> refused = [];
        foreach (FormatVariable variable in variables)
        {
            if (target.Format.Problem(variable, target.Settings) is { } problem)
            {
                string[] others = FormatProfiles.Carrying(variable, target.Settings);
                refused.Add(
                    (
                        variable.Name,
                        $"{variable.Name}: {problem}. {(others.Length == 0 ? "No format can" : string.Join(", ", others) + " can")}."
                    )
                );
            }
        }

        if (refused.Count == 0 && target.Format.WholeLimit(variables, target.Settings) is { } whole)
        {
            refused.Add((target.Format.Name, char.ToUpperInvariant(whole[0]) + whole[1..] + "."));
        }

        if (refused.Count > 0)
        {
            throw new FlowSecretException(
                ErrorIds.ValueNotExpressible,
                refused[0].Name,
                $"The format {target.Format.Name} cannot carry these values:",
                target.Way == ExportWay.Log
                    ? "Write them to files with -MultilineAsFile, or choose another format with -Format. Nothing was written."
                    : "Choose another format with -Format, or leave them out with -Name. Nothing was written.",
                details: [.. refused.Select(static r => r.Text)]
            );
        }
    }

    private static ExportOutput Output(
        Workspace workspace,
        ExportTarget target,
        ExportWish wish,
        string status,
        string? message = null,
        FlowSecretException? error = null,
        bool isMasked = false,
        string? path = null
    ) =>
        ExportOutput.Of(
            new ExportedVariable
            {
                Name = wish.Name,
                Secret = wish.Secret is { } secret ? secret.Definition?.Key ?? secret.StoreName : null,
                StoreName = wish.Secret?.StoreName,
                Field = wish.Field,
                Environment = workspace.Environment?.Name,
                Status = error is null ? status : ItemStatus.Failed,
                Message = error?.Message ?? message,
                Error = error,
                Masked = isMasked,
                Format = target.Format.Name,
                Path = path ?? target.Path,
            }
        );
}
