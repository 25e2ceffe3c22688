using System.Text.Json.Nodes;

namespace FlowSecrets.Providers.Aws.AppRunner;

/// <summary>The calls of App Runner that are used here, one try each.</summary>
internal interface IAppRunner
{
    Task<AppRunnerService> DescribeAsync(string arn, CancellationToken cancellationToken);

    /// <returns>The newest first.</returns>
    Task<IReadOnlyList<AppRunnerOperation>> OperationsAsync(string arn, CancellationToken cancellationToken);

    /// <returns>The operation's id; null: the service's state does not allow it now.</returns>
    Task<string?> DeployAsync(string arn, CancellationToken cancellationToken);

    /// <param name="source">Whole, as it was described: what is left out is lost.</param>
    /// <returns>As of <see cref="DeployAsync"/>.</returns>
    Task<string?> UpdateAsync(string arn, JsonObject source, CancellationToken cancellationToken);
}
