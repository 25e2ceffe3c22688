using FlowSecrets.CloudFakes.Aws.Policies;

namespace FlowSecrets.CloudFakes.Aws.Iam;

/// <summary>An identity with the id of a key that is its own.</summary>
public sealed record AwsLogin(string Arn, string AccessKeyId);

/// <summary>Users and roles that the fake judges. A key that is not theirs is the administrator's.</summary>
public sealed class AwsIam
{
    private readonly string _account;

    internal AwsIam(AwsDirectory directory, string account) => (Directory, _account) = (directory, account);

    /// <summary>How long a changed policy of an identity takes to be in force; its API shows it at once.</summary>
    public TimeSpan PropagationDelay
    {
        get => Directory.PropagationDelay;
        set => Directory.PropagationDelay = value;
    }

    /// <summary>aws:SourceIp of every request.</summary>
    public string SourceIp { get; set; } = "127.0.0.1";

    internal AwsDirectory Directory { get; }

    public AwsLogin AddUser(string name, string path = "/", string? account = null) =>
        Locked(() =>
        {
            AwsEntity user = Directory.Add(AwsEntityKind.User, account ?? _account, path, name);
            return new AwsLogin(user.Arn, Directory.AddKey(user.Caller()));
        });

    /// <param name="name">Of the role.</param>
    /// <param name="path">With a slash at each end.</param>
    /// <param name="trustPolicyJson">Null: the role's own account is trusted.</param>
    /// <param name="account">Null: that of the options.</param>
    /// <returns>Its ARN.</returns>
    public string AddRole(string name, string path = "/", string? trustPolicyJson = null, string? account = null) =>
        Locked(() =>
        {
            AwsEntity role = Directory.Add(AwsEntityKind.Role, account ?? _account, path, name);
            Directory.Change(role, p => p with { Trust = trustPolicyJson ?? Own(role.Account) }, isAtOnce: true);
            return role.Arn;
        });

    /// <returns>Its ARN.</returns>
    public string AddGroup(string name, string path = "/", string? account = null) =>
        Locked(() => Directory.Add(AwsEntityKind.Group, account ?? _account, path, name).Arn);

    public void AddToGroup(string userArn, string groupArn) =>
        Locked(() =>
        {
            string group = Entity(groupArn).Name;
            Directory.Change(Entity(userArn), p => p with { Groups = p.Groups.Remove(group).Add(group) });
        });

    /// <returns>The id of the session's key.</returns>
    public string SessionOf(string roleArn, string sessionName) => Locked(() => Directory.AddKey(Entity(roleArn).Caller(sessionName)));

    /// <summary>The key is refused from now on as one whose time is over.</summary>
    public void Expire(string accessKeyId) => Locked(() => Directory.Expire(accessKeyId));

    public void PutPolicy(string arn, string name, string json) =>
        Locked(() => Directory.Change(Entity(arn), p => p with { Inline = p.Inline.SetItem(name, Valid(json)) }));

    public void DeletePolicy(string arn, string name) =>
        Locked(() => Directory.Change(Entity(arn), p => p with { Inline = p.Inline.Remove(name) }));

    /// <returns>The ARN of the managed policy.</returns>
    public string AddManagedPolicy(string name, string json, string path = "/", string? account = null) =>
        Locked(() => Directory.AddManaged(account ?? _account, path, name, Valid(json)).Arn);

    public void Attach(string arn, string policyArn) =>
        Locked(() => Directory.Change(Entity(arn), p => p with { Attached = p.Attached.Remove(policyArn).Add(policyArn) }));

    public void Detach(string arn, string policyArn) =>
        Locked(() => Directory.Change(Entity(arn), p => p with { Attached = p.Attached.Remove(policyArn) }));

    /// <summary>Of a managed policy that is made for it; null takes the boundary away.</summary>
    public void SetBoundary(string arn, string? json) =>
        Locked(() =>
        {
            AwsEntity entity = Entity(arn);
            string? boundary = json is null ? null : Directory.AddManaged(entity.Account, "/", $"{entity.Name}-boundary", Valid(json)).Arn;
            Directory.Change(entity, p => p with { Boundary = boundary });
        });

    /// <summary>One more. FullAWSAccess stays attached as long as none of them allows anything.</summary>
    public void ServiceControlPolicy(string account, string json) =>
        Locked(() => Directory.AddOrganisation(account, AwsPolicy.Parse(json, "ServiceControlPolicy")));

    /// <summary>IAM shows whoever asks with an unknown key as one who may do everything, so that a simulation says what happens.</summary>
    internal void AddAdministrator(string arn) =>
        Locked(() =>
        {
            if (arn.Split(':', 6) is ["arn", _, "iam", _, var account, var name] && name.StartsWith("user/", StringComparison.Ordinal))
            {
                AwsEntity user = Directory.Add(
                    AwsEntityKind.User,
                    account,
                    name["user".Length..(name.LastIndexOf('/') + 1)],
                    name[(name.LastIndexOf('/') + 1)..]
                );
                Directory.Change(
                    user,
                    static p => p with { Attached = p.Attached.Add("arn:aws:iam::aws:policy/AdministratorAccess") },
                    isAtOnce: true
                );
            }
        });

    private static string Own(string account) =>
        $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::{{account}}:root"}"""
        + ""","Action":"sts:AssumeRole"}]}""";

    private static string Valid(string json)
    {
        AwsPolicy.Parse(json);
        return json;
    }

    private AwsEntity Entity(string arn) =>
        Directory.Find(arn) ?? throw new ArgumentException($"The fake has no identity {arn}.", nameof(arn));

    private void Locked(Action change)
    {
        lock (Directory.Lock)
        {
            change();
        }
    }

    private T Locked<T>(Func<T> change)
    {
        lock (Directory.Lock)
        {
            return change();
        }
    }
}
