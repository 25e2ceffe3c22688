using System.Diagnostics;
using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.CloudFakes.Gcp.SecretManager;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Providers.Gcp.SecretManager;
using FlowSecrets.Tests.Transport;

namespace FlowSecrets.Tests.Gcp.Connection;

/// <summary>The gcloud CLI's login, by a gcloud of the test's own.</summary>
public sealed class GcloudLoginTests : IDisposable
{
    private readonly CloudSetting _setting = new();

    public GcloudLoginTests() => _setting.Write("gcloud/configurations/config_default", "[core]\naccount = dev@example.com\n");

    public void Dispose() => _setting.Dispose();

    [Fact]
    public async Task ItsTokenIsAskedForOnceForManyCalls()
    {
        Gcloud("echo first");
        await using GcpFake fake = await GcpFake.StartAsync(new GcpFakeOptions { RequiredToken = "first" });
        GcpStore store = _setting.Gcp(fake.Endpoint);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => store.DescribeAsync("absent", CancellationToken.None)));
        Assert.Equal(["auth print-access-token --quiet"], Runs());
        Assert.Equal("dev@example.com (gcloud)", store.Place.Identity);
    }

    [Fact]
    public async Task ARefusedTokenIsAskedForAnewOnceForManyCalls()
    {
        Gcloud("[ -e second ] && echo second || { touch second; echo first; }");
        await using GcpFake fake = await GcpFake.StartAsync(new GcpFakeOptions { RequiredToken = "second" });
        GcpStore store = _setting.Gcp(fake.Endpoint);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => store.DescribeAsync("absent", CancellationToken.None)));
        Assert.Equal(2, Runs().Length);
    }

    [Fact]
    public async Task ATokenThatStaysRefusedIsNotAskedForByEachCall()
    {
        Gcloud("echo revoked");
        await using GcpFake fake = await GcpFake.StartAsync(new GcpFakeOptions { RequiredToken = "other" });
        GcpStore store = _setting.Gcp(fake.Endpoint);
        FlowSecretException[] errors = await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(_ => Assert.ThrowsAsync<FlowSecretException>(() => store.DescribeAsync("absent", CancellationToken.None)))
        );
        Assert.All(
            errors,
            static e =>
                Assert.Equal(
                    (
                        ErrorIds.NotAuthenticated,
                        "Google refused the credentials of dev@example.com (gcloud): they are wrong, expired or revoked."
                    ),
                    (e.Id, e.Cause)
                )
        );
        Assert.Equal(2, Runs().Length);
    }

    [Theory]
    [InlineData("echo CANARY-7f3a >&2; exit 1")]
    [InlineData("echo CANARY-7f3a; exit 1")]
    [InlineData("exit 0")]
    [InlineData("echo CANARY-7f3a and more")]
    public async Task AFailingGcloudIsAskedOnceAndNotQuoted(string script)
    {
        Gcloud(script);
        await using GcpFake fake = await GcpFake.StartAsync();
        GcpStore store = _setting.Gcp(fake.Endpoint);
        FlowSecretException[] errors = await Task.WhenAll(
            Enumerable
                .Range(0, 10)
                .Select(_ => Assert.ThrowsAsync<FlowSecretException>(() => store.DescribeAsync("absent", CancellationToken.None)))
        );
        Assert.All(
            errors,
            static e =>
            {
                Assert.Equal(ErrorIds.NotAuthenticated, e.Id);
                Assert.StartsWith("Not authenticated with gcloud: 'gcloud auth print-access-token' gave no token", e.Cause);
                Assert.StartsWith("Log in: gcloud auth login", e.Remedy);
                Assert.DoesNotContain("CANARY", e.ToString());
            }
        );
        Assert.Single(Runs());
        Assert.Empty(fake.Calls);
    }

    [Fact]
    public async Task AHangingGcloudIsKilledWhenTheCallIsCancelled()
    {
        Gcloud("echo $$ > pid.new; mv pid.new pid; exec sleep 60");
        await using GcpFake fake = await GcpFake.StartAsync();
        GcpStore store = _setting.Gcp(fake.Endpoint);
        await Cancelling.EndsWithinASecondAsync(
            ct => store.DescribeAsync("absent", ct),
            UntilAsync(() => File.Exists(_setting.File("bin/pid")))
        );
        int id = int.Parse(await File.ReadAllTextAsync(_setting.File("bin/pid")));
        await UntilAsync(() => HasEnded(id));
        Assert.Empty(fake.Calls);
    }

    [Fact]
    public async Task AHangingGcloudIsGivenUp()
    {
        Gcloud("exec sleep 60");
        GcloudLogin login = new(_setting.File("bin/gcloud"), TimeSpan.FromMilliseconds(200));
        using HttpRequestMessage request = new();
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            login.InterceptAsync(request, CancellationToken.None)
        );
        Assert.Equal(ErrorIds.NotAuthenticated, error.Id);
        Assert.Contains("did not answer", error.Cause);
    }

    [Fact]
    public async Task AGcloudThatCannotBeStartedIsNamed()
    {
        string program = _setting.Write("bin/gcloud", "no program");
        await using GcpFake fake = await GcpFake.StartAsync();
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            _setting.Gcp(fake.Endpoint).DescribeAsync("absent", CancellationToken.None)
        );
        Assert.Equal((ErrorIds.NotAuthenticated, $"'{program}' could not be started."), (error.Id, error.Cause));
    }

    private static async Task UntilAsync(Func<bool> happened)
    {
        long start = Stopwatch.GetTimestamp();
        while (!happened())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(10), "It did not happen.");
            await Task.Delay(10);
        }
    }

    private static bool HasEnded(int id)
    {
        try
        {
            using Process process = Process.GetProcessById(id);
            return process.HasExited;
        }
        catch (ArgumentException)
        {
            return true;
        }
    }

    private void Gcloud(string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stub is a shell script.");
        string path = _setting.Write("bin/gcloud", $"#!/bin/sh\ncd '{_setting.File("bin")}'\necho \"$@\" >> runs\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private string[] Runs() => File.ReadAllLines(_setting.File("bin/runs"));
}
