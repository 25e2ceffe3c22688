using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Contracts;

public sealed class GcpStoreContractTests : SecretStoreContract, IAsyncLifetime
{
    private GcpFake _fake = null!;
    private ISecretStore? _store;

    private protected override ISecretStore Store => _store ??= CloudStores.Gcp(_fake);

    public async ValueTask InitializeAsync() => _fake = await GcpFake.StartAsync();

    public ValueTask DisposeAsync() => _fake.DisposeAsync();
}

public sealed class AwsStoreContractTests : SecretStoreContract, IAsyncLifetime
{
    private AwsFake _fake = null!;
    private ISecretStore? _store;

    private protected override ISecretStore Store => _store ??= CloudStores.Aws(_fake.Endpoint);

    protected override string UnknownVersion => "00000000-0000-4000-8000-000000000000";

    public async ValueTask InitializeAsync() => _fake = await AwsFake.StartAsync();

    public ValueTask DisposeAsync() => _fake.DisposeAsync();
}

/// <summary>The same suite on an emulator that nobody here wrote.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class MotoStoreContractTests(MotoServer moto) : SecretStoreContract, IAsyncLifetime, IClassFixture<MotoServer>
{
    private ISecretStore? _store;

    private protected override ISecretStore Store => _store ??= CloudStores.Aws(moto.Endpoint!);

    protected override IReadOnlyCollection<ServerFault> KnownFaults =>
        [ServerFault.ListingVersionsOfAnAbsentSecretIsAnInternalError, ServerFault.ADeletedSecretTakesVersions];

    protected override string UnknownVersion => "00000000-0000-4000-8000-000000000000";

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(moto.Endpoint is null, "python3 has no moto with its server.");
        await moto.ResetAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
