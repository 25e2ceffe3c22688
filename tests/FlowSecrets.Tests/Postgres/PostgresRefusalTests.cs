using FlowSecrets.Errors;
using FlowSecrets.Providers.Postgres;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Postgres;

/// <summary>
/// A credential counts as refused only where the server refused the credential itself, and as accepted only where the server checked it.
/// </summary>
[Collection(PostgresCollection.Name)]
[Trait(Tier.Name, Tier.Witness)]
public sealed class PostgresRefusalTests(PostgresFixture fixture)
{
    private const string Right = "right-password-1";
    private const string Wrong = "wrong-password-9";

    [Theory]
    [InlineData("login", Wrong)]
    [InlineData("login", "RIGHT-password-1")]
    [InlineData("login", "right-password-1 ")]
    [InlineData("nologin", Right)]
    [InlineData("nologin", Wrong)]
    [InlineData("login valid until '2001-01-01'", Right)]
    [InlineData("login connection limit 0", Wrong)]
    public async Task WhatTheServerRefusesIsNotAccepted(string attributes, string password)
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        Assert.False(await scene.Alone().TestAsync(scene.Value(await scene.RoleAsync(Right, attributes), password), default));
    }

    [Fact]
    public async Task WhoIsNotThereOrHasNoPasswordIsNotAccepted()
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        string user = PostgresScene.NewName();
        Assert.False(await scene.Alone().TestAsync(scene.Value(user, Wrong), default));
        await scene.Server.ExecuteAsync($"create role {user} login");
        Assert.False(await scene.Alone().TestAsync(scene.Value(user, Wrong), default));
    }

    [Theory]
    [InlineData("login connection limit 0")]
    [InlineData("login in role pg_monitor")]
    public async Task OtherObstaclesAreNoRefusal(string attributes)
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        string user = await scene.RoleAsync(Right, attributes);
        string database = PostgresScene.NewName();
        if (!attributes.Contains("limit", StringComparison.Ordinal))
        {
            await PostgresScene.FailsAsync(
                ErrorIds.TargetUnavailable,
                () => scene.Alone().TestAsync(scene.Value(user, Right, database), default),
                Right
            );
            await scene.Server.ExecuteAsync($"create database {database}");
            await scene.Server.ExecuteAsync($"revoke connect on database {database} from public");
        }

        await PostgresScene.FailsAsync(
            ErrorIds.TargetUnavailable,
            () =>
                scene
                    .Alone()
                    .TestAsync(
                        scene.Value(user, Right, attributes.Contains("limit", StringComparison.Ordinal) ? "postgres" : database),
                        default
                    ),
            Right
        );
    }

    [Fact]
    public async Task AnotherUserThanTheOneThatLogsInProvesNothing()
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        string other = await scene.RoleAsync(Wrong);
        string user = await scene.RoleAsync(Right, $"login in role {other}");
        await scene.Server.ExecuteAsync($"alter role {user} set role {other}");
        await PostgresScene.FailsAsync(ErrorIds.TargetUnavailable, () => scene.Alone().TestAsync(scene.Value(user, Right), default), Right);
    }

    [Theory]
    [InlineData("reject")]
    [InlineData("trust")]
    [InlineData("ident")]
    public async Task WhereNoPasswordIsCheckedNoneIsProven(string method)
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        string user = await scene.RoleAsync(Right);
        string before = await scene.VerifierAsync(user);
        await scene.Server.AdmitAsync($"host all {user} 127.0.0.1/32 {method}");
        foreach (string password in new[] { Right, Wrong })
        {
            SecretValue value = scene.Value(user, password);
            await PostgresScene.FailsAsync(ErrorIds.TargetUnavailable, () => scene.Alone().TestAsync(value, default), password);
            await PostgresScene.FailsAsync(
                ErrorIds.TargetUnavailable,
                () => scene.Alone().SetAsync(scene.Value(user, "new-password-2"), [value], default),
                password,
                "new-password-2"
            );
            await PostgresScene.FailsAsync(
                ErrorIds.TargetUnavailable,
                () => scene.WithAdmin().RevokeAsync(value, scene.Value("another", "x"), default),
                password
            );
            Assert.Contains(await scene.Alone().RehearseAsync(value, default), static f => !f.IsFine && f.Remedy is { IsEmpty: false });
        }

        Assert.Equal(before, await scene.VerifierAsync(user));
    }

    [Theory]
    [InlineData("md5")]
    [InlineData("scram-sha-256")]
    public async Task WhereverThePasswordIsCheckedItIsProven(string method)
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        string user = await scene.RoleAsync(Right);
        await scene.Server.AdmitAsync($"host all {user} 127.0.0.1/32 {method}");
        Assert.True(await scene.Alone().TestAsync(scene.Value(user, Right), default));
        Assert.False(await scene.Alone().TestAsync(scene.Value(user, Wrong), default));
        await scene.Alone().SetAsync(scene.Value(user, "new-password-2"), [scene.Value(user, Right)], default);
        Assert.True(await scene.Alone().TestAsync(scene.Value(user, "new-password-2"), default));
        Assert.False(await scene.Alone().TestAsync(scene.Value(user, Right), default));
    }

    [Fact]
    public async Task APasswordIsNotSentInClearTextOverAnUnverifiedConnection()
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        string user = await scene.RoleAsync(Right);
        await scene.Server.AdmitAsync($"host all {user} 127.0.0.1/32 password");
        await PostgresScene.FailsAsync(ErrorIds.TargetUnavailable, () => scene.Alone().TestAsync(scene.Value(user, Right), default), Right);
    }

    [Theory]
    [InlineData("nologin", "LOGIN")]
    [InlineData("login valid until '2001-01-01'", "VALID UNTIL 'infinity'")]
    public async Task NoPasswordIsSetThatLetsNobodyIn(string attributes, string remedy)
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        string user = await scene.RoleAsync(Right, attributes);
        string before = await scene.VerifierAsync(user);
        FlowSecretException error = await PostgresScene.FailsAsync(
            ErrorIds.RotationNotConfigured,
            () => scene.WithAdmin().SetAsync(scene.Value(user, "new-password-2"), [], default),
            "new-password-2"
        );
        Assert.Contains(remedy, error.Remedy);
        Assert.Equal(before, await scene.VerifierAsync(user));
    }

    [Fact]
    public async Task AReadOnlyServerIsUnavailable()
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        string user = await scene.RoleAsync(Right);
        await scene.Server.ExecuteAsync($"alter role {user} set default_transaction_read_only = on");
        await PostgresScene.FailsAsync(
            ErrorIds.TargetUnavailable,
            () => scene.Alone().SetAsync(scene.Value(user, "new-password-2"), [scene.Value(user, Right)], default),
            Right,
            "new-password-2"
        );
        Assert.True(await scene.Server.AcceptsAsync(user, Right));
    }

    [Fact]
    public async Task AChangeWhoseEndIsNotSeenIsUncertain()
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        string user = await scene.RoleAsync(Right);
        await using Npgsql.NpgsqlConnection other = new(scene.Server.Connection(PostgresServer.AdminUser, PostgresServer.AdminPassword));
        await other.OpenAsync();
        await using Npgsql.NpgsqlTransaction held = await other.BeginTransactionAsync();
        await using (Npgsql.NpgsqlCommand change = new($"alter role {user} connection limit 7", other, held))
        {
            await change.ExecuteNonQueryAsync();
        }

        // It waits for the other change, and its session is ended meanwhile.
        Task set = scene.WithAdmin().SetAsync(scene.Value(user, "new-password-2"), [], default);
        const string Waits = "from pg_stat_activity where application_name = 'FlowSecrets' and wait_event_type = 'Lock'";
        while (await scene.Server.AskAsync<long>($"select count(*) {Waits}") == 0)
        {
            await Task.Delay(25);
        }

        await scene.Server.ExecuteAsync($"select pg_terminate_backend(pid) {Waits}");
        await PostgresScene.FailsAsync(ErrorIds.TargetUnavailable, () => set, "new-password-2");
    }

    [Fact]
    public async Task ManyWhoChangeOneUserAtATimeAllSucceed()
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        string user = await scene.RoleAsync(Right);
        PostgresTarget target = scene.WithAdmin();
        SecretValue[] values = [.. Enumerable.Range(0, 6).Select(i => scene.Value(user, $"concurrent-password-{i}"))];
        await Task.WhenAll(values.Select(v => target.SetAsync(v, [], default)));
        Assert.Equal(1, (await Task.WhenAll(values.Select(v => target.TestAsync(v, default)))).Count(static accepted => accepted));
    }
}
