using System.Net;
using System.Net.Sockets;
using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.Tests.CloudFakes;
using FlowSecrets.Tests.CloudFakes.Aws;
using FlowSecrets.Tests.CloudFakes.Gcp;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Witnesses;

/// <summary>Commands of a resident CLI see no more of each other than started programs do, and fail as these do.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class ResidentCliTests : IDisposable
{
    private static readonly Dictionary<string, string> Nothing = new(StringComparer.Ordinal);

    private readonly Sandbox _sandbox = new();
    private readonly Sandbox _other = new();

    public void Dispose()
    {
        _sandbox.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void ConfigurationsOfGcloudAreApart()
    {
        Gcloud();
        Assert.Equal(0, Run(_sandbox, "config", "set", "core/project", "first-project").ExitCode);
        Assert.Equal(0, Run(_other, "config", "set", "core/project", "second-project").ExitCode);
        Assert.Equal("first-project", Run(_sandbox, "config", "get", "core/project").Output.Trim());
        Assert.Equal("second-project", Run(_other, "config", "get", "core/project").Output.Trim());
        Dictionary<string, string> named = new(StringComparer.Ordinal)
        {
            ["CLOUDSDK_CONFIG"] = _other.File("gcloud"),
            ["CLOUDSDK_CORE_PROJECT"] = "third-project",
        };
        Assert.Equal("third-project", VendorCli.Gcloud(_other.Folder, named, "config", "get", "core/project").Output.Trim());
        Assert.Equal("second-project", Run(_other, "config", "get", "core/project").Output.Trim());

        static (int ExitCode, string Output, string Error) Run(Sandbox of, params string[] words) =>
            VendorCli.Gcloud(
                of.Folder,
                new Dictionary<string, string>(StringComparer.Ordinal) { ["CLOUDSDK_CONFIG"] = of.File("gcloud") },
                words
            );
    }

    [Fact]
    public async Task EndpointsAndTokensOfGcloudAreApart()
    {
        Gcloud();
        await using GcpProbe first = await GcpProbe.StartAsync();
        await using GcpProbe second = await GcpProbe.StartAsync();
        foreach ((GcpProbe google, string value) in new[] { (first, "one"), (second, "two") })
        {
            await google.Create("db");
            await google.Add("db", value);
        }

        string[] command = ["secrets", "versions", "access", "latest", "--secret=db"];
        GcpCli one = new(first.Fake, _sandbox);
        GcpCli two = new(second.Fake, _other);
        Assert.Equal(["one", "two"], await Task.WhenAll(Task.Run(() => one.Ok(command)), Task.Run(() => two.Ok(command))));
        two.Token = "as:user:dev@example.com";
        string[] answers = await Task.WhenAll(Task.Run(() => one.Ok(command)), Task.Run(() => two.Fails(command)));
        Assert.Equal("one", answers[0]);
        Assert.Contains("PERMISSION_DENIED", answers[1], StringComparison.Ordinal);
        two.Token = "any";
        Assert.Equal("two", two.Ok(command));
    }

    [Fact]
    public async Task EndpointsAndKeysOfTheAwsCliAreApart()
    {
        Aws();
        await using AwsFake first = await AwsFake.StartAsync();
        await using AwsFake second = await AwsFake.StartAsync();
        AwsAccessCli one = new(_sandbox, first);
        AwsAccessCli two = new(_other, second);
        string key = first.Iam.AddUser("ann").AccessKeyId;
        string[] command = ["sts", "get-caller-identity", "--query", "Arn"];
        string Ask(AwsAccessCli cli, string accessKeyId) => (string)cli.OkAs(accessKeyId, command)!;
        string[] answers = await Task.WhenAll(Task.Run(() => Ask(one, key)), Task.Run(() => Ask(two, "test")));
        Assert.Equal(["arn:aws:iam::123456789012:user/ann", "arn:aws:iam::123456789012:user/tester"], answers);

        // The other fake does not know ann's key, and takes a stranger's for its administrator's.
        Assert.Equal(answers[1], Ask(two, key));
        Assert.Equal(answers[1], Ask(one, "test"));
    }

    [Fact]
    public void ConfigurationsOfTheAwsCliAreApart()
    {
        Tool.Require("aws");
        _sandbox.Write("config", "[default]\nregion = eu-central-1\n");
        _other.Write("config", "[default]\nregion = ap-south-1\n");
        Assert.Equal("eu-central-1", Region(_sandbox));
        Assert.Equal("ap-south-1", Region(_other));
        Assert.Equal("eu-central-1", Region(_sandbox));

        static string Region(Sandbox of) =>
            VendorCli
                .Aws(
                    of.Folder,
                    new Dictionary<string, string>(StringComparer.Ordinal) { ["AWS_CONFIG_FILE"] = of.File("config") },
                    "configure",
                    "get",
                    "region"
                )
                .Output.Trim();
    }

    [Theory]
    [InlineData("gcloud", "secrets", "versions", "acces", "latest")]
    [InlineData("aws", "secretsmanager", "get-secret", "--secret-id", "é")]
    public void AFailureIsTheProgramsOwn(string program, params string[] words)
    {
        string path = Tool.Require(program);
        Assert.SkipWhen(program == "aws" && !VendorCli.IsOfPython(path), "aws is not the one that python3 imports.");
        ResidentCli cli = program == "aws" ? Aws() : Gcloud();
        Dictionary<string, string> environment = new(StringComparer.Ordinal)
        {
            ["CLOUDSDK_CONFIG"] = _sandbox.File("gcloud"),
            ["CLOUDSDK_CORE_DISABLE_USAGE_REPORTING"] = "1",
            ["AWS_CONFIG_FILE"] = _sandbox.File("none"),
        };
        (int ExitCode, string Output, string Error)? answer = cli.Run(_sandbox.Folder, environment, words);
        Assert.NotEqual(0, answer!.Value.ExitCode);
        Assert.NotEmpty(answer.Value.Error);
        Assert.Equal(Tool.Run(path, _sandbox.Folder, environment, words), answer);
    }

    [Fact]
    public void WhatWasReadOnLoadingNeedsAStartOfItsOwn()
    {
        ResidentCli cli = Aws();
        Assert.NotNull(cli.Run(_sandbox.Folder, Nothing, "--version"));
        foreach (string name in new[] { "PYTHONHASHSEED", "HOME" })
        {
            Assert.Null(cli.Run(_sandbox.Folder, new Dictionary<string, string>(StringComparer.Ordinal) { [name] = "7" }, "--version"));
        }
    }

    [Fact]
    public async Task ItEndsWithItsInputAndItsCommandsWithIt()
    {
        Aws();
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        ResidentCli cli = ResidentCli.Start(Tool.Require("python3"), Nothing, ResidentCli.Script, "aws")!;
        Dictionary<string, string> environment = AwsCli.Environment(_sandbox);
        environment["AWS_ENDPOINT_URL"] = $"http://{silent.LocalEndpoint}";
        Task running = Task.Run(() => cli.Run(_sandbox.Folder, environment, "sts", "get-caller-identity"));
        using Socket asked = await silent.AcceptSocketAsync();
        cli.Dispose();
        await Assert.ThrowsAsync<IOException>(() => running);
        byte[] request = new byte[1 << 16];
        while (await asked.ReceiveAsync(request) > 0)
        {
            // What it had asked.
        }
    }

    private static ResidentCli Gcloud()
    {
        Tool.Require("gcloud");
        Assert.SkipWhen(VendorCli.GcloudThatStays is null, "gcloud does not stay here.");
        return VendorCli.GcloudThatStays;
    }

    private static ResidentCli Aws()
    {
        Tool.Require("python3");
        Assert.SkipWhen(VendorCli.AwsThatStays is null, "The aws CLI does not stay here.");
        return VendorCli.AwsThatStays;
    }
}
