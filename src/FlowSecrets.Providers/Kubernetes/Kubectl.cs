using System.ComponentModel;
using System.Text.RegularExpressions;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Processes;
using FlowSecrets.Text;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Kubernetes;

/// <summary>The user's own kubectl, with its contexts and its logins; started without a shell.</summary>
internal sealed partial class Kubectl(string? context, Func<string, string?> environment)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Runs it and reads what it prints, which may hold secrets. The caller disposes of the buffer.</summary>
    /// <param name="target">What it is about, for the error.</param>
    /// <exception cref="FlowSecretException">KubectlMissing, WorkloadNotFound, AccessDenied, Conflict, BadArgument,
    /// StoreUnavailable.</exception>
    public async Task<ErasedBuffer> RunAsync(string target, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        string program = FindProgram(target);
        ChildStart start = new(program, context is null ? arguments : ["--context", context, .. arguments]) { Limit = Patience };
        try
        {
            ChildResult result = await ChildProcess.RunAsync(start, cancellationToken);
            if (result.ExitCode == 0)
            {
                result.Errors.Dispose();
                return result.Output;
            }

            using (result)
            {
                throw Failure(target, result.Errors.Text);
            }
        }
        catch (Win32Exception)
        {
            throw new FlowSecretException(
                ErrorIds.KubectlMissing,
                target,
                $"'{program}' could not be started",
                "Install kubectl anew: https://kubernetes.io/docs/tasks/tools/"
            );
        }
        catch (TimeoutException)
        {
            throw Unavailable(target, $"kubectl did not answer within {Patience.TotalSeconds:0} seconds");
        }
    }

    private string FindProgram(string target) =>
        ProgramFinder.Find(OperatingSystem.IsWindows() ? "kubectl.exe" : "kubectl", environment)
        ?? throw new FlowSecretException(
            ErrorIds.KubectlMissing,
            target,
            "kubectl is not on PATH, and Kubernetes is reached through it",
            "Install it: https://kubernetes.io/docs/tasks/tools/; it must be on PATH"
        );

    private FlowSecretException Failure(string target, string said)
    {
        // Its log comes first and says the same at length.
        string error = string.Join('\n', said.Split('\n').Where(static line => !LogLine().IsMatch(line)));
        return NoContext().IsMatch(error)
                ? new FlowSecretException(
                    ErrorIds.WorkloadNotFound,
                    target,
                    $"kubectl does not know {Cluster}, in which {target} is looked for",
                    "Correct 'context' in the catalog's 'workloads', or make it. There are: kubectl config get-contexts"
                )
            : error.Contains("must be logged in to the server", StringComparison.Ordinal)
                ? new FlowSecretException(
                    ErrorIds.NotAuthenticated,
                    target,
                    $"The cluster of {Cluster} refused kubectl's credentials{RemoteText.Quote(error)}",
                    $"Log in to it again, until this shows who you are: {Shell($"kubectl {Option} auth whoami")}"
                )
                {
                    AccessCause = AccessCauses.NotAuthenticated,
                }
            : error.Contains("the server doesn't have a resource type", StringComparison.Ordinal)
                ? new FlowSecretException(
                    ErrorIds.ClusterKindNotServed,
                    target,
                    $"The cluster of {Cluster} does not serve {target}",
                    $"See what it serves: {Shell($"kubectl {Option} api-resources")}"
                )
            : error.Contains("(NotFound)", StringComparison.Ordinal)
                ? new FlowSecretException(
                    ErrorIds.WorkloadNotFound,
                    target,
                    $"There is no {target} in the cluster of {Cluster}{RemoteText.Quote(error)}",
                    "Correct namespace, name and context in the catalog's 'workloads'. Contexts: kubectl config get-contexts"
                )
            : error.Contains("(Forbidden)", StringComparison.Ordinal) ? Forbidden(target, error)
            : error.Contains("(Conflict)", StringComparison.Ordinal)
                ? new FlowSecretException(
                    ErrorIds.Conflict,
                    target,
                    $"{target} is being changed by somebody else at the same time",
                    "Look who changes it, then run the same command again; nothing was changed by this command."
                )
            : Invalid().IsMatch(error)
                ? new FlowSecretException(
                    ErrorIds.BadArgument,
                    target,
                    $"The cluster refuses the change of {target}{RemoteText.Quote(error)}",
                    "Correct what it names; nothing was changed."
                )
            : Unavailable(target, $"kubectl failed{RemoteText.Quote(error)}");
    }

    private FlowSecretException Forbidden(string target, string error)
    {
        string verb = Verb().Match(error) is { Success: true } match ? match.Groups["verb"].Value : "get";
        return new FlowSecretException(
            ErrorIds.AccessDenied,
            target,
            $"The cluster does not let you {(verb is "get" or "list" ? "see" : "change")} {target}{RemoteText.Quote(error)}",
            $"Let its administrator allow '{verb}' on it. What you may: " + $"{Shell($"kubectl {Option} auth can-i --list")}"
        )
        {
            AccessCause = AccessCauses.NoGrant,
        };
    }

    private FlowSecretException Unavailable(string target, string cause) =>
        new(
            ErrorIds.StoreUnavailable,
            target,
            $"{cause} ({Cluster})",
            $"See whether it reaches the cluster: {Shell($"kubectl {Option} cluster-info")}"
        );

    private ShellCommand Option => context is null ? None : Shell($"--context {context}");

    private string Cluster => context is null ? "kubectl's current context" : $"the context '{context}'";

    /// <summary>In the words of two of its versions.</summary>
    [GeneratedRegex("context was not found for specified context|context \".*\" does not exist")]
    private static partial Regex NoContext();

    /// <summary>Of: User "dev" cannot patch resource "deployments" in API group "apps"</summary>
    [GeneratedRegex(@"\bcannot (?<verb>[a-z]+) resource\b", RegexOptions.ExplicitCapture)]
    private static partial Regex Verb();

    /// <summary>Such as: The Deployment "api" is invalid: …</summary>
    [GeneratedRegex(@"^The [A-Za-z]+ "".*"" is invalid:|\((Invalid|BadRequest)\)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Invalid();

    /// <summary>Such as: E1124 00:26:20.443152    3857 memcache.go:265] …</summary>
    [GeneratedRegex(@"\A[IWEF][0-9]{4} [0-9:.]+ +[0-9]+ ")]
    private static partial Regex LogLine();
}
