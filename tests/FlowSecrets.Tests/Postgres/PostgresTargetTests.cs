using FlowSecrets.Errors;
using FlowSecrets.Providers.Postgres;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Postgres;

/// <summary>What the target does at a real server: sets, tries and revokes.</summary>
[Collection(PostgresCollection.Name)]
[Trait(Tier.Name, Tier.Witness)]
public sealed class PostgresTargetTests(PostgresFixture fixture)
{
    private const string Old = "old-password-1";
    private const string New = "new-password-2";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OneUser(bool hasAdmin)
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        string user = await scene.RoleAsync(Old);
        PostgresTarget target = hasAdmin ? scene.WithAdmin() : scene.Alone();
        (SecretValue old, SecretValue wanted) = (scene.Value(user, Old), scene.Value(user, New));
        Assert.True(await target.TestAsync(old, default));
        Assert.False(await target.TestAsync(wanted, default));

        await target.SetAsync(wanted, hasAdmin ? [] : [old], default);
        await SeesAsync(scene, target, user, accepted: New, refused: Old);
        Assert.Null(await target.RevokeAsync(old, wanted, default));
        await SeesAsync(scene, target, user, accepted: New, refused: Old);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SettingTwiceIsHarmless(bool hasAdmin)
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        string user = await scene.RoleAsync(Old);
        PostgresTarget target = hasAdmin ? scene.WithAdmin() : scene.Alone();
        (SecretValue old, SecretValue wanted) = (scene.Value(user, Old), scene.Value(user, New));
        await target.SetAsync(wanted, [old], default);
        // As after an answer that was lost: what was accepted is not any more.
        await target.SetAsync(wanted, [old], default);
        await target.SetAsync(wanted, [], default);
        await SeesAsync(scene, target, user, accepted: New, refused: Old);
    }

    [Fact]
    public async Task UsersThatAlternate()
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        string a = await scene.RoleAsync(Old);
        string b = PostgresScene.NewName();
        await scene.Server.ExecuteAsync($"create role {b} login");
        PostgresTarget target = scene.WithAdmin(a, b);
        (SecretValue old, SecretValue wanted) = (scene.Value(a, Old), scene.Value(b, New));
        await target.SetAsync(wanted, [old], default);
        Assert.True(await target.TestAsync(old, default));
        Assert.True(await target.TestAsync(wanted, default));

        Assert.NotNull(await target.RevokeAsync(old, wanted, default));
        Assert.False(await target.TestAsync(old, default));
        Assert.True(await scene.Server.AcceptsAsync(b, New));
        string revoked = await scene.VerifierAsync(a);
        Assert.StartsWith("SCRAM-SHA-256$4096:", revoked);
        Assert.Null(await target.RevokeAsync(old, wanted, default));
        Assert.Equal(revoked, await scene.VerifierAsync(a));

        // And its turn comes again.
        SecretValue next = scene.Value(a, "third-password-3");
        await target.SetAsync(next, [wanted], default);
        Assert.True(await target.TestAsync(next, default));
        Assert.True(await target.TestAsync(wanted, default));
    }

    [Fact]
    public async Task TheSameUserHasNothingToRevoke()
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        string user = await scene.RoleAsync(New);
        string before = await scene.VerifierAsync(user);
        Assert.Null(await scene.WithAdmin().RevokeAsync(scene.Value(user, Old), scene.Value(user, New), default));
        Assert.Null(await scene.WithAdmin().RevokeAsync(scene.Value(user, New), scene.Value(user, New), default));
        Assert.Equal(before, await scene.VerifierAsync(user));
    }

    [Fact]
    public async Task WithoutAnAdminTheOtherUserKeepsItsPassword()
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        (string a, string b) = (await scene.RoleAsync(Old), await scene.RoleAsync(New));
        Assert.NotNull(await PostgresScene.Target(null, null, a, b).RevokeAsync(scene.Value(a, Old), scene.Value(b, New), default));
        Assert.True(await scene.Server.AcceptsAsync(a, Old));
    }

    [Fact]
    public async Task WithoutAnAcceptedCredentialNothingIsSet()
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        (string user, string other) = (await scene.RoleAsync("known-to-nobody"), await scene.RoleAsync(Old));
        string before = await scene.VerifierAsync(user);
        SecretValue[][] stored =
        [
            [],
            [scene.Value(user, Old)],
            [scene.Value(other, Old)],
            [scene.Keep("no JSON"), scene.Keep("{}"), scene.Value(user, Old)],
            // The right password elsewhere proves nothing here.
            [scene.Value(user, "known-to-nobody", host: "localhost")],
        ];
        foreach (SecretValue[] accepted in stored)
        {
            await PostgresScene.FailsAsync(
                ErrorIds.AccessDenied,
                () => scene.Alone().SetAsync(scene.Value(user, New), accepted, default),
                Old,
                New,
                "known-to-nobody"
            );
        }

        Assert.Equal(before, await scene.VerifierAsync(user));
    }

    [Fact]
    public async Task AnyAcceptedCredentialWillDo()
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        string user = await scene.RoleAsync(Old);
        await scene
            .Alone()
            .SetAsync(scene.Value(user, New), [scene.Keep("no JSON"), scene.Value(user, "not-this-one"), scene.Value(user, Old)], default);
        Assert.True(await scene.Server.AcceptsAsync(user, New));
    }

    [Fact]
    public async Task TheAdminMustBeAnotherUserThatLogsIn()
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        string user = await scene.RoleAsync(Old);
        SecretValue wanted = scene.Value(user, New);
        await PostgresScene.FailsAsync(
            ErrorIds.RotationNotConfigured,
            () => PostgresScene.Target(scene.Value(user, Old)).SetAsync(wanted, [], default),
            Old,
            New
        );
        FlowSecretException refused = await PostgresScene.FailsAsync(
            ErrorIds.AccessDenied,
            () => PostgresScene.Target(scene.Value(PostgresServer.AdminUser, "wrong-password-9")).SetAsync(wanted, [], default),
            New,
            "wrong-password-9"
        );
        Assert.Equal("db-admin", refused.Target);
        Assert.True(await scene.Server.AcceptsAsync(user, Old));
    }

    [Fact]
    public async Task TheAdminsSecretMayHaveItsOwnNames()
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        string user = await scene.RoleAsync(Old);
        await PostgresScene.Target(scene.Keep(scene.Server.AdminSecret("username"))).SetAsync(scene.Value(user, New), [], default);
        Assert.True(await scene.Server.AcceptsAsync(user, New));
    }

    [Theory]
    [InlineData("text", ErrorIds.ValueNotJson)]
    [InlineData("[]", ErrorIds.ValueNotJson)]
    [InlineData("""{"user":"u","password":"secret-pw-1"}""", ErrorIds.FieldNotFound)]
    [InlineData("""{"host":"127.0.0.1","user":"u","password":""}""", ErrorIds.FieldNotFound)]
    [InlineData("""{"host":"127.0.0.1","user":"u","password":null}""", ErrorIds.FieldNotFound)]
    [InlineData("""{"host":"127.0.0.1","port":"secret-pw-1","user":"u","password":"secret-pw-1"}""", ErrorIds.RotationNotConfigured)]
    [InlineData("""{"host":"127.0.0.1","port":70000,"user":"u","password":"secret-pw-1"}""", ErrorIds.RotationNotConfigured)]
    [InlineData("""{"host":"127.0.0.1","user":"u\u0000v","password":"secret-pw-1"}""", ErrorIds.RotationNotConfigured)]
    [InlineData(
        """{"host":"127.0.0.1","user":"ééééééééééééééééééééééééééééééééé","password":"secret-pw-1"}""",
        ErrorIds.RotationNotConfigured
    )]
    [InlineData(
        """{"host":"127.0.0.1","db":"a database whose name is longer than PostgreSQL """
            + """keeps of any name","user":"u","password":"secret-pw-1"}""",
        ErrorIds.RotationNotConfigured
    )]
    [InlineData("""{"host":"127.0.0.1","user":"u","password":"secret-pw-1\ud800"}""", ErrorIds.ValueNotText)]
    public async Task WhatTheSecretLacksIsSaid(string text, string id)
    {
        using SecretValue value = SecretValue.FromText(text);
        await PostgresScene.FailsAsync(id, () => PostgresScene.Target(null).TestAsync(value, default), "secret-pw-1");
        await PostgresScene.FailsAsync(id, () => PostgresScene.Target(null).SetAsync(value, [], default), "secret-pw-1");
        Assert.Contains(await PostgresScene.Target(null).RehearseAsync(value, default), static f => !f.IsFine);
    }

    [Fact]
    public async Task TheLogHoldsVerifiersAlone()
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        string[] passwords = ["0ld-passw0rd-in-no-log", "new-passw'rd-in-no-log", "next-passw\\rd-in-no-log"];
        string user = await scene.RoleAsync(passwords[0]);
        await scene.Alone().SetAsync(scene.Value(user, passwords[1]), [scene.Value(user, passwords[0])], default);
        await scene.WithAdmin().SetAsync(scene.Value(user, passwords[2]), [], default);
        await scene.Alone().TestAsync(scene.Value(user, passwords[0]), default);
        // What comes last in the log is there once another statement is.
        await scene.Server.ExecuteAsync($"select '{user} is done'");
        for (int i = 0; i < 400 && !scene.Server.LogText().Contains($"{user} is done", StringComparison.Ordinal); i++)
        {
            await Task.Delay(25);
        }

        string log = scene.Server.LogText();
        Assert.Equal(2, log.Split($"alter role \"{user}\" password 'SCRAM-SHA-256$").Length - 1);
        Assert.DoesNotContain("in-no-log", log);
    }

    private static async Task SeesAsync(PostgresScene scene, PostgresTarget target, string user, string accepted, string refused)
    {
        Assert.True(await target.TestAsync(scene.Value(user, accepted), default));
        Assert.False(await target.TestAsync(scene.Value(user, refused), default));
        Assert.True(await scene.Server.AcceptsAsync(user, accepted));
        Assert.False(await scene.Server.AcceptsAsync(user, refused));
    }
}
