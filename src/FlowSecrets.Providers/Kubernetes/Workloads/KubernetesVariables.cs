using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Kubernetes.Workloads;

/// <summary>Environment variables of a container that are taken from Kubernetes Secrets.</summary>
internal sealed class KubernetesVariables(KubernetesPlace place, KubernetesCluster cluster, TimeProvider clock)
{
    private const int Attempts = 8;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <returns>False where it was so already.</returns>
    public Task<bool> BindAsync(WorkloadBinding binding, CancellationToken cancellationToken)
    {
        if (binding.Version is not null)
        {
            throw KubernetesErrors.NoPin(place, binding.Variable);
        }

        (string secret, string key) = SourceOf(binding);
        return EditAsync(
            binding,
            entry =>
            {
                if (entry is not null && IsFrom(entry, secret, key))
                {
                    return null;
                }

                // Replaced whole: else another source of the variable would stay beside the new one.
                JsonObject wanted = new()
                {
                    ["name"] = binding.Variable,
                    ["valueFrom"] = new JsonObject
                    {
                        ["$patch"] = "replace",
                        ["secretKeyRef"] = new JsonObject { ["name"] = secret, ["key"] = key },
                    },
                };
                if (entry is null || entry["valueFrom"] is null)
                {
                    wanted.Object("valueFrom")!.Remove("$patch");
                }

                if (entry?["value"] is not null)
                {
                    wanted["value"] = null;
                }

                return wanted;
            },
            cancellationToken
        );
    }

    /// <returns>False where there was none.</returns>
    public Task<bool> UnbindAsync(WorkloadBinding binding, CancellationToken cancellationToken)
    {
        (string secret, string key) = SourceOf(binding);
        return EditAsync(
            binding,
            entry =>
                entry is null ? null
                : IsFrom(entry, secret, key) ? new JsonObject { ["name"] = binding.Variable, ["$patch"] = "delete" }
                : throw KubernetesErrors.Foreign(place, binding.Variable, secret, key),
            cancellationToken
        );
    }

    /// <param name="change">Of what is there to the entry of the patch; null: nothing is to be done.</param>
    private async Task<bool> EditAsync(WorkloadBinding binding, Func<JsonObject?, JsonObject?> change, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            JsonObject workload = await cluster.ReadAsync(cancellationToken);
            PodTemplate template = new(place with { Container = null }, workload);
            (string list, JsonObject container) = ContainerOf(template, binding.Container ?? place.Container);
            if (change(container.Objects("env").FirstOrDefault(e => e.Text("name") == binding.Variable)) is not { } entry)
            {
                return false;
            }

            JsonObject part = new() { ["name"] = container.Text("name"), ["env"] = new JsonArray(entry) };
            try
            {
                await cluster.PatchTemplateAsync(
                    "strategic",
                    new JsonObject { ["spec"] = new JsonObject { [list] = new JsonArray(part) } },
                    workload,
                    cancellationToken
                );
                return true;
            }
            catch (FlowSecretException e) when (e.Id == ErrorIds.Conflict && attempt < Attempts)
            {
                // Somebody changed it meanwhile, be it its controller: what it is now is looked at again.
                await Task.Delay(Pause * attempt, clock, cancellationToken);
            }
        }
    }

    private (string List, JsonObject Container) ContainerOf(PodTemplate template, string? name)
    {
        foreach (string list in (string[])["containers", "initContainers"])
        {
            JsonObject[] all = [.. template.Of(list)];
            if (name is null)
            {
                return all is [{ } only]
                    ? (list, only)
                    : throw KubernetesErrors.BadContainer(place, $"{place} has several containers", all);
            }

            if (all.FirstOrDefault(c => c.Text("name") == name) is { } found)
            {
                return (list, found);
            }
        }

        throw KubernetesErrors.BadContainer(
            place,
            $"{place} has no container '{name}'",
            template.Of("containers").Concat(template.Of("initContainers"))
        );
    }

    private (string Secret, string Key) SourceOf(WorkloadBinding binding) =>
        (
            string.IsNullOrEmpty(binding.KubernetesSecret)
                ? throw KubernetesErrors.NoKubernetesSecret(place, binding.Variable)
                : binding.KubernetesSecret,
            binding.KubernetesKey ?? binding.Variable
        );

    private static bool IsFrom(JsonObject entry, string secret, string key) =>
        string.IsNullOrEmpty(entry.Text("value"))
        && PodTemplate.Reference(entry) is { } reference
        && reference.Text("name") == secret
        && reference.Text("key") == key;
}
