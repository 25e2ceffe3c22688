using System.Runtime.CompilerServices;
using FlowSecrets.Concurrency;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Providers.Gcp.SecretManager;
using FlowSecrets.Text;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Gcp.Iam;

/// <summary>
/// Who may do what with secrets of Google Secret Manager. For whoever asks, Google's own test decides, which is about the secret and not
/// its versions, and "may fail open" (reference of secrets.testIamPermissions); for anybody else the policies of
/// secret, project, folders and organisation do, and where they cannot all be read, Policy Troubleshooter where it may be asked.
/// </summary>
internal sealed partial class GcpAccessControl : IGcpAccess
{
    private static readonly TimeSpan SurveyHolds = TimeSpan.FromSeconds(30);

    private readonly GcpStore _store;
    private readonly GcpPlace _at;
    private readonly GcpCredential _credential;
    private readonly Lazy<ISecretManager> _client;
    private readonly GcpCaller _caller;
    private readonly GcpStoreOptions _options;
    private readonly IIamServices _cloud;
    private readonly Lock _gate = new();
    private Task<string?>? _member;
    private GcpSurvey? _survey;
    private long _surveyed;

    public GcpAccessControl(
        GcpStore store,
        GcpPlace at,
        GcpCredential credential,
        Lazy<ISecretManager> client,
        GcpCaller caller,
        GcpStoreOptions options
    )
    {
        _store = store;
        _at = at;
        _credential = credential;
        _client = client;
        _caller = caller;
        _options = options;
        _cloud = new IamServices(at, credential.Open, options.Transport);
    }

    /// <summary>"Typically 2 minutes, potentially 7 minutes or longer" (cloud.google.com/iam/docs/access-change-propagation).</summary>
    public TimeSpan Propagation { get; } = TimeSpan.FromMinutes(7);

    public async IAsyncEnumerable<AccessAnswer> TestAsync(
        IReadOnlyCollection<string> names,
        AccessQuestion question,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        GcpSurvey survey = NewSurvey(cancellationToken);
        if (names.Count > 1 && question.Principal is { } principal && !GcpMember.IsSame(principal, _credential.Member))
        {
            // What all need comes first, so that with it no more calls are under way than the limit says.
            await survey.ParentsAsync();
        }

        await foreach (
            AccessAnswer answer in Bounded.RunAsync(
                names,
                _store.Concurrency,
                (n, ct) => TestAsync(n, question, survey, ct),
                cancellationToken
            )
        )
        {
            yield return answer;
        }
    }

    public async Task<IReadOnlyList<string?>> RegionsAsync(CancellationToken cancellationToken)
    {
        (GcpLocationPage? page, _) = await _caller.TryAsync(
            new GcpCall("secretmanager.locations.list"),
            ct => _client.Value.ListLocationsAsync(ct),
            cancellationToken
        );
        return [null, .. (page?.Locations ?? []).Select(static l => l.LocationId).OfType<string>()];
    }

    public Task<string> IdentityPolicyAsync(
        IReadOnlyList<string> names,
        SecretPermission permission,
        DateTimeOffset? expires,
        CancellationToken cancellationToken
    ) =>
        throw StoreErrors.NotSupported(
            _store.Place,
            null,
            "On Google Cloud no policy is attached to an identity: roles are granted on the secrets",
            "Grant it there: Grant-FlowSecretAccess NAME -Principal PRINCIPAL"
        );

    /// <summary>
    /// Why a call of any command was denied, in the words of <see cref="TestAsync(IReadOnlyCollection{string}, AccessQuestion,
    /// CancellationToken)"/>.
    /// </summary>
    public async Task<FlowSecretException> ExplainAsync(GcpCall call, FlowSecretException denial, CancellationToken cancellationToken)
    {
        string secret = call.Secret!;
        switch (denial.AccessCause)
        {
            case AccessCauses.KmsKeyNotUsable:
                return await WithNumberAsync(secret, denial, cancellationToken);
            case AccessCauses.NoGrant or AccessCauses.SecretNotFoundOrForbidden:
                AccessAnswer answer = await WhyNotAsync(secret, call.Permission, isTest: false, Survey(), cancellationToken)
                    .WaitAsync(cancellationToken);
                return answer.Cause == AccessCauses.SecretNotFound ? StoreErrors.SecretNotFound(_store.Place, secret)
                    // Where looking into it failed, it is denied all the same, and by no other name.
                    : answer.Cause is ErrorIds.StoreUnavailable or ErrorIds.Throttled or ErrorIds.UnexpectedError ? denial
                    : answer.ToException();
            default:
                return denial;
        }
    }

    private async Task<AccessAnswer> TestAsync(string name, AccessQuestion question, GcpSurvey survey, CancellationToken cancellationToken)
    {
        try
        {
            SecretNames.Require(StoreKind.Gcp, name);
            if (
                question is { Principal: { } principal, Subject: { } subject }
                && await FederationAsync(name, principal, subject, survey, cancellationToken) is { } mismatch
            )
            {
                return mismatch;
            }

            return question.Principal is null || GcpMember.IsSame(question.Principal, _credential.Member)
                ? await TestCallerAsync(name, question, survey, cancellationToken) with
                {
                    Principal =
                        _credential.IsNamed ? _credential.Member
                        : _member is { IsCompletedSuccessfully: true, Result: { } known } ? known
                        : null,
                }
                : await TestOtherAsync(name, question.Principal, question.Permission, survey, cancellationToken);
        }
        catch (FlowSecretException e)
        {
            return AccessAnswer.Of(name, e);
        }
    }

    private async Task<AccessAnswer> TestCallerAsync(
        string name,
        AccessQuestion question,
        GcpSurvey survey,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<string> wanted = GcpRoles.PermissionsOf(question.Permission);
        GcpPermissions reply = await _caller.CallAsync(
            new GcpCall("secretmanager.secrets.testIamPermissions", name),
            ct => _client.Value.TestPermissionsAsync(name, wanted, ct),
            cancellationToken
        );
        string? missing = wanted.FirstOrDefault(w => reply.Permissions?.Contains(w, StringComparer.Ordinal) != true);
        return missing is not null
            ? await WhyNotAsync(name, missing, isTest: true, survey, cancellationToken)
            : await ReadableAsync(
                name,
                question,
                $"Google's test of permissions, which may say yes where a call is refused, says that {_store.Place.Identity} has "
                    + $"'{wanted[0]}'",
                cancellationToken
            );
    }

    /// <summary>Who has the permission may still find nothing to read.</summary>
    private async Task<AccessAnswer> ReadableAsync(
        string name,
        AccessQuestion question,
        string evidence,
        CancellationToken cancellationToken
    )
    {
        if (question.Live)
        {
            using ReadOutcome read = await ReadOutcome.OfAsync(
                name,
                () => _store.ReadAsync(name, VersionSelector.Current, cancellationToken)
            );
            return read.Error is { } error
                ? AccessAnswer.Of(name, error)
                : AccessAnswer.Allowed(name, $"The value of version {read.Secret!.Version} was read, and dropped.");
        }

        if (question.Permission != SecretPermission.Read)
        {
            return AccessAnswer.Allowed(name, evidence + ".");
        }

        (GcpVersion? newest, FlowSecretException? refusal) = await _caller.TryAsync(
            new GcpCall("secretmanager.versions.get", name, "latest"),
            ct => _client.Value.GetVersionAsync(name, "latest", ct),
            cancellationToken
        );
        return (newest?.State, refusal?.Id) switch
        {
            ("DISABLED", _) => await UnreadableAsync(StoreErrors.VersionDisabled(name, newest!.Number)),
            ("DESTROYED", _) => await UnreadableAsync(StoreErrors.VersionDestroyed(name, newest!.Number)),
            (_, ErrorIds.SecretNotFound) => await UnreadableAsync(refusal!),
            (null, _) => AccessAnswer.Allowed(
                name,
                $"{evidence}; whether its newest version can be read may not be seen without reading it."
            ),
            _ => AccessAnswer.Allowed(name, evidence + "."),
        };

        // In the words of a command that reads.
        async Task<AccessAnswer> UnreadableAsync(FlowSecretException error) =>
            AccessAnswer.Of(name, await _store.WhyNotAsync(name, GcpStore.Latest, error, cancellationToken));
    }

    private async Task<AccessAnswer?> FederationAsync(
        string name,
        string principal,
        string subject,
        GcpSurvey survey,
        CancellationToken cancellationToken
    )
    {
        const string Direct = "/subject/";
        if (principal.IndexOf(Direct, StringComparison.Ordinal) is > 0 and int at)
        {
            string own = principal[(at + Direct.Length)..];
            return own == subject
                ? null
                : AccessAnswer.Denied(
                    name,
                    AccessCauses.FederationMismatch,
                    $"The token's subject is '{subject}', and the principal's is '{own}'",
                    GcpRemedies.Grant(
                        _at,
                        name,
                        principal[..(at + Direct.Length)] + Known(subject, "SUBJECT"),
                        GcpRoles.RoleOf(SecretPermission.Read)
                    )
                );
        }

        if (!principal.StartsWith("serviceAccount:", StringComparison.Ordinal))
        {
            return null;
        }

        string account = principal["serviceAccount:".Length..];
        (System.Text.Json.Nodes.JsonObject? trust, _) = await _caller.TryAsync(
            new GcpCall("iam.serviceAccounts.getIamPolicy"),
            ct => _cloud.GetServiceAccountPolicyAsync(account, ct),
            cancellationToken
        );
        return trust is null
            ? AccessAnswer.Unknown(
                name,
                AccessCauses.PolicyUnreadable,
                $"Who may act as {account} may not be read here (iam.serviceAccounts.getIamPolicy)",
                $"Let somebody look who may: {Shell($"gcloud iam service-accounts get-iam-policy {account:bare}")}"
            )
            : GcpFederation.Compare(name, account, subject, GcpPolicy.Bindings(trust), (await survey.ParentsAsync()).Number);
    }

    /// <summary>Many denials at once are explained by what one of them found out.</summary>
    private GcpSurvey Survey()
    {
        lock (_gate)
        {
            if (_survey is null || _options.Clock.GetElapsedTime(_surveyed) > SurveyHolds)
            {
                _survey = NewSurvey(CancellationToken.None);
                _surveyed = _options.Clock.GetTimestamp();
            }

            return _survey;
        }
    }

    private GcpSurvey NewSurvey(CancellationToken cancellationToken) => new(_at, _caller, _cloud, cancellationToken);

    /// <summary>Who asks, as a policy names it: of a bare token Google is asked whose it is.</summary>
    /// <returns>Null: it is not known.</returns>
    private async Task<string?> MemberAsync(CancellationToken cancellationToken)
    {
        Task<string?> asking;
        lock (_gate)
        {
            // What was not found out is asked again by the next who wants to know; what one command breaks off, others may still wait for.
            _member = _member is { IsCompleted: true } and not { IsCompletedSuccessfully: true, Result: not null } ? null : _member;
            asking = _member ??= FindMemberAsync(CancellationToken.None);
        }

        return await asking.WaitAsync(cancellationToken);
    }

    private async Task<string?> FindMemberAsync(CancellationToken cancellationToken)
    {
        if (_credential.IsNamed)
        {
            return _credential.Member;
        }

        (GcpTokenOwner? owner, _) = await _caller.TryAsync(new GcpCall("oauth2.tokeninfo"), _cloud.WhoIsAsync, cancellationToken);
        return owner?.Email is { Length: > 0 } email ? GcpCredential.MemberOf(email) : null;
    }

    private async Task<FlowSecretException> WithNumberAsync(string secret, FlowSecretException denial, CancellationToken cancellationToken)
    {
        (GcpSecret? found, _) = await _caller.TryAsync(
            new GcpCall("secretmanager.secrets.get", secret),
            ct => _client.Value.GetSecretAsync(secret, ct),
            cancellationToken
        );
        string? whole =
            found?.Name
            ?? (
                await _caller.TryAsync(
                    new GcpCall("resourcemanager.projects.get"),
                    ct => _cloud.GetResourceAsync("projects/" + _at.Project, ct),
                    cancellationToken
                )
            )
                .Reply
                ?.Name;
        return whole?.Split('/') is ["projects", { } number, ..]
            ? denial.With(remedy: denial.Advice.Fill(GcpRemedies.NumberPlaceholder, number))
            : denial;
    }
}
