using System.Runtime.CompilerServices;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Text;

namespace FlowSecrets.Operations.ExternalSecrets;

/// <summary>Says whether ExternalSecrets deliver, why not, and the command that fixes it; changes nothing.</summary>
internal sealed class TestExternalSecretsOperation(OperationContext context) : IOperation<ExternalSecretOptions, ExternalSecretTest>
{
    public async IAsyncEnumerable<ExternalSecretTest> RunAsync(
        ExternalSecretOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ExternalSecretScope scope = await ExternalSecretScope.OpenAsync(context, options, host, cancellationToken);
        foreach (IExternalSecrets space in scope.Spaces)
        {
            IReadOnlyList<ExternalSecretInfo> items = [];
            FlowSecretException? unreachable = null;
            try
            {
                items = await scope.ListAsync(space, cancellationToken);
            }
            catch (FlowSecretException e)
            {
                unreachable = e;
            }

            if (unreachable is not null)
            {
                foreach (string name in options.Names.DefaultIfEmpty("*"))
                {
                    yield return Result(scope, name, space.Space.Namespace, null, State(unreachable), ExternalFinding.Of(unreachable));
                }

                continue;
            }

            ExternalSecretDiagnosis diagnosis = new(context, scope.Workspace, space, items, host);
            int done = 0;
            foreach (ExternalSecretInfo item in items)
            {
                host.Progress(new ProgressUpdate("Testing ExternalSecrets", item.Name, ++done, items.Count));
                string state = ExternalSecretStates.Of(item, context.Clock.GetUtcNow());
                ExternalFinding? finding = await FindAsync(diagnosis, item, state, cancellationToken);
                yield return Result(scope, item.Name, item.Namespace, item.StoreName, finding?.State ?? state, finding, item);
            }
        }

        scope.FailMissing(host);
    }

    private static async Task<ExternalFinding?> FindAsync(
        ExternalSecretDiagnosis diagnosis,
        ExternalSecretInfo item,
        string state,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await diagnosis.FindAsync(item, state, cancellationToken);
        }
        catch (FlowSecretException e)
        {
            // What is missing to say more.
            return ExternalFinding.Of(e) with { State = ExternalSecretStates.Unknown };
        }
    }

    private static string State(FlowSecretException error) =>
        error.Id == ErrorIds.ClusterKindNotServed ? ExternalSecretStates.Failed : ExternalSecretStates.Unknown;

    private static ExternalSecretTest Result(
        ExternalSecretScope scope,
        string name,
        string? space,
        string? store,
        string state,
        ExternalFinding? finding,
        ExternalSecretInfo? item = null
    ) =>
        new()
        {
            Name = name,
            Namespace = space,
            Context = scope.Context,
            Environment = scope.Environment,
            SecretStore = store,
            State = state,
            Cause = finding?.Cause,
            Evidence = PlainText.Line(finding?.Evidence ?? Good(item!)),
            Remedy = finding is null or { Remedy.IsEmpty: true } ? null : ErrorText.Line(finding.Remedy.ToString()),
        };

    private static string Good(ExternalSecretInfo item) =>
        $"The Kubernetes Secret '{item.SecretName}' was delivered"
        + $"{(item.Refreshed is { } at ? $" at {at.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC" : "")}"
        + $"{(item.Ready is { Message: { Length: > 0 } said } ? RemoteText.Quote(said) : "")}.";
}
