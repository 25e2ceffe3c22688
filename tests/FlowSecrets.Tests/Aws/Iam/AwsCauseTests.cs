using FlowSecrets.CloudFakes.Aws.SecretsManager;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.SecretsManager;
using FlowSecrets.Tests.CloudFakes;
using FlowSecrets.Tests.CloudFakes.Aws;
using FlowSecrets.Tests.Operations.Access;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Aws.Iam;

/// <summary>Each cause that AWS's policies have: what a test says, what a denied command says, and what the remedy's commands do.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class AwsCauseTests
{
    public static TheoryData<string> All => AwsCases.Of(static _ => true);

    public static TheoryData<string> Denials => AwsCases.Of(static c => c.IsDenial);

    public static TheoryData<string> WithCommands => AwsCases.Of(static c => c.Mends != AwsMends.Nothing);

    [Theory]
    [MemberData(nameof(All))]
    public async Task ATestTellsResultCauseAndRemedy(string name)
    {
        AwsCase one = AwsCases.Named(name);
        await using AwsStage stage = await AwsStage.StartAsync();
        (string key, string remedy) = await one.Arrange(stage);
        AwsStage.Is(await AwsStage.TestAsync(stage.As(key), name: one.Secret), one.Result, one.Cause, remedy);
    }

    [Theory]
    [MemberData(nameof(Denials))]
    public async Task ADeniedReadSaysTheSame(string name)
    {
        AwsCase one = AwsCases.Named(name);
        await using AwsStage stage = await AwsStage.StartAsync();
        (string key, string remedy) = await one.Arrange(stage);
        AwsStore store = stage.As(key);
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            store.ReadAsync(one.Secret, VersionSelector.Current, CancellationToken.None)
        );
        Assert.Equal((one.Cause, remedy), (error.AccessCause ?? error.Id, error.Remedy));
        Assert.Equal(AccessCauses.ErrorOf(one.Cause), error.Id);
    }

    [Theory]
    [MemberData(nameof(Denials))]
    public async Task ADeniedReadOfManySaysTheSame(string name)
    {
        AwsCase one = AwsCases.Named(name);
        await using AwsStage stage = await AwsStage.StartAsync();
        (string key, string remedy) = await one.Arrange(stage);
        await stage.CreateAsync("app/other");
        List<ReadOutcome> outcomes = await stage
            .As(key)
            .ReadManyAsync([one.Secret, "app/other"], CancellationToken.None)
            .ToListAsync(CancellationToken.None);
        FlowSecretException error = outcomes.Single(o => o.StoreName == one.Secret).Error!;
        Assert.Equal((one.Cause, remedy), (error.AccessCause ?? error.Id, error.Remedy));
        outcomes.ForEach(static o => o.Dispose());
    }

    [Theory]
    [MemberData(nameof(Denials))]
    public async Task ALiveTestSaysTheSame(string name)
    {
        AwsCase one = AwsCases.Named(name);
        await using AwsStage stage = await AwsStage.StartAsync();
        (string key, string remedy) = await one.Arrange(stage);
        AccessAnswer live = await AwsStage.TestAsync(stage.As(key), live: true, name: one.Secret);
        Assert.Equal((one.Cause, remedy), (live.Cause, live.Remedy));
    }

    [Theory]
    [MemberData(nameof(WithCommands))]
    public async Task TheRemedysCommandsRunAndMendIt(string name)
    {
        AwsCase one = AwsCases.Named(name);
        using Sandbox sandbox = new();
        await using AwsStage stage = await AwsStage.StartAsync();
        (string key, _) = await one.Arrange(stage);
        AccessAnswer answer = await AwsStage.TestAsync(stage.As(key), name: one.Secret);
        IReadOnlyList<string[]> commands = RemedyCommands.Of(answer.Remedy.ToString());
        Assert.NotEmpty(commands);
        IReadOnlyList<AwsCliResult> results = await Task.Run(() => new AwsAccessCli(sandbox, stage.Fake).All([.. commands]));
        Assert.All(results, static r => Assert.True(r.ExitCode == 0, r.Error));
        if (one.Mends == AwsMends.Mends)
        {
            // What was told of the reader by a simulation alone says it now too; what it may not see, reading does.
            Assert.Equal((AccessResult.Allowed, null), Told(await AwsStage.TestAsync(stage.As(key), live: true, name: one.Secret)));
        }
    }

    private static (AccessResult Result, string? Cause) Told(AccessAnswer answer) => (answer.Result, answer.Cause);
}
