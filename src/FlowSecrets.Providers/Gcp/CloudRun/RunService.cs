using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Providers.Transport;
using FlowSecrets.Text;
using Google;

namespace FlowSecrets.Providers.Gcp.CloudRun;

/// <summary>
/// Reads a service of Cloud Run as the whole tree that it is, and writes it back with its etag, so that nothing changes but what is meant.
/// </summary>
internal sealed class RunService(RunPlace place, GcpCaller caller, ICloudRun cloud, RunErrors errors, TimeProvider clock)
{
    public const string Update = "run.services.update";

    private const string Get = "run.services.get";
    private const string GetRevision = "run.revisions.get";
    private const int Tries = 6;

    public Task<JsonObject> ReadAsync(CancellationToken cancellationToken) =>
        CallAsync(Get, null, call => caller.CallAsync(call, Say(ct => cloud.GetAsync(place.Name, ct), null), cancellationToken));

    public Task<JsonObject> ReadRevisionAsync(string revision, CancellationToken cancellationToken) =>
        CallAsync(
            GetRevision,
            null,
            call => caller.CallAsync(call, Say(ct => cloud.GetAsync(place.RevisionOf(revision), ct), null), cancellationToken)
        );

    /// <summary>Reads, changes and writes; when somebody else was faster, again from the start.</summary>
    /// <param name="change">Changes the service. False: it is so already. Asked again after a lost answer, when false means that the change
    /// is there.</param>
    /// <returns>The service as it is now, and whether this changed it.</returns>
    /// <exception cref="FlowSecretException">Conflict: somebody else was faster each time.</exception>
    public async Task<(JsonObject Service, bool Changed)> ChangeAsync(
        RunChange change,
        Action<string> say,
        CancellationToken cancellationToken
    )
    {
        for (int attempt = 1; ; attempt++)
        {
            JsonObject service = await ReadAsync(cancellationToken);
            if (!await change(service, isSent: false, cancellationToken))
            {
                return (service, false);
            }

            // A name that is given must be a new one each time; without one it is made.
            service.Object("template")?.Remove("revision");
            try
            {
                return (await WriteAsync(service, change, cancellationToken), true);
            }
            catch (FlowSecretException e) when (e.Id == ErrorIds.Conflict && attempt < Tries)
            {
                say($"The {place} was changed by somebody else; once more with what there is now");
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(50, 400) * attempt), clock, cancellationToken);
            }
        }
    }

    private async Task<JsonObject> WriteAsync(JsonObject service, RunChange change, CancellationToken cancellationToken)
    {
        JsonObject operation = await CallAsync(
            Update,
            service,
            call =>
                caller.CallAsync(
                    call with
                    {
                        Changes = true,
                    },
                    Say(ct => cloud.UpdateAsync(place.Name, service, ct), service),
                    ct => SettleAsync(service.Text("etag"), change, ct),
                    cancellationToken
                )
        );
        return operation.Object("metadata") is { } now && new RunStatus(now).Generation > 0 ? now : await ReadAsync(cancellationToken);
    }

    /// <summary>Whether a change of which no answer came is there.</summary>
    private async Task<Settled<JsonObject>> SettleAsync(string? etag, RunChange change, CancellationToken cancellationToken)
    {
        try
        {
            JsonObject now = await ReadAsync(cancellationToken);
            return now.Text("etag") != etag && !await change((JsonObject)now.DeepClone(), isSent: true, cancellationToken)
                ? Settled<JsonObject>.Yes(new JsonObject { ["metadata"] = now })
                : Settled<JsonObject>.No;
        }
        catch (FlowSecretException e) when (e.Id is not (ErrorIds.WorkloadNotFound or ErrorIds.Conflict))
        {
            throw errors.Uncertain(e);
        }
    }

    private async Task<JsonObject> CallAsync(string permission, JsonObject? sent, Func<GcpCall, Task<JsonObject>> send)
    {
        try
        {
            return await send(new GcpCall(permission));
        }
        catch (Refusal e)
        {
            throw e.Error;
        }
        catch (FlowSecretException e) when (errors.Named(e, permission, sent) is not null)
        {
            throw errors.Named(e, permission, sent)!;
        }
    }

    /// <summary>Has refusals of Cloud Run's own said in its words, before they are taken for Secret Manager's.</summary>
    private Func<CancellationToken, Task<JsonObject>> Say(Func<CancellationToken, Task<JsonObject>> send, JsonObject? sent) =>
        async cancellationToken =>
        {
            try
            {
                return await send(cancellationToken);
            }
            catch (GoogleApiException e) when (errors.Explain(e, sent) is not null)
            {
                throw new Refusal(errors.Explain(e, sent)!);
            }
        };

    /// <summary>Carries what Cloud Run said past those who would say it in general words.</summary>
    private sealed class Refusal(FlowSecretException error) : Exception
    {
        public FlowSecretException Error => error;
    }
}

/// <summary>A change of a service's tree.</summary>
/// <param name="service">Changed in place.</param>
/// <param name="isSent">The change has been sent, and this is what there is after it.</param>
/// <returns>False: it is so already.</returns>
internal delegate Task<bool> RunChange(JsonObject service, bool isSent, CancellationToken cancellationToken);
