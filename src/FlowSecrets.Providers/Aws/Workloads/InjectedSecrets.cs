using FlowSecrets.Errors;
using FlowSecrets.Model;

namespace FlowSecrets.Providers.Aws.Workloads;

/// <summary>
/// What the secrets injected into containers say of versions, and how they are changed. ECS and App Runner have the same references.
/// </summary>
internal static class InjectedSecrets
{
    /// <param name="started">When the deployment was that runs; null: not known.</param>
    public static WorkloadVersion VersionOf(IEnumerable<IContainerVariables> containers, WorkloadSecret secret, DateTimeOffset? started)
    {
        SecretReference[] references = [.. ReferencesTo(containers, secret)];
        if (Array.Find(references, r => r.Version is not null && r.Version != secret.Version) is { } other)
        {
            return new WorkloadVersion(secret.StoreName, other.Version, true, "pinned");
        }

        if (references.Length > 0 && Array.TrueForAll(references, static r => r.Version is not null))
        {
            return new WorkloadVersion(secret.StoreName, secret.Version, false, "pinned");
        }

        if (Array.Find(references, static r => r is { Version: null, FollowsCurrent: false }) is { } staged)
        {
            return new WorkloadVersion(secret.StoreName, null, null, $"the stage {staged.Stage}");
        }

        return (secret.Since, started) switch
        {
            ({ } since, { } start) when start > since => new WorkloadVersion(
                secret.StoreName,
                secret.Version,
                false,
                "started after the version was current"
            ),

            // What nobody injects may be read again at any time.
            _ when references.Length == 0 => new WorkloadVersion(secret.StoreName, null, null, "not injected"),
            ({ }, { }) => new WorkloadVersion(secret.StoreName, null, true, "started before the version was current"),
            _ => new WorkloadVersion(secret.StoreName, null, null, "not known since when the version is current"),
        };
    }

    /// <summary>Whether a deployment of that time has the versions; one of those that are pinned has what it says.</summary>
    public static bool RunsWith(
        IReadOnlyList<IContainerVariables> containers,
        IEnumerable<WorkloadSecret> secrets,
        DateTimeOffset? started
    ) =>
        secrets.All(s =>
        {
            SecretReference[] references = [.. ReferencesTo(containers, s)];
            return references.Length > 0 && Array.TrueForAll(references, static r => r.Version is not null)
                ? Array.TrueForAll(references, r => r.Version == s.Version)
                : started > s.Since;
        });

    /// <summary>Moves pinned ones to the versions, and adds, moves or removes what carries the value before.</summary>
    /// <returns>Whether anything is different now.</returns>
    /// <exception cref="FlowSecretException">Conflict: the variable for the value before carries something else.</exception>
    public static bool Move(IReadOnlyList<IContainerVariables> containers, IEnumerable<WorkloadSecret> secrets, AwsWorkloadSetting setting)
    {
        bool moved = false;
        foreach ((WorkloadSecret secret, IContainerVariables container) in secrets.SelectMany(s => containers.Select(c => (s, c))))
        {
            foreach (
                (string variable, SecretReference reference) in In(container, secret)
                    .Where(e => e.Reference.Version is not null && e.Reference.Version != secret.Version)
                    .ToArray()
            )
            {
                container.Set(variable, (reference with { Stage = null, Version = secret.Version }).ToString());
                moved = true;
            }

            moved |= MovePrevious(container, secret, setting);
        }

        return moved;
    }

    /// <summary>Whether the variable is as the binding says.</summary>
    public static bool IsBound(IContainerVariables container, WorkloadBinding binding) =>
        !container.HasPlain(binding.Variable)
        && ReferenceOf(container, binding.Variable) is { } reference
        && reference.Is(binding.StoreName)
        && reference.Field == binding.Field
        && (binding.Version is null ? reference.FollowsCurrent : reference.Version == binding.Version);

    public static void Bind(IContainerVariables container, WorkloadBinding binding, string arn) =>
        container.Set(binding.Variable, new SecretReference(arn, binding.Field, null, binding.Version).ToString());

    /// <returns>False: there was none.</returns>
    /// <exception cref="FlowSecretException">Conflict.</exception>
    public static bool Unbind(IEnumerable<IContainerVariables> containers, WorkloadBinding binding, AwsWorkloadSetting setting)
    {
        IContainerVariables[] having = [.. containers.Where(c => Has(c, binding.Variable))];
        foreach (IContainerVariables container in having)
        {
            Require(container, binding.Variable, binding.StoreName, setting);
            container.Remove(binding.Variable);
        }

        return having.Length > 0;
    }

    private static bool MovePrevious(IContainerVariables container, WorkloadSecret secret, AwsWorkloadSetting setting)
    {
        if (secret.PreviousVariable is not { } variable)
        {
            return false;
        }

        if (secret.PreviousVersion is null)
        {
            if (ReferenceOf(container, variable)?.Is(secret.StoreName) != true)
            {
                return false;
            }

            container.Remove(variable);
            return true;
        }

        // Whoever is not given the value is not given the one before either.
        SecretReference? main = In(container, secret)
            .OrderByDescending(e => secret.Variables.ContainsKey(e.Variable))
            .Select(static e => e.Reference)
            .FirstOrDefault();
        if (main is null)
        {
            return false;
        }

        SecretReference wanted = main with { Stage = null, Version = secret.PreviousVersion };
        if (
            ReferenceOf(container, variable) is { } reference
            && reference.Is(secret.StoreName)
            && reference with { Secret = wanted.Secret } == wanted
            && !container.HasPlain(variable)
        )
        {
            return false;
        }

        if (container.Secrets.Any(s => s.Key == variable))
        {
            Require(container, variable, secret.StoreName, setting);
        }

        container.Set(variable, wanted.ToString());
        return true;
    }

    private static void Require(IContainerVariables container, string variable, string storeName, AwsWorkloadSetting setting)
    {
        if (ReferenceOf(container, variable)?.Is(storeName) != true)
        {
            throw new FlowSecretException(
                ErrorIds.Conflict,
                setting.Name,
                $"The variable {variable} of {setting.Description} carries something else than '{storeName}'",
                "Name another variable, or take it out where it was put in."
            );
        }
    }

    private static bool Has(IContainerVariables container, string variable) =>
        container.HasPlain(variable) || container.Secrets.Any(s => s.Key == variable);

    private static SecretReference? ReferenceOf(IContainerVariables container, string variable) =>
        container.Secrets.Where(s => s.Key == variable).Select(static s => SecretReference.Parse(s.Value)).FirstOrDefault();

    private static IEnumerable<SecretReference> ReferencesTo(IEnumerable<IContainerVariables> containers, WorkloadSecret secret) =>
        containers.SelectMany(c => In(c, secret)).Select(static e => e.Reference);

    /// <summary>Those of a secret, without the one of the value before.</summary>
    private static IEnumerable<(string Variable, SecretReference Reference)> In(IContainerVariables container, WorkloadSecret secret) =>
        container
            .Secrets.Where(e => e.Key != secret.PreviousVariable)
            .Select(static e => (Variable: e.Key, Reference: SecretReference.Parse(e.Value)!))
            .Where(e => e.Reference is not null && e.Reference.Is(secret.StoreName));
}
