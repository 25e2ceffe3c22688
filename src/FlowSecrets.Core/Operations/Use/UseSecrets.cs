using System.Runtime.CompilerServices;
using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Ports;
using FlowSecrets.Processes;
using FlowSecrets.Text;

namespace FlowSecrets.Operations.Use;

/// <summary>
/// Runs a program with secrets in its environment and hides their values in what it prints. For a script block it reads the secrets, and
/// the block is run by whoever takes the result.
/// </summary>
internal sealed class UseSecretsOperation(OperationContext context) : IOperation<UseOptions, UseOutput>
{
    public async IAsyncEnumerable<UseOutput> RunAsync(
        UseOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        RequireSense(options);
        ResolvedProgram? program = options.Program is { } named
            ? ProgramResolver.Resolve(named, context.WorkingDirectory, context.Variable)
            : null;
        if (program is not null)
        {
            ProgramResolver.RequireSafe(program, options.Arguments);
        }

        using SignalRelay? signals = program is null ? null : new SignalRelay();
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken,
            options.Stop,
            signals?.Asked ?? CancellationToken.None
        );
        Workspace workspace = await Workspace.OpenAsync(context, options, host, both.Token);
        UsePlan plan = UsePlan.For(context, workspace, options, host);
        await plan.RequireTrustAsync(workspace, both.Token);
        if (!await AgreesAsync(workspace, plan, options, host, both.Token))
        {
            yield break;
        }

        RunFolder.RemoveLeft(context.Variable);
        UseLoader loader = new(context, workspace, plan, options);
        (UsedSecrets? secrets, IReadOnlyList<FlowSecretException> errors) = await loader.LoadAsync(host, both.Token);
        if (secrets is null)
        {
            errors.ToList().ForEach(host.Fail);
        }
        else if (signals is null)
        {
            using (secrets)
            {
                ProgramRun.TellShort(secrets, host);
                await host.EndProgressAsync();
                yield return new UseOutput { Secrets = secrets };
            }
        }
        else
        {
            bool isKept = Surroundings.IsCi(context.Variable) || Surroundings.Agent(context.Variable) is not null;
            VersionWatch? watch = options.Watch ? new VersionWatch(context, workspace, plan, loader, options, host) : null;
            ProgramRun run = new(context, options, program!, signals, isKept, host);
            await foreach (UseOutput output in run.RunAsync(secrets, watch, cancellationToken))
            {
                yield return output;
            }
        }
    }

    private static async Task<bool> AgreesAsync(
        Workspace workspace,
        UsePlan plan,
        UseOptions options,
        IOperationHost host,
        CancellationToken cancellationToken
    ) =>
        await host.ShouldProcessAsync(
            options.Program ?? "the script block",
            $"Run with {Words.Count(plan.Names.Count(), "variable")}, from {Words.Count(plan.Reads.Count, "secret")} of the "
                + $"{workspace.Place}",
            cancellationToken
        );

    /// <exception cref="FlowSecretException">BadArgument, SessionEnding.</exception>
    private void RequireSense(UseOptions options)
    {
        if (SignalRelay.IsEndAsked)
        {
            throw new FlowSecretException(
                ErrorIds.SessionEnding,
                options.Program,
                "This PowerShell was asked to end (SIGTERM or SIGHUP) while it ran a program, so no further program is started",
                "Nothing has to be done: start the script again when it should run."
            );
        }

        if (options is { Redact: true, NoRedact: true })
        {
            throw Bad("-NoRedact", "-Redact and -NoRedact exclude each other", "Leave one of them out.");
        }

        if (options.NoRedact)
        {
            Surroundings.RequireForce(context.Variable, "-NoRedact", options.Force);
        }

        if (options.Keep.Count > 0 && !options.Pristine)
        {
            throw Bad("-Keep", "-Keep names what stays with -Pristine", "Add -Pristine, or leave -Keep out.");
        }

        if (options.Keep.FirstOrDefault(static k => !WildcardPattern.TryParse(k, out _, out _)) is { } pattern)
        {
            throw Bad("-Keep", $"'{PlainText.Line(pattern)}' is no pattern", "Use *, ? and [a-z].");
        }

        if (options.Program is null && (options.Pristine || options.Watch || options.KillAfter is not null))
        {
            throw Bad(
                "-Pristine",
                "-Pristine, -Watch and -KillAfter are for a program, and a script block runs in this process",
                "Leave them out, or name a program."
            );
        }

        if (options is { Watch: true, Input: not null })
        {
            throw Bad("-Watch", "A program that is restarted cannot have its input from the pipeline", "Leave out one of the two.");
        }
    }

    private static FlowSecretException Bad(string target, string cause, Remedy remedy) => new(ErrorIds.BadArgument, target, cause, remedy);
}
