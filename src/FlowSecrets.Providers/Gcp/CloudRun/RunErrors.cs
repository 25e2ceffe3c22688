using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Text;
using Google;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Gcp.CloudRun;

/// <summary>What Cloud Run refuses, and what becomes of a deployment, with the command that mends it.</summary>
/// <param name="member">Who asks, as a policy names him.</param>
internal sealed partial class RunErrors(RunPlace place, GcpPlace at, string member)
{
    private const string Again = "Then run the same command again.";

    /// <summary>What Cloud Run itself says of a call.</summary>
    /// <param name="sent">The service that was to be written; null: something was read.</param>
    /// <returns>Null for what is said of all of Google's services alike.</returns>
    public FlowSecretException? Explain(GoogleApiException error, JsonObject? sent)
    {
        if (error.Error is not GcpRequestError { IsOfApi: true } reply)
        {
            return null;
        }

        string said = RunPlainValues.Hide(sent, reply.Message);
        return (reply.Status, reply.Code) switch
        {
            ("NOT_FOUND", _) or (_, 404) => NotFound(),
            ("PERMISSION_DENIED", _) or (_, 403) when ActAs().IsMatch(reply.Message) => MayNotActAs(
                AccountOf(sent) ?? ActAs().Match(reply.Message).Groups["account"].Value
            ),

            // A stale etag is ABORTED by Google's rules (AIP-154); a revision's name that is taken is ALREADY_EXISTS.
            ("ABORTED" or "ALREADY_EXISTS" or "FAILED_PRECONDITION", _) or (_, 409 or 412) when sent is not null => Conflict(said),
            ("INVALID_ARGUMENT", _) or (_, 400) when sent is not null => Refused(said),
            _ => null,
        };
    }

    /// <summary>An error that all of Google's services have alike, in words about this one.</summary>
    /// <returns>Null: it says itself what there is to say.</returns>
    public FlowSecretException? Named(FlowSecretException e, string permission, JsonObject? sent) =>
        e switch
        {
            { Id: ErrorIds.AccessDenied, AccessCause: AccessCauses.NoGrant } => With(
                e,
                $"Permission denied: '{permission}' on the {place} is not granted to {member}",
                Grant(permission, AccountOf(sent))
            ),
            { Id: ErrorIds.ApiNotEnabled } when e.Advice.Commands is [{ Arguments: ["services", "enable", ..] }] => With(
                e,
                $"The Cloud Run API is not enabled in project {place.Project}",
                $"Enable it, then wait some minutes: " + $"{Shell($"gcloud services enable run.googleapis.com {place.ProjectArgument}")}"
            ),
            { Id: ErrorIds.StoreUnavailable } => e.With(place.Workload, inner: e),
            { Id: ErrorIds.Throttled } => With(
                e,
                e.CauseClause,
                "Wait a minute and run the same command again. Quotas: https://console.cloud.google.com/apis/api/run.googleapis.com/quotas"
            ),
            _ => null,
        };

    public FlowSecretException Conflict(string said) =>
        new(
            ErrorIds.Conflict,
            place.Workload,
            $"The {place} is being changed by somebody else at the same time{RemoteText.Quote(said)}",
            "Look who deploys it, then run the same command again; nothing was changed by this command."
        );

    public FlowSecretException Uncertain(FlowSecretException why) =>
        new(
            ErrorIds.WriteUncertain,
            place.Workload,
            $"No answer came to the change of the {place}, and whether it took effect could not be found out ({why.Id})",
            $"Run the same command again, which looks first; or look yourself: "
                + $"{Shell($"gcloud run services describe {place.Arguments}")}",
            why
        );

    /// <summary>A revision that did not become ready.</summary>
    public FlowSecretException NotReady(RunStatus status)
    {
        string stays = status.Ready is { } ready && ready != status.Created ? $"; traffic stays on revision {ready}" : "";
        return Failed($"The new revision of the {place} did not become ready{RemoteText.Quote(status.Message)}{stays}", Mend(status));
    }

    public FlowSecretException TimedOut(RunStatus status, TimeSpan timeout)
    {
        string stays = status.Ready is { } ready && ready != status.Created ? $"; traffic stays on revision {ready} until then" : "";
        return new FlowSecretException(
            ErrorIds.WorkloadTimedOut,
            place.Workload,
            $"The new revision of the {place} is not ready after {(int)timeout.TotalSeconds} s{RemoteText.Quote(status.Message)}{stays}",
            Look(status)
        );
    }

    public FlowSecretException TrafficElsewhere(RunStatus status)
    {
        string parts = string.Join(", ", status.Elsewhere.Select(static t => $"{t.Percent} % to {t.Revision}"));
        return Failed(
            $"The new revision {status.Ready} of the {place} is ready, but does not get all of its traffic: {parts}",
            $"Send it all there: {Shell($"gcloud run services update-traffic {place.Arguments} --to-latest")}. " + $"{Again}"
        );
    }

    public FlowSecretException BadContainer(string cause, IEnumerable<string?> names) =>
        new(ErrorIds.BadArgument, place.Workload, cause, $"Name one of its containers: {string.Join(", ", names.OfType<string>())}.");

    /// <summary>Whose secrets a reference means cannot be told without the project's number.</summary>
    public FlowSecretException NumberUnknown(FlowSecretException why) =>
        new(
            why.Id,
            place.Workload,
            $"The {place} names secrets of a project by its number, and whether that is {at.Project} could not be found out: {why.Cause}",
            why.Id == ErrorIds.AccessDenied
                ? Remedy.Of(
                    $"Let an owner grant it: "
                        + $"{Shell($"gcloud projects add-iam-policy-binding {at.Project:bare} --member={member} --role='roles/browser' "
                    + $"--condition=None")}"
                )
                : why.Advice,
            why
        )
        {
            AccessCause = why.AccessCause,
        };

    private static string? AccountOf(JsonObject? service) => service.Text("template", "serviceAccount");

    private FlowSecretException NotFound() =>
        new(
            ErrorIds.WorkloadNotFound,
            place.Workload,
            $"There is no {place}",
            $"Correct 'service', 'region' and 'project' of the catalog's workload '{place.Workload}'. There are: "
                + $"{Shell($"gcloud run services list {place.ProjectArgument}")}"
        );

    private FlowSecretException MayNotActAs(string account) =>
        new(
            ErrorIds.AccessDenied,
            place.Workload,
            $"Permission denied: who deploys the {place} must be allowed to act as {RemoteText.Clean(account)}, and {member} has no "
                + $"'iam.serviceaccounts.actAs' on it",
            $"Let an owner grant it: {ActAs(account)}"
        )
        {
            AccessCause = AccessCauses.NoGrant,
        };

    private FlowSecretException Refused(string said) =>
        Failed(
            $"Cloud Run refuses the change of the {place}{RemoteText.Quote(said)}",
            SecretGrant(said) ?? $"Correct what it names. Look at it: {Shell($"gcloud run services describe {place.Arguments}")}"
        );

    private FlowSecretException Failed(string cause, Remedy remedy) => new(ErrorIds.WorkloadFailed, place.Workload, cause, remedy);

    private Remedy Mend(RunStatus status) => SecretGrant(status.RawMessage) ?? Look(status);

    private Remedy Look(RunStatus status) =>
        $"Look at it: {Shell($"gcloud run services describe {place.Arguments}")}; its log: "
        + $"{Shell($"gcloud logging read {LogOf(status)} {place.ProjectArgument} --limit=50")}. {Again}";

    private static string LogOf(RunStatus status) =>
        $"resource.type=cloud_run_revision AND resource.labels.revision_name={Known(status.Created, "REVISION")}";

    private Remedy Grant(string permission, string? account)
    {
        Remedy Role(string role) =>
            $"Let an owner grant it: "
            + $"{Shell($"gcloud run services add-iam-policy-binding {place.Arguments} --member={member} --role={role}")}";
        return permission == RunService.Update
            ? Remedy.Of($"{Role("roles/run.developer")}; who deploys also needs: {ActAs(account)}")
            : Role("roles/run.viewer");
    }

    private ShellCommand ActAs(string? account) =>
        Shell(
            $"gcloud iam service-accounts add-iam-policy-binding "
                + $"{Known(account, "SERVICE_ACCOUNT_EMAIL")} {place.ProjectArgument} --member={member} "
                + $"--role='roles/iam.serviceAccountUser'"
        );

    /// <returns>Null: it is about something else.</returns>
    private static Remedy? SecretGrant(string said) =>
        SecretDenied().Match(said) is { Success: true } match
            ? Remedy.Of(
                $"Let an owner grant it: "
                    + $"{Shell($"gcloud secrets add-iam-policy-binding {match.Groups["secret"].Value:bare} --project="
                + $"{match.Groups["project"].Value:bare} --member=serviceAccount:{match.Groups["account"].Value.TrimEnd('.')} "
                + $"--role='roles/secretmanager.secretAccessor' --condition=None")}"
                    + $". {Again}"
            )
            : null;

    private FlowSecretException With(FlowSecretException e, string cause, Remedy remedy) => e.With(place.Workload, cause, remedy, inner: e);

    [GeneratedRegex(
        @"'iam\.serviceaccounts\.actAs' denied on service account (?<account>[\w.@-]+)",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture
    )]
    private static partial Regex ActAs();

    [GeneratedRegex(
        @"Permission denied on secret: projects/(?<project>[a-z0-9.:-]+)/secrets/(?<secret>[\w-]+)/versions/[\w-]+"
            + @" for Revision service account (?<account>[\w.@-]+)",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex SecretDenied();
}
