using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.Iam;
using FlowSecrets.Providers.Aws.SecretsManager;

namespace FlowSecrets.Tests.Aws.Iam.Simulator;

/// <summary>
/// AWS as the module asks it, about one case. The simulation is the witness's, as AWS documents its own: with the context that is sent, the
/// keys that are missing of the statements about the request, and without the conditions of an organisation's policies.
/// </summary>
internal sealed class CaseCloud(SimulatorProcess simulator) : IAwsCloud
{
    public SimulatedCase Case { get; set; } = null!;

    public Task<AwsRole> GetRoleAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult(new AwsRole(Case.RoleArn, "{}", BoundaryArn));

    public Task<IReadOnlyList<string>> ListInlinePoliciesAsync(AwsIdentityKind kind, string name, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([.. Case.Identity.Select(static (_, i) => $"p{i}")]);

    public Task<string> GetInlinePolicyAsync(AwsIdentityKind kind, string name, string policy, CancellationToken cancellationToken) =>
        Task.FromResult(Case.Identity[int.Parse(policy.AsSpan(1), CultureInfo.InvariantCulture)].ToJsonString());

    public Task<IReadOnlyList<string>> ListAttachedPoliciesAsync(AwsIdentityKind kind, string name, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([]);

    public Task<IReadOnlyList<string>> ListGroupsAsync(string user, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([]);

    public Task<string?> GetUserBoundaryAsync(string user, CancellationToken cancellationToken) => Task.FromResult(BoundaryArn);

    public Task<string> GetPolicyAsync(string arn, CancellationToken cancellationToken) => Task.FromResult("v1");

    public Task<string> GetPolicyVersionAsync(string arn, string version, CancellationToken cancellationToken) =>
        Task.FromResult(Case.Boundary!.ToJsonString());

    private string? BoundaryArn => Case.Boundary is null ? null : "arn:aws:iam::aws:policy/limit";

    public Task<AwsSimulation> SimulateAsync(
        string principal,
        string action,
        string resource,
        IReadOnlyDictionary<string, string> context,
        CancellationToken cancellationToken
    )
    {
        JsonObject sent = [];
        foreach ((string key, string value) in context)
        {
            sent[key] = value;
        }

        JsonObject ask = CaseTruth.Ask(principal, action, resource, Case.Account, "none", sent);
        JsonObject policies = Case.Policies;
        policies["none"] = CaseTruth.LetsTheAccountDecide(Case.Account);
        bool isOpen = Case.Organization?.Exists(static p => p.ToJsonString().Contains("Condition", StringComparison.Ordinal)) == true;
        policies["organization"] = isOpen ? null : policies["organization"]?.DeepClone();
        string whole = simulator.Decide(policies, ask)[0];
        JsonArray own = [.. Case.Identity.Select(static p => p.DeepClone())];
        if (Case.Boundary is { } limit)
        {
            own.Add(limit.DeepClone());
        }

        string alone = Only(policies, ask, "organization");
        return Task.FromResult(
            new AwsSimulation(
                whole switch
                {
                    "Allowed" when !isOpen => "allowed",
                    "ExplicitlyDenied" => "explicitDeny",
                    _ => "implicitDeny",
                },
                alone == "ImplicitlyDenied" ? null : "p0",
                simulator.Missing(own, ask),
                Case.Organization is null ? null
                    : isOpen ? false
                    : Is(Case.Organization, ask),
                Case.Boundary is { } boundary ? Is([boundary], ask) : null
            )
        );
    }

    public Task<AwsKey> DescribeKeyAsync(string key, string region, CancellationToken cancellationToken) =>
        Task.FromResult(
            new AwsKey
            {
                Arn = key,
                KeyState = "Enabled",
                KeyManager = "CUSTOMER",
            }
        );

    public Task<string> GetKeyPolicyAsync(string key, string region, CancellationToken cancellationToken) =>
        Task.FromResult(Case.KeyPolicy!.ToJsonString());

    public Task<IReadOnlyList<AwsKeyGrant>> ListKeyGrantsAsync(string key, string region, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<AwsKeyGrant>>(
            Case.HasKeyGrant
                ?
                [
                    new AwsKeyGrant
                    {
                        GranteePrincipal = Case.IsSession ? Case.RoleArn : Case.Principal,
                        Operations = ["Decrypt", "GenerateDataKey"],
                    },
                ]
                : []
        );

    public Task<IReadOnlyList<AwsTag>?> ListKeyTagsAsync(string key, string region, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<AwsTag>?>(Tags(Case.KeyTags));

    public Task<DateTimeOffset?> LastGrantAsync(
        string resource,
        string? region,
        DateTimeOffset since,
        CancellationToken cancellationToken
    ) => Task.FromResult<DateTimeOffset?>(null);

    private static List<AwsTag> Tags(Dictionary<string, string> tags) =>
        [.. tags.Select(static t => new AwsTag { Key = t.Key, Value = t.Value })];

    /// <summary>The same without one kind of policies.</summary>
    private string Only(JsonObject policies, JsonObject ask, string without)
    {
        JsonObject fewer = (JsonObject)policies.DeepClone();
        fewer.Remove(without);
        return simulator.Decide(fewer, ask)[0];
    }

    private bool Is(List<JsonObject> policies, JsonObject ask)
    {
        JsonObject alone = new()
        {
            ["identity"] = new JsonArray([.. policies.Select(static p => p.DeepClone())]),
            ["none"] = CaseTruth.LetsTheAccountDecide(Case.Account),
        };
        return simulator.Decide(alone, ask)[0] == "Allowed";
    }

    /// <summary>Secrets Manager with the case's secret, of which nothing but its description and its policy is asked.</summary>
    [SuppressMessage("Performance", "CA1852:Seal internal types", Justification = "DispatchProxy derives from it.")]
    internal class Secrets : DispatchProxy
    {
        public CaseCloud Cloud { get; set; } = null!;

        public static ISecretsManager Of(CaseCloud cloud)
        {
            ISecretsManager made = Create<ISecretsManager, Secrets>();
            ((Secrets)(object)made).Cloud = cloud;
            return made;
        }

        protected override object Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod?.Name switch
            {
                nameof(ISecretsManager.DescribeAsync) => Task.FromResult(
                    new AwsSecret
                    {
                        Arn = SimulatedCase.Secret,
                        Name = SimulatedCase.Name,
                        KmsKeyId = Cloud.Case.KeyPolicy is null ? null : SimulatedCase.Key,
                        Tags = Tags(Cloud.Case.Tags),
                        VersionIdsToStages = new Dictionary<string, List<string>>(StringComparer.Ordinal) { ["v1"] = ["AWSCURRENT"] },
                    }
                ),
                nameof(ISecretsManager.GetPolicyAsync) => Task.FromResult(
                    new AwsResourcePolicy { ResourcePolicy = Cloud.Case.SecretPolicy?.ToJsonString() }
                ),
                _ => throw new NotSupportedException(targetMethod?.Name),
            };
    }
}
