using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Providers.Aws;
using FlowSecrets.Providers.Gcp;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Catalogs;

/// <summary>The guess of which store a command will open, and what is made ready for it.</summary>
public sealed class StoreGuessTests
{
    private const string Text = """
        application: app
        default: local
        environments:
          local: { store: local }
          production: { store: "gcp", project: p }   # comment
          dr:
            region: eu-west-1
            store: aws
        secrets: { s: { env: S } }
        localEnv:
          path: .env
          from: production

        """;

    [Theory]
    [InlineData(null, false, StoreKind.Local)]
    [InlineData(null, true, StoreKind.Gcp)]
    [InlineData("production", false, StoreKind.Gcp)]
    [InlineData("dr", true, StoreKind.Aws)]
    [InlineData("nowhere", false, null)]
    public void ItIsTheEnvironmentsThatWillBeUsed(string? environment, bool forLocalEnv, StoreKind? expected)
    {
        using Sandbox sandbox = new();
        Assert.Equal(expected, StoreGuess.From(Text, sandbox.Context, environment, forLocalEnv));
    }

    [Fact]
    public void TheSessionAndTheVariableComeBeforeTheDefault()
    {
        using Sandbox sandbox = new();
        OperationContext connected = sandbox.Context with { Session = new SessionSelection(new StoreSelection(StoreKind.Aws), null) };
        Assert.Equal(StoreKind.Aws, StoreGuess.From(Text, connected, null, forLocalEnv: false));
        sandbox.Set("FLOWSECRETS_ENVIRONMENT", "dr");
        Assert.Equal(StoreKind.Aws, StoreGuess.From(Text, sandbox.Context, null, forLocalEnv: false));
    }

    [Theory]
    [InlineData("")]
    [InlineData("default:")]
    [InlineData("default: x\nstore:")]
    [InlineData("\0\u2028 store: vault")]
    public void WhatIsNoCatalogGivesNoGuess(string text)
    {
        using Sandbox sandbox = new();
        Assert.Null(StoreGuess.From(text, sandbox.Context, null, forLocalEnv: true));
    }

    [Fact]
    public async Task MakingReadyGoesTheWholeWayOfARead()
    {
        Assert.Equal(2, await GcpWarmUp.RunAsync());
        Assert.Equal(2, await AwsWarmUp.RunAsync());
    }
}
