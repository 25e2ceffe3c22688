using System.Text.Json;
using FlowSecrets.CloudFakes;
using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Operations.Transfer;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Transfer;

/// <summary>An export costs the calls that reading the same values costs.</summary>
public sealed class ExportCallTests
{
    private const int Secrets = 200;

    [Theory]
    [InlineData("gcp")]
    [InlineData("aws")]
    public async Task AnExportOfManySecretsCostsWhatReadingThemCosts(string environment)
    {
        await using CloudFake fake = environment == "gcp" ? await GcpFake.StartAsync() : await AwsFake.StartAsync();
        using Sandbox sandbox = new();
        ISecretStore store = environment == "gcp" ? CloudStores.Gcp((GcpFake)fake) : CloudStores.Aws(fake.Endpoint);
        sandbox.Write(
            "flowsecrets.yaml",
            "application: a\ndefault: "
                + environment
                + "\nenvironments: { gcp: { store: gcp, project: flow-test }, aws: { store: aws, region: eu-west-1 } }\nsecrets:\n"
                + string.Concat(Enumerable.Range(0, Secrets).Select(static i => $"  s{i}: {{ env: S{i} }}\n"))
        );
        OperationContext context = sandbox.Context with { Providers = () => new OneStore(sandbox.Providers, store) };
        using (SecretValue value = SecretValue.FromText("value"))
        {
            WriteSecretsOptions create = new()
            {
                Names = [.. Enumerable.Range(0, Secrets).Select(static i => $"s{i}")],
                Value = value,
                TrustCatalog = true,
            };
            Assert.All(await new NewSecretsOperation(context).RunAsync(create, new TestHost()), static r => Assert.Null(r.ErrorId));
        }

        fake.ClearCalls();
        ReadValuesOptions read = new() { Names = ["*"] };
        foreach (SecretReading reading in await new ReadValuesOperation(context).RunAsync(read, new TestHost()))
        {
            Assert.Null(reading.ErrorId);
            reading.Dispose();
        }

        string[] expected = Operations(fake);
        fake.ClearCalls();
        ExportOptions export = new() { Path = sandbox.File("x.json"), TrustCatalog = true };
        List<ExportOutput> outputs = await new ExportSecretsOperation(context).RunAsync(export, new TestHost());
        Assert.Equal(Secrets, outputs.Count);
        Assert.NotEmpty(expected);
        Assert.Equal(expected, Operations(fake));
        Assert.Equal(Secrets, JsonSerializer.Deserialize<Dictionary<string, string>>(sandbox.Read("x.json"))!.Count);

        fake.ClearCalls();
        TestHost dry = new() { IsWhatIf = true };
        await new ExportSecretsOperation(context).RunAsync(export with { Force = true }, dry);
        Assert.Empty(fake.Calls);
    }

    private static string[] Operations(CloudFake fake) => [.. fake.Calls.Select(static c => c.Operation).Order(StringComparer.Ordinal)];
}
