using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Aws.SecretsManager;
using FlowSecrets.CloudFakes.Faults;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.SecretsManager;
using FlowSecrets.Tests.Aws.Iam;
using FlowSecrets.Tests.Aws.Workloads;
using FlowSecrets.Tests.Support;
using static FlowSecrets.Tests.Contracts.SecretStoreContract;

namespace FlowSecrets.Tests.Aws.SecretsManager;

/// <summary>AWS's own rotation, by a function that the fake runs.</summary>
public sealed class AwsNativeRotationTests
{
    private const string Function = "arn:aws:lambda:eu-west-1:123456789012:function:rotate-db";

    private static readonly RotationSubject Subject = new(AwsStage.Name, false);

    [Theory]
    [InlineData(0, true)]
    [InlineData(5, true)]
    [InlineData(5, false)]
    public async Task ItIsWaitedForUntilTheNewVersionIsCurrent(int looks, bool keepsPending)
    {
        await using AwsStage stage = await StartAsync(new AwsRotationFunction("new", looks, keepsPending));
        AwsStore store = Store(stage);
        string before = (await store.Rotation.ViewAsync(Subject, default)).Current;
        RotationView after = await store.Rotation.RunNativeAsync(Subject, default);
        Assert.NotEqual(before, after.Current);
        using ReadSecret read = await store.ReadAsync(AwsStage.Name, VersionSelector.Current, default);
        using ReadSecret old = await store.ReadAsync(AwsStage.Name, new VersionSelector(null, Stages.Previous), default);
        Assert.Equal(("new", after.Current, before), (read.Value.RevealText("x"), read.Version, old.Version));
        Assert.NotEqual(after.Current, (await store.Rotation.RunNativeAsync(Subject, default)).Current);
        Assert.Equal(2, Rotations(stage));
    }

    [Fact]
    public async Task WithoutAFunctionItIsSaidHowToGiveOne()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        FlowSecretException error = await Fails(
            ErrorIds.RotationNotConfigured,
            () => Store(stage).Rotation.RunNativeAsync(Subject, default)
        );
        Assert.Contains(
            "aws secretsmanager rotate-secret --secret-id 'app/db' --rotation-lambda-arn ARN",
            error.Remedy,
            StringComparison.Ordinal
        );
        Assert.Equal(0, Rotations(stage));
    }

    [Fact]
    public async Task OneThatRunsAlreadyIsWaitedFor()
    {
        await using AwsStage stage = await StartAsync(new AwsRotationFunction("new", 5));
        string token = Guid.NewGuid().ToString();
        await stage.SendAsync(
            "secretsmanager",
            "RotateSecret",
            new JsonObject { ["SecretId"] = AwsStage.Name, ["ClientRequestToken"] = token }
        );
        Assert.Equal(token, (await Store(stage).Rotation.RunNativeAsync(Subject, default)).Current);
        Assert.Equal(1, Rotations(stage));
    }

    [Fact]
    public async Task ALostAnswerRotatesOnce()
    {
        await using AwsStage stage = await StartAsync(new AwsRotationFunction("new", 3));
        stage.Fake.Faults.QueueFor("RotateSecret", Fault.DropAfter);
        AwsStore store = Store(stage);
        string current = (await store.Rotation.RunNativeAsync(Subject, default)).Current;
        Assert.Equal((current, 1), ((await store.Rotation.ViewAsync(Subject, default)).Current, Rotations(stage)));
    }

    /// <summary>As after a function that failed: the version stays empty.</summary>
    [Fact]
    public async Task OneThatNeverEndsIsGivenUpAndCanBeCancelled()
    {
        await using AwsStage stage = await StartAsync(new AwsRotationFunction("new", int.MaxValue));
        FlowSecretException error = await Fails(
            ErrorIds.RotationNeedsAttention,
            () => Store(stage).Rotation.RunNativeAsync(Subject, default)
        );
        Assert.Contains("aws logs tail '/aws/lambda/rotate-db'", error.Remedy, StringComparison.Ordinal);
        using ReadSecret read = await stage.Admin.ReadAsync(AwsStage.Name, VersionSelector.Current, default);
        Assert.Equal("v", read.Value.RevealText("x"));
        using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stage.Admin.Rotation.RunNativeAsync(Subject, cancel.Token));
    }

    private static int Rotations(AwsStage stage) => stage.Fake.Calls.Count(static c => c.Operation == "RotateSecret");

    private static AwsStore Store(AwsStage stage) => stage.As("test", clock: new AwsWorkloadStage.LeapingClock());

    private static async Task<AwsStage> StartAsync(AwsRotationFunction function)
    {
        AwsStage stage = await AwsStage.StartAsync(options: new AwsFakeOptions { RotationFunction = function });

        // It is given to the secret without being run, and its call is not counted below.
        await stage.SendAsync(
            "secretsmanager",
            "RotateSecret",
            new JsonObject
            {
                ["SecretId"] = AwsStage.Name,
                ["RotationLambdaARN"] = Function,
                ["RotateImmediately"] = false,
                ["ClientRequestToken"] = Guid.NewGuid().ToString(),
            }
        );
        stage.Fake.ClearCalls();
        return stage;
    }
}
