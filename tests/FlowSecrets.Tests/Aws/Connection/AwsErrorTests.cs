using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Aws.SecretsManager;
using FlowSecrets.Errors;
using FlowSecrets.Providers.Aws.SecretsManager;
using FlowSecrets.Tests.Transport;
using static FlowSecrets.Tests.Transport.Refusals;

namespace FlowSecrets.Tests.Aws.Connection;

/// <summary>Each answer of the service in our ids, with account, region, identity and what mends it.</summary>
public sealed class AwsErrorTests : IDisposable
{
    private const string Keys = "keys of AWS_ACCESS_KEY_ID";
    private const string LogIn =
        "Log in: aws sso login, or aws configure; in CI set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role. Then see "
        + "Get-FlowSecretStore.";
    private const string Network =
        "Check network, proxy (HTTPS_PROXY), region and -Endpoint, then run the same command again. https://health.aws.amazon.com shows "
        + "AWS's own state.";
    private const string Wrong =
        $"AWS refused the credentials ({Keys}) in eu-west-1: they are wrong, or the region is not enabled for the account.";
    private const string Clock = "AWS refused the signature's time: this machine's clock is wrong.";
    private const string SetClock = "Set the clock (timedatectl set-ntp true; w32tm /resync), then run the same command again.";
    private const string Throttling = "AWS goes on throttling calls in the Aws store in eu-west-1 ('secretsmanager:DescribeSecret').";
    private const string Wait = "Wait a minute and run the same command again, or use a smaller -ThrottleLimit.";

    private readonly CloudSetting _setting = new(("AWS_ACCESS_KEY_ID", "AKIDTEST"), ("AWS_SECRET_ACCESS_KEY", "secret"));

    public void Dispose() => _setting.Dispose();

    [Theory]
    [InlineData(400, "UnrecognizedClientException", ErrorIds.NotAuthenticated, Wrong, LogIn)]
    [InlineData(403, "InvalidClientTokenId", ErrorIds.NotAuthenticated, Wrong, LogIn)]
    [InlineData(400, "InvalidSignatureException", ErrorIds.NotAuthenticated, Wrong, LogIn)]
    [InlineData(403, "SignatureDoesNotMatch", ErrorIds.NotAuthenticated, Wrong, LogIn)]
    [InlineData(403, "MissingAuthenticationTokenException", ErrorIds.NotAuthenticated, Wrong, LogIn)]
    [InlineData(400, "IncompleteSignatureException", ErrorIds.NotAuthenticated, Wrong, LogIn)]
    [InlineData(403, "InvalidAccessKeyId", ErrorIds.NotAuthenticated, Wrong, LogIn)]
    [InlineData(
        400,
        "ExpiredTokenException",
        ErrorIds.NotAuthenticated,
        $"The session of the AWS credentials ({Keys}) has expired.",
        LogIn
    )]
    [InlineData(
        403,
        "OptInRequired",
        ErrorIds.NotAuthenticated,
        $"The region eu-west-1 is not enabled for the account of {Keys}.",
        "Enable it: aws account enable-region --region-name eu-west-1; or use another region."
    )]
    [InlineData(400, "RequestTimeTooSkewed", ErrorIds.NotAuthenticated, Clock, SetClock)]
    [InlineData(400, "RequestExpired", ErrorIds.NotAuthenticated, Clock, SetClock)]
    [InlineData(
        400,
        "PreconditionNotMetException",
        ErrorIds.Conflict,
        "'s1' in the Aws store in eu-west-1 was changed by somebody else at the same time.",
        "Look at it, then try again; nothing was changed by this command."
    )]
    [InlineData(
        400,
        "ResourceExistsException",
        ErrorIds.SecretExists,
        "There is a secret 's1' already in the Aws store in eu-west-1.",
        "Add a version to it: Set-FlowSecret -StoreName 's1'"
    )]
    [InlineData(400, "ThrottlingException", ErrorIds.Throttled, Throttling, Wait)]
    [InlineData(429, "TooManyRequestsException", ErrorIds.Throttled, Throttling, Wait)]
    [InlineData(
        400,
        "LimitExceededException",
        ErrorIds.LimitReached,
        "A limit of Secrets Manager was reached by 's1' in the Aws store in eu-west-1: \"said # #vso[x]\".",
        "Limits: secrets in an account and region, versions and staging labels of a secret. Remove what is not needed, or ask AWS for more."
    )]
    [InlineData(503, "SlowDown", ErrorIds.Throttled, Throttling, Wait)]
    [InlineData(400, "RequestTimeout", ErrorIds.StoreUnavailable, "127.0.0.1 did not answer in time (Aws store in eu-west-1).", Network)]
    [InlineData(
        500,
        "InternalServiceError",
        ErrorIds.StoreUnavailable,
        "127.0.0.1 answered with status 500 (Aws store in eu-west-1).",
        Network
    )]
    [InlineData(
        503,
        "ServiceUnavailableException",
        ErrorIds.StoreUnavailable,
        "127.0.0.1 answered with status 503 (Aws store in eu-west-1).",
        Network
    )]
    [InlineData(
        400,
        "InvalidParameterException",
        ErrorIds.BadArgument,
        "AWS refused the call ('secretsmanager:DescribeSecret' on 's1' in the Aws store in eu-west-1, InvalidParameter): \"said # "
            + "#vso[x]\".",
        "Correct what it names, and try again."
    )]
    [InlineData(
        400,
        "ValidationException",
        ErrorIds.BadArgument,
        "AWS refused the call ('secretsmanager:DescribeSecret' on 's1' in the Aws store in eu-west-1, Validation): \"said # #vso[x]\".",
        "Correct what it names, and try again."
    )]
    [InlineData(
        400,
        "##vso[x]",
        ErrorIds.BadArgument,
        "AWS refused the call ('secretsmanager:DescribeSecret' on 's1' in the Aws store in eu-west-1, 400): \"said # #vso[x]\".",
        "Correct what it names, and try again."
    )]
    public async Task EachAnswerHasItsIdCauseAndRemedy(int status, string code, string id, string cause, string remedy)
    {
        FlowSecretException error = await AnsweredAsync(_setting, Refusal(status, code, "said ##vso[x]"));
        Assert.Equal((id, cause, remedy), (error.Id, error.Cause, error.Remedy));
    }

    [Theory]
    [InlineData("InvalidSignatureException", "Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z")]
    [InlineData("InvalidSignatureException", "Signature not yet current: 20260101T000000Z is still later than 20260101T001000Z")]
    public async Task AClockThatIsWrongIsNamed(string code, string message) =>
        Assert.Equal(
            (Clock, SetClock),
            (
                (await AnsweredAsync(_setting, Refusal(400, code, message))).Cause,
                (await AnsweredAsync(_setting, Refusal(400, code, message))).Remedy
            )
        );

    [Theory]
    [InlineData("You can't perform this operation on the secret because it was marked for deletion.", ErrorIds.PendingDeletion)]
    [InlineData(
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
        ErrorIds.PendingDeletion
    )]
    [InlineData("You tried to perform the operation on a secret that's currently marked deleted.", ErrorIds.PendingDeletion)]
    [InlineData("You can't delete secret s1 that still has replica regions [eu-west-2]", ErrorIds.BadArgument)]
    public async Task ADeletedSecretIsToldFromOneThatCannotBeDeleted(string message, string id) =>
        Assert.Equal(id, (await AnsweredAsync(_setting, Refusal(400, "InvalidRequestException", message))).Id);

    [Fact]
    public async Task ReplicasStandBeforeADeletion()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(static asked =>
            asked.Operation == "DescribeSecret"
                ? new Answer(200, """{"Name":"s1"}""")
                : Refusal(400, "InvalidRequestException", "You can't delete secret s1 that still has replica regions [eu-west-2]")
        );
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            _setting.Aws(server.Address).DeleteAsync("s1", null, CancellationToken.None)
        );
        Assert.Equal(
            (
                ErrorIds.BadArgument,
                "Remove its replicas first: aws secretsmanager remove-regions-from-replication --secret-id 's1' --region eu-west-1 "
                    + "--remove-replica-regions REGION"
            ),
            (error.Id, error.Remedy)
        );
    }

    [Theory]
    [InlineData(307)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(407)]
    [InlineData(413)]
    [InlineData(502)]
    [InlineData(503)]
    public async Task AStrangersPageIsNeitherAbsenceNorDenial(int status)
    {
        FlowSecretException error = await AnsweredAsync(_setting, Answer.Html(status));
        Assert.Equal((ErrorIds.StoreUnavailable, Network), (error.Id, error.Remedy));
    }

    [Fact]
    public async Task AnAbsentSecretHintsAtTheWrongPlace()
    {
        await using AwsFake fake = await AwsFake.StartAsync();
        AwsStore store = _setting.Aws(fake.Endpoint);
        await store.IdentifyAsync(CancellationToken.None);
        FlowSecretException error = await ReadAsync(store, "s1");
        Assert.Equal(
            (ErrorIds.SecretNotFound, "There is no secret 's1' in the Aws store of account 123456789012 in eu-west-1."),
            (error.Id, error.Cause)
        );
        Assert.EndsWith("Is it the store you meant? See Get-FlowSecretStore.", error.Remedy);
    }
}
