using FlowSecrets.Model;
using FlowSecrets.Operations.Access;

namespace FlowSecrets.Tests.Operations.Access;

/// <summary>A secret that is not here is looked for where it may have been meant.</summary>
public sealed class AccessElsewhereTests : IDisposable
{
    private readonly AccessSetting _setting = new();

    public AccessElsewhereTests() =>
        _setting.Access.OnTest = static (name, _) => AccessAnswer.Denied(name, AccessCauses.SecretNotFound, "absent", "make it");

    public void Dispose() => _setting.Dispose();

    [Fact]
    public async Task NowhereItStaysAbsent()
    {
        SecretAccess answer = await AskAsync();
        Assert.Equal(
            (nameof(AccessResult.Denied), AccessCauses.SecretNotFound, "absent", "make it"),
            (answer.Result, answer.Cause, answer.Evidence, answer.Remedy)
        );
    }

    [Fact]
    public async Task AnotherEnvironmentHasIt()
    {
        _setting.Elsewhere["s"] = ["jwt"];
        SecretAccess answer = await AskAsync();
        Assert.Equal(
            (
                nameof(AccessResult.Denied),
                AccessCauses.OtherPlace,
                "'jwt' is in the project s, and the project p was asked",
                "Use that one: -Environment 'stage'"
            ),
            (answer.Result, answer.Cause, answer.Evidence, answer.Remedy)
        );
    }

    [Fact]
    public async Task WhatThisMachineIsSetToHasIt()
    {
        _setting.Machine = "mine";
        _setting.Elsewhere["mine"] = ["jwt"];
        SecretAccess answer = await AskAsync();
        Assert.Equal(
            (AccessCauses.OtherPlace, "'jwt' is in the project mine (as this machine is set), and the project p was asked"),
            (answer.Cause, answer.Evidence)
        );
        Assert.StartsWith("Use that one: Connect-FlowSecretStore -Store Gcp", answer.Remedy);
    }

    [Fact]
    public async Task ARegionalSecretWasAskedForAtTheGlobalEndpoint()
    {
        _setting.Access.Regions = ["us-east1", "europe-west1"];
        _setting.Elsewhere["p/europe-west1"] = ["jwt", "db"];
        List<SecretAccess> answers = await _setting.TestAsync(new TestAccessOptions { Names = ["jwt", "db", "llm-a"] });
        Assert.Equal(
            (
                nameof(AccessResult.Denied),
                AccessCauses.OtherEndpoint,
                "'jwt' is a regional secret of europe-west1, and the project p was asked, whose endpoint does not have it",
                "Use that one: Connect-FlowSecretStore -Store Gcp -Project 'p' -Region 'europe-west1'; or set 'region: europe-west1' in "
                    + "the catalog's environment"
            ),
            (answers[0].Result, answers[0].Cause, answers[0].Evidence, answers[0].Remedy)
        );
        Assert.Equal(
            [AccessCauses.OtherEndpoint, AccessCauses.OtherEndpoint, AccessCauses.SecretNotFound],
            answers.Select(static a => a.Cause)
        );
    }

    [Fact]
    public async Task WhatMayBeHereAsWellStaysUndecidedAndTheOtherPlaceIsMentioned()
    {
        _setting.Access.OnTest = static (name, _) => AccessAnswer.Unknown(name, AccessCauses.SecretNotFoundOrForbidden, "seen", "do");
        _setting.Elsewhere["s"] = ["jwt"];
        SecretAccess answer = await AskAsync();
        Assert.Equal(
            (nameof(AccessResult.Unknown), AccessCauses.SecretNotFoundOrForbidden, "do"),
            (answer.Result, answer.Cause, answer.Remedy)
        );
        Assert.StartsWith("seen; there is one in the ", answer.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsHereIsNotLookedForElsewhere()
    {
        _setting.Access.OnTest = static (name, _) => AccessAnswer.Denied(name, AccessCauses.NoGrant, "seen", "do");
        _setting.Elsewhere["s"] = ["jwt"];
        Assert.Equal((AccessCauses.NoGrant, "seen"), ((await AskAsync()) is { } a ? (a.Cause, a.Evidence) : default));
    }

    private async Task<SecretAccess> AskAsync() => Assert.Single(await _setting.TestAsync(new TestAccessOptions { Names = ["jwt"] }));
}
