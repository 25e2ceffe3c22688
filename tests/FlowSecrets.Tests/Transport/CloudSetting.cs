using System.Diagnostics;
using FlowSecrets.CloudFakes.Aws.SecretsManager;
using FlowSecrets.CloudFakes.Gcp.SecretManager;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.SecretsManager;
using FlowSecrets.Providers.Gcp;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Providers.Gcp.SecretManager;
using FlowSecrets.Providers.Transport;

namespace FlowSecrets.Tests.Transport;

/// <summary>Variables and files of one test's own.</summary>
internal sealed class CloudSetting : IDisposable
{
    /// <summary>One try: a canned reply would not get better.</summary>
    public static readonly RetryLimits Once = new()
    {
        Attempts = 1,
        FirstWait = TimeSpan.FromMilliseconds(1),
        Try = TimeSpan.FromSeconds(10),
        Throttled = TimeSpan.Zero,
    };

    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);

    public CloudSetting(params (string Name, string Value)[] variables)
    {
        Folder = Directory.CreateTempSubdirectory("flowsecrets-cloud-").FullName;
        Set("CLOUDSDK_CONFIG", File("gcloud"));
        Set("PATH", File("bin"));
        Set("NO_GCE_CHECK", "true");
        foreach ((string name, string value) in variables)
        {
            Set(name, value);
        }
    }

    public string Folder { get; }

    public GcloudConfiguration Gcloud => GcloudConfiguration.Read(Variable);

    public string File(string name) => Path.Combine(Folder, name);

    public string Write(string name, string text)
    {
        string path = File(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    public void Set(string name, string value) => _variables[name] = value;

    public string? Variable(string name) => _variables.GetValueOrDefault(name);

    public GcpPlace Place(StoreSelection? selection = null) =>
        GcpPlace.Find(selection ?? new StoreSelection(StoreKind.Gcp) { Project = "flow-test" }, Gcloud, Variable);

    /// <summary>Found as for Google's own address, since nothing personal goes over plain http.</summary>
    public GcpCredential Credential(StoreSelection? selection = null)
    {
        StoreSelection chosen = (selection ?? new StoreSelection(StoreKind.Gcp)) with { Project = "flow-test" };
        return GcpCredential.Find(chosen, GcpPlace.Find(chosen, Gcloud, Variable), Gcloud, Variable);
    }

    public GcpStore Gcp(Uri address, StoreSelection? selection = null, RetryLimits? limits = null) =>
        GcpOpening.Open(Place() with { Address = address }, Credential(selection), new GcpStoreOptions { Limits = limits ?? Once });

    public AwsStore Aws(Uri? address = null, StoreSelection? selection = null, RetryLimits? limits = null)
    {
        StoreSelection chosen = (selection ?? new StoreSelection(StoreKind.Aws) { Region = "eu-west-1" }) with
        {
            Endpoint = address?.AbsoluteUri,
        };
        AwsPlace place = AwsPlace.Find(chosen, Variable);
        return AwsOpening.Open(place, AwsIdentity.Find(chosen, place, Variable), new AwsStoreOptions { Limits = limits ?? Once });
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

internal static class Cancelling
{
    /// <summary>Cancels once <paramref name="under"/> is under way, and asserts that the call then ends within a second.</summary>
    public static async Task EndsWithinASecondAsync(Func<CancellationToken, Task> call, Task under)
    {
        using CancellationTokenSource cancel = new();
        Task running = call(cancel.Token);
        await under;
        long start = Stopwatch.GetTimestamp();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(1), $"It took {Stopwatch.GetElapsedTime(start)}.");
    }
}

/// <summary>Tests that set variables of the process, which the SDK reads by itself: they run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessVariables
{
    public const string Name = "Process variables";
}

internal sealed class ProcessVariable : IDisposable
{
    private readonly string _name;
    private readonly string? _before;

    public ProcessVariable(string name, string? value)
    {
        (_name, _before) = (name, Environment.GetEnvironmentVariable(name));
        Environment.SetEnvironmentVariable(name, value);
    }

    public void Dispose() => Environment.SetEnvironmentVariable(_name, _before);
}
