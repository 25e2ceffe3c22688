using FlowSecrets.CloudFakes.Aws.Policies;

namespace FlowSecrets.CloudFakes.Aws.Iam;

/// <summary>The identities of all accounts with their policies. Its users hold the lock.</summary>
internal sealed class AwsDirectory(Lock @lock, Func<DateTimeOffset> now)
{
    private readonly Dictionary<string, AwsEntity> _entities = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AwsCaller> _keys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<AwsPolicy>> _organisation = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AwsManagedPolicy> _managed = AwsManaged.Provided.ToDictionary(
        static p => p.Arn,
        StringComparer.Ordinal
    );

    public Lock Lock => @lock;

    public DateTimeOffset Now => now();

    public TimeSpan PropagationDelay { get; set; }

    public AwsCaller? CallerOf(string accessKeyId) => _keys.GetValueOrDefault(accessKeyId);

    public AwsEntity? Find(string arn) => _entities.GetValueOrDefault(arn);

    /// <summary>Names are unique whatever their case and path.</summary>
    public AwsEntity? Find(string account, AwsEntityKind kind, string name) =>
        _entities.Values.FirstOrDefault(e =>
            e.Account == account && e.Kind == kind && string.Equals(e.Name, name, StringComparison.OrdinalIgnoreCase)
        );

    public bool Knows(string account) => _entities.Values.Any(e => e.Account == account);

    public AwsManagedPolicy? Managed(string arn) => _managed.GetValueOrDefault(arn);

    public AwsEntity Add(AwsEntityKind kind, string account, string path, string name)
    {
        AwsEntity entity = new(kind, account, path, name, Now);
        _entities.Add(entity.Arn, entity);
        return entity;
    }

    public string AddKey(AwsCaller caller)
    {
        string id = (caller.Arn == caller.PrincipalArn ? "AKIA" : "ASIA") + AwsNames.Random();
        _keys.Add(id, caller);
        return id;
    }

    public void Expire(string accessKeyId) => _keys[accessKeyId] = _keys[accessKeyId] with { Expires = Now };

    public AwsManagedPolicy AddManaged(string account, string path, string name, string document)
    {
        AwsManagedPolicy policy = new($"arn:aws:iam::{account}:policy{path}{name}", "ANPA" + AwsNames.Random(), name, path, document, Now);
        _managed[policy.Arn] = policy;
        return policy;
    }

    public void AddOrganisation(string account, AwsPolicy policy)
    {
        if (!_organisation.TryGetValue(account, out List<AwsPolicy>? policies))
        {
            _organisation[account] = policies = [];
        }

        policies.Add(policy);
    }

    public void Change(AwsEntity entity, Func<AwsEntityPolicies, AwsEntityPolicies> change, bool isAtOnce = false) =>
        entity.Change(change(entity.Policies), isAtOnce ? Now : Now + PropagationDelay);

    /// <summary>What is in force for who asks.</summary>
    public AwsPolicySet PoliciesOf(AwsCaller caller) =>
        caller switch
        {
            { Provider: not null } => AwsPolicySet.Nothing,
            { Entity: null } => AwsPolicySet.Everything,
            { Entity: { } entity } => PoliciesOf(entity, entity.At(Now)),
        };

    /// <param name="entity">Whose they are.</param>
    /// <param name="policies">As they are shown, or as they are in force.</param>
    /// <param name="isSimulated">A simulation does not evaluate the conditions of an organisation's policies.</param>
    public AwsPolicySet PoliciesOf(AwsEntity entity, AwsEntityPolicies policies, bool isSimulated = false) =>
        new(
            [
                .. OwnPoliciesOf(entity, policies),
                .. policies
                    .Groups.Select(g => Find(entity.Account, AwsEntityKind.Group, g)!)
                    .SelectMany(g => OwnPoliciesOf(g, isSimulated ? g.Policies : g.At(Now))),
            ],
            policies.Boundary is { } boundary ? AwsPolicy.Parse(_managed[boundary].Document, _managed[boundary].Name) : null,
            isSimulated ? Simulated(OrganisationOf(entity.Account)) : OrganisationOf(entity.Account)
        );

    private IEnumerable<AwsPolicy> OwnPoliciesOf(AwsEntity entity, AwsEntityPolicies policies) =>
        [
            .. policies.Inline.Select(p => AwsPolicy.Parse(p.Value, $"{AwsEntity.Word(entity.Kind)}_{entity.Name}_{p.Key}")),
            .. policies.Attached.Select(a => AwsPolicy.Parse(_managed[a].Document, _managed[a].Name)),
        ];

    /// <summary>
    /// A simulation in an organisation whose policies have conditions says that they allow nothing, as people's bug reports have it
    /// (aws/sagemaker-python-sdk#6019, aws/aws-sdk#102). What is denied without a condition is denied all the same.
    /// </summary>
    private static List<AwsPolicy> Simulated(List<AwsPolicy> policies) =>
        policies.Exists(static p => p.HasConditions)
            ? [.. policies.Where(static p => !p.HasConditions && !p.AllowsAnything), AwsPolicy.Nothing]
            : policies;

    /// <summary>FullAWSAccess, which AWS attaches, is taken for detached as soon as another one allows something.</summary>
    private List<AwsPolicy> OrganisationOf(string account)
    {
        List<AwsPolicy> policies = _organisation.GetValueOrDefault(account) ?? [];
        return policies.Count == 0 || policies.Exists(static p => p.AllowsAnything) ? policies : [AwsPolicy.Everything, .. policies];
    }
}
