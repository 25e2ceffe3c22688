using System.Text;
using FlowSecrets.Errors;
using FlowSecrets.Providers.Postgres;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Postgres;

/// <summary>Users and databases with names that SQL, connection strings and format strings stumble over.</summary>
[Collection(PostgresCollection.Name)]
[Trait(Tier.Name, Tier.Witness)]
public sealed class PostgresNameTests(PostgresFixture fixture)
{
    [Theory]
    [InlineData("quo\"te")]
    [InlineData("O'Brien")]
    [InlineData("UPPER lower")]
    [InlineData(" space around ")]
    [InlineData("ünï語😀")]
    [InlineData("\"; drop role victim; --")]
    [InlineData("'; drop role victim; --")]
    [InlineData("x\" superuser password 'y")]
    [InlineData("back\\slash")]
    [InlineData("$1 %s {0} :x ?")]
    [InlineData("a;Host=elsewhere;Password=y")]
    [InlineData("new\nline")]
    [InlineData("select")]
    [InlineData("user@example.com")]
    [InlineData("sixty-three bytes, which is as long as a name may be at a server")]
    public async Task ANameIsANameAndNothingElse(string name)
    {
        name = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(name).AsSpan(0, Math.Min(63, Encoding.UTF8.GetByteCount(name))));
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        string victim = await scene.RoleAsync("victims-password");
        name = name.Replace("victim", victim, StringComparison.Ordinal);
        await scene.RoleAsync("old-password-1", name: name);
        await scene.Server.ExecuteAsync($"create database {Sql.Identifier(name)}");
        (SecretValue old, SecretValue wanted) = (scene.Value(name, "old-password-1", name), scene.Value(name, "new-password-2", name));

        await scene.Alone().SetAsync(wanted, [old], default);
        Assert.True(await scene.Alone().TestAsync(wanted, default));
        Assert.False(await scene.Alone().TestAsync(old, default));
        Assert.True(scene.PsqlAccepts(name, "new-password-2", name));
        await scene.WithAdmin().SetAsync(old, [], default);
        Assert.True(await scene.Alone().TestAsync(old, default));
        Assert.All(await scene.WithAdmin(name).RehearseAsync(old, default), static f => Assert.True(f.IsFine, f.Message));

        SecretValue victims = scene.Value(victim, "victims-password", name);
        Assert.NotNull(await scene.WithAdmin(name, victim).RevokeAsync(old, victims, default));
        Assert.False(await scene.Alone().TestAsync(old, default));
        Assert.True(await scene.Alone().TestAsync(victims, default));
        Assert.False(
            await scene.Server.AskAsync<bool>(
                $"select rolsuper from pg_roles where rolname = '{name.Replace("'", "''", StringComparison.Ordinal)}'"
            )
        );
    }

    [Theory]
    [InlineData("no \"such\" role")]
    [InlineData("'; drop database postgres; --")]
    [InlineData("NoSuchRole")]
    public async Task ANameThatIsNotThereIsNamedInTheRemedy(string name)
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        FlowSecretException error = await PostgresScene.FailsAsync(
            ErrorIds.RotationNotConfigured,
            () => scene.WithAdmin().SetAsync(scene.Value(name, "new-password-2"), [], default),
            "new-password-2"
        );
        Assert.Contains($"CREATE ROLE {Sql.Identifier(name)} LOGIN", error.Remedy);
        FlowSecretException gone = await PostgresScene.FailsAsync(
            ErrorIds.TargetUnavailable,
            () => scene.Alone().TestAsync(scene.Value(PostgresServer.AdminUser, PostgresServer.AdminPassword, name), default)
        );
        Assert.Contains($"CREATE DATABASE {Sql.Identifier(name)}", gone.Remedy);
    }

    [Fact]
    public async Task NamesThatDifferInCaseAreTwo()
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        string lower = await scene.RoleAsync("lower-password-1");
        string upper = await scene.RoleAsync("upper-password-1", name: lower.ToUpperInvariant());
        await scene.WithAdmin().SetAsync(scene.Value(upper, "new-password-2"), [], default);
        Assert.True(await scene.Server.AcceptsAsync(lower, "lower-password-1"));
        Assert.True(await scene.Server.AcceptsAsync(upper, "new-password-2"));
    }
}
