using System.Globalization;
using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.Iam;
using FlowSecrets.Providers.Aws.SecretsManager;
using FlowSecrets.Tests.Contracts;

namespace FlowSecrets.Tests.Aws.Iam.Simulator;

/// <summary>The module, asked about generated cases from the account of the case's principal.</summary>
internal static class CaseControls
{
    public static async Task<Dictionary<string, AwsAccessControl>> OpenAsync(AwsFake fake, CaseCloud cloud) =>
        new(StringComparer.Ordinal)
        {
            [SimulatedCase.Home] = await ControlAsync(fake, "test", cloud),
            [SimulatedCase.Abroad] = await ControlAsync(fake, fake.Iam.AddUser("guest", account: SimulatedCase.Abroad).AccessKeyId, cloud),
        };

    public static async Task<AccessAnswer> AskAsync(Dictionary<string, AwsAccessControl> controls, CaseCloud cloud, SimulatedCase one)
    {
        cloud.Case = one;
        return await controls[one.Account]
            .TestAsync(
                [SimulatedCase.Secret],
                new AccessQuestion(one.Principal, one.Permission, Live: false, Subject: null),
                CancellationToken.None
            )
            .SingleAsync();
    }

    public static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : null;

    /// <summary>As whoever has this key; the fake tells who that is, and nothing else.</summary>
    private static async Task<AwsAccessControl> ControlAsync(AwsFake fake, string accessKeyId, CaseCloud cloud)
    {
        StoreSelection chosen = new(StoreKind.Aws) { Endpoint = fake.Endpoint.AbsoluteUri, Region = "eu-west-1" };
        AwsPlace place = AwsPlace.Find(chosen, static _ => null);
        AwsIdentity identity = AwsIdentity.Find(
            chosen,
            place,
            name =>
                name switch
                {
                    "AWS_ACCESS_KEY_ID" => accessKeyId,
                    "AWS_SECRET_ACCESS_KEY" => "test",
                    _ => null,
                }
        );
        AwsStoreOptions options = new() { Limits = CloudStores.Quick, Clock = new StandingClock() };
        AwsStore store = AwsOpening.Open(place, identity, options with { Clock = TimeProvider.System });
        await identity.CallerAsync(CancellationToken.None);
        ISecretsManager secrets = CaseCloud.Secrets.Of(cloud);
        return new AwsAccessControl(store, place, identity, store.Caller, cloud, options, (_, _) => Task.FromResult(secrets));
    }

    private sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.Parse(SimulatedCase.Now, CultureInfo.InvariantCulture);
    }
}
