using System.Globalization;
using System.Text.Json.Nodes;
using FlowSecrets.Catalogs;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Gcp.CloudRun;

/// <summary>
/// A Cloud Run service. It runs as the service account of its template, else as the project's default one. It cannot be paused.
/// </summary>
/// <param name="member">Who asks, as a policy names him.</param>
internal sealed class CloudRunWorkload(
    CatalogWorkload workload,
    GcpPlace at,
    GcpCaller caller,
    ICloudRun cloud,
    string member,
    TimeProvider clock
) : IWorkload
{
    private string? _number;

    public string Description =>
        $"Cloud Run service {workload.Settings.GetValueOrDefault("region")}/{workload.Settings.GetValueOrDefault("service")}";

    public async Task<WorkloadIdentity> IdentityAsync(CancellationToken cancellationToken)
    {
        Tools tools = Open();
        JsonObject found = await tools.Run.ReadAsync(cancellationToken);
        if (tools.TemplateOf(found).ServiceAccount is { } account)
        {
            return new WorkloadIdentity("serviceAccount:" + account, $"the Cloud Run service '{tools.Place.Service}' runs as {account}");
        }

        string byDefault = await NumberOfAsync(tools.Place.Project, cancellationToken) + "-compute@developer.gserviceaccount.com";
        return new WorkloadIdentity(
            "serviceAccount:" + byDefault,
            $"the Cloud Run service '{tools.Place.Service}' names no service account, so it runs as the project's default one"
        );
    }

    public async Task<WorkloadState> StateAsync(IReadOnlyList<WorkloadSecret> secrets, CancellationToken cancellationToken)
    {
        Tools tools = Open();
        JsonObject service = await tools.Run.ReadAsync(cancellationToken);
        RunStatus status = new(service);
        IReadOnlyList<RunningRevision> revisions = await RunningAsync(tools, service, status, secrets, cancellationToken);
        foreach (RunningRevision revision in revisions)
        {
            await KnowNumberAsync(tools, revision.Template, secrets, cancellationToken);
        }

        WorkloadHealth health = status.Health;
        return new WorkloadState(health, [.. secrets.Select(s => RunVersions.Of(s, revisions))])
        {
            Detail =
                health != WorkloadHealth.Healthy ? status.Message
                : status.Elsewhere.Count > 0
                    ? $"traffic goes to {string.Join(", ", status.Elsewhere.Select(static t => t.Revision))}, not to the newest "
                        + $"revision {status.Ready}"
                : "",
            HoldsValues = RunVersions.AreHeld(secrets, revisions),
        };
    }

    public async Task<string> RedeployAsync(
        IReadOnlyList<WorkloadSecret> secrets,
        bool always,
        Action<string> say,
        CancellationToken cancellationToken
    )
    {
        Tools tools = Open();
        string time = clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
        bool restarts = always;
        (JsonObject now, _) = await tools.Run.ChangeAsync(
            async (service, isSent, ct) =>
            {
                RunTemplate template = tools.TemplateOf(service);
                await KnowNumberAsync(tools, template, secrets, ct);
                bool changed = secrets.Aggregate(false, (moved, s) => template.Move(s) || moved);
                restarts |= !changed && !isSent && await IsBehindAsync(tools, new RunStatus(service), template, secrets, ct);
                if (restarts && template.Restarted != time)
                {
                    template.Restart(time);
                    changed = true;
                }

                return changed;
            },
            say,
            cancellationToken
        );
        return new RunStatus(now).Generation.ToString(CultureInfo.InvariantCulture);
    }

    public Task WaitAsync(string deployment, TimeSpan timeout, Action<string> say, CancellationToken cancellationToken)
    {
        Tools tools = Open();
        return long.TryParse(deployment, NumberStyles.None, CultureInfo.InvariantCulture, out long generation)
            ? new RunRollout(tools.Place, tools.Run, tools.Errors, clock).WaitAsync(generation, timeout, say, cancellationToken)
            : throw new FlowSecretException(
                ErrorIds.BadArgument,
                workload.Name,
                $"'{deployment}' is no deployment of the {tools.Place}",
                "Give what the redeployment returned."
            );
    }

    public Task<bool> BindAsync(WorkloadBinding binding, CancellationToken cancellationToken)
    {
        if (binding.Field is { } field)
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                binding.Variable,
                $"Cloud Run injects whole secrets, not a field of one ('{field}' of '{binding.StoreName}')",
                "Leave the field out and read it in the program, or keep the field as a secret of its own."
            );
        }

        return EditAsync(
            binding,
            (template, container) => template.Bind(container, binding.Variable, binding.StoreName, binding.Version ?? RunTemplate.Latest),
            cancellationToken
        );
    }

    public Task<bool> UnbindAsync(WorkloadBinding binding, CancellationToken cancellationToken) =>
        EditAsync(binding, (template, container) => template.Unbind(container, binding.Variable, binding.StoreName), cancellationToken);

    private async Task<bool> EditAsync(
        WorkloadBinding binding,
        Func<RunTemplate, JsonObject, bool> edit,
        CancellationToken cancellationToken
    )
    {
        Tools tools = Open();
        WorkloadSecret[] secrets = [new WorkloadSecret(binding.StoreName, binding.Version ?? RunTemplate.Latest)];
        (_, bool changed) = await tools.Run.ChangeAsync(
            async (service, _, ct) =>
            {
                RunTemplate template = tools.TemplateOf(service);
                await KnowNumberAsync(tools, template, secrets, ct);
                return edit(template, ContainerOf(tools, template, binding.Container));
            },
            static _ => { },
            cancellationToken
        );
        return changed;
    }

    /// <summary>The one of that name; without a name the only one, or the one that takes the requests.</summary>
    private static JsonObject ContainerOf(Tools tools, RunTemplate template, string? name)
    {
        IReadOnlyList<JsonObject> all = template.Containers;
        JsonObject? found =
            name is not null ? all.FirstOrDefault(c => c.Text("name") == name)
            : all is [{ } only] ? only
            : all.FirstOrDefault(static c => c.Objects("ports").Any());
        return found
            ?? throw tools.Errors.BadContainer(
                name is null ? $"The {tools.Place} has several containers" : $"The {tools.Place} has no container '{name}'",
                all.Select(static c => c.Text("name"))
            );
    }

    /// <summary>What runs now: by the template, unless requests reach other revisions than the newest.</summary>
    private static async Task<IReadOnlyList<RunningRevision>> RunningAsync(
        Tools tools,
        JsonObject service,
        RunStatus status,
        IReadOnlyList<WorkloadSecret> secrets,
        CancellationToken cancellationToken
    )
    {
        RunTemplate template = tools.TemplateOf(service);
        bool isNewest = status.Health == WorkloadHealth.Healthy && status.Serving is [{ } only] && only == status.Created;
        if (isNewest && !secrets.Any(s => s.Since is not null && template.Uses(s).Any(static u => u.Version == RunTemplate.Latest)))
        {
            return [new RunningRevision(status.Created!, template, null, IsNewest: true)];
        }

        List<RunningRevision> running = [];
        foreach (string name in status.Serving)
        {
            JsonObject revision = await tools.Run.ReadRevisionAsync(name, cancellationToken);
            running.Add(new RunningRevision(name, new RunTemplate(revision, tools.Names), revision.Time("createTime"), isNewest));
        }

        return running;
    }

    /// <summary>
    /// Whether a deployment is due although no reference has to move: the last one failed, or the service fetches a secret itself and was
    /// started before its version was there.
    /// </summary>
    private static async Task<bool> IsBehindAsync(
        Tools tools,
        RunStatus status,
        RunTemplate template,
        IReadOnlyList<WorkloadSecret> secrets,
        CancellationToken cancellationToken
    )
    {
        if (status.Health == WorkloadHealth.Failed)
        {
            return true;
        }

        WorkloadSecret[] fetched = [.. secrets.Where(s => !template.Uses(s).Any())];
        if (fetched.Length == 0 || status.Created is not { } newest || fetched.Any(static s => s.Since is null))
        {
            return fetched.Length > 0;
        }

        DateTimeOffset? created = (await tools.Run.ReadRevisionAsync(newest, cancellationToken)).Time("createTime");
        return created is null || fetched.Any(s => created < s.Since);
    }

    /// <summary>Looks the store's number up where a reference has a number in the place of its project.</summary>
    private async Task KnowNumberAsync(
        Tools tools,
        RunTemplate template,
        IReadOnlyList<WorkloadSecret> secrets,
        CancellationToken cancellationToken
    )
    {
        if (tools.Names.Number is null && secrets.Any(s => template.IsOpen(s.StoreName)))
        {
            try
            {
                _number ??= await NumberOfAsync(at.Project, cancellationToken);
            }
            catch (FlowSecretException e)
            {
                throw tools.Errors.NumberUnknown(e);
            }

            tools.Names.Number = _number;
        }
    }

    private async Task<string> NumberOfAsync(string project, CancellationToken cancellationToken) =>
        GcpName.Last(
            (
                await caller.CallAsync(
                    new GcpCall("resourcemanager.projects.get"),
                    ct => cloud.GetProjectAsync(project, ct),
                    cancellationToken
                )
            )["name"]
                ?.GetValue<string>()
        );

    private Tools Open()
    {
        RunPlace place = RunPlace.Of(workload, at);
        RunErrors errors = new(place, at, member);
        return new Tools(
            place,
            errors,
            new RunService(place, caller, cloud, errors, clock),
            new RunSecretNames(at, place.Project) { Number = _number }
        );
    }

    /// <summary>What an operation works with, made once the catalog's settings are known to be there.</summary>
    private sealed record Tools(RunPlace Place, RunErrors Errors, RunService Run, RunSecretNames Names)
    {
        public RunTemplate TemplateOf(JsonObject service)
        {
            if (service.Object("template") is not { } template)
            {
                service["template"] = template = [];
            }

            return new RunTemplate(template, Names);
        }
    }
}
