using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Postgres;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Postgres;

/// <summary>
/// Rights that are missing are named with the statement that gives them, by a change and by its rehearsal, which itself changes nothing.
/// </summary>
[Collection(PostgresCollection.Name)]
[Trait(Tier.Name, Tier.Witness)]
public sealed class PostgresRightsTests(PostgresFixture fixture)
{
    private const string Password = "users-password-1";
    private const string AdminPassword = "admins-password-2";

    [Theory]
    [InlineData("login", "login", false)]
    [InlineData("login createdb", "login", false)]
    [InlineData("login createrole", "login", true)]
    [InlineData("login createrole", "login superuser", false)]
    [InlineData("login superuser", "login superuser", true)]
    [InlineData("login createrole", "login replication", false)]
    public async Task AnAdminWithoutTheRightIsDeniedAndTheRehearsalForeseesIt(string adminIs, string userIs, bool may)
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        (string admin, string user) = (await scene.RoleAsync(AdminPassword, adminIs), await scene.RoleAsync(Password, userIs));
        if (await scene.Server.AskAsync<bool>("select current_setting('server_version_num')::int >= 160000") && may)
        {
            await scene.Server.ExecuteAsync($"grant {user} to {admin} with admin option");
        }

        PostgresTarget target = PostgresScene.Target(scene.Value(admin, AdminPassword));
        string before = await RolesAsync(scene);
        IReadOnlyList<RotationFinding> findings = await target.RehearseAsync(scene.Value(user, Password), default);
        Assert.Equal(may, findings.All(static f => f.IsFine));
        Assert.Equal(before, await RolesAsync(scene));

        SecretValue wanted = scene.Value(user, "new-password-3");
        if (may)
        {
            await target.SetAsync(wanted, [], default);
            Assert.True(await target.TestAsync(wanted, default));
            return;
        }

        FlowSecretException error = await PostgresScene.FailsAsync(
            ErrorIds.AccessDenied,
            () => target.SetAsync(wanted, [], default),
            AdminPassword,
            "new-password-3"
        );
        Assert.Equal("db-admin", error.Target);
        Assert.Contains($"ALTER ROLE \"{admin}\" CREATEROLE;", error.Remedy);
        Assert.Contains(findings, f => !f.IsFine && f.Remedy?.ToString() == error.Remedy);
        Assert.Equal(before, await RolesAsync(scene));
    }

    [Fact]
    public async Task WhatTheRemedySaysHelps()
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        (string admin, string user) = (await scene.RoleAsync(AdminPassword), await scene.RoleAsync(Password));
        PostgresTarget target = PostgresScene.Target(scene.Value(admin, AdminPassword));
        SecretValue wanted = scene.Value(user, "new-password-3");
        FlowSecretException error = await PostgresScene.FailsAsync(ErrorIds.AccessDenied, () => target.SetAsync(wanted, [], default));
        int from = error.Remedy.IndexOf("ALTER ROLE", StringComparison.Ordinal);
        await scene.Server.ExecuteAsync(error.Remedy[from..(error.Remedy.LastIndexOf(';') + 1)]);
        await target.SetAsync(wanted, [], default);
        Assert.True(await target.TestAsync(wanted, default));
    }

    [Fact]
    public async Task ARehearsalOfTwoUsersSeesWhatTheyDifferIn()
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        (string owner, string a, string b) = (PostgresScene.NewName(), await scene.RoleAsync(Password), PostgresScene.NewName());
        SecretValue current = scene.Value(a, Password);
        PostgresTarget target = scene.WithAdmin(a, b);
        await scene.Server.ExecuteAsync($"create role {owner}");
        (string Statement, string? Finding)[] steps =
        [
            ("select 1", "Role"),
            ($"create role {b} nologin", "Role"),
            ($"alter role {b} login", null),
            ($"grant {owner} to {a}", "Rights"),
            ($"grant {owner} to {b}", null),
            ($"alter role {b} set work_mem = '8MB'", "Rights"),
            ($"alter role {b} reset work_mem", null),
            ($"alter role {b} createdb", "Rights"),
            ($"alter role {b} nocreatedb valid until '2001-01-01'", "Role"),
            ($"alter role {b} valid until '2100-01-01'", null),
        ];
        foreach ((string statement, string? expected) in steps)
        {
            await scene.Server.ExecuteAsync(statement);
            string before = await RolesAsync(scene);
            IReadOnlyList<RotationFinding> findings = await target.RehearseAsync(current, default);
            Assert.True(findings.FirstOrDefault(static f => !f.IsFine)?.Check == expected, $"{statement}: {string.Join('\n', findings)}");
            Assert.All(findings.Where(static f => !f.IsFine), static f => Assert.False(f.Remedy!.IsEmpty));
            Assert.DoesNotContain(Password, string.Join('\n', findings));
            Assert.Equal(before, await RolesAsync(scene));
        }
    }

    [Fact]
    public async Task ARehearsalSeesWhoCannotLogIn()
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        (string a, string b) = (await scene.RoleAsync(Password), await scene.RoleAsync(Password));
        SecretValue wrong = scene.Value(PostgresServer.AdminUser, "wrong-password-9");
        string before = await RolesAsync(scene);
        Assert.Equal(["Login"], await FailedAsync(scene.Alone(), scene.Value(a, "wrong-password-9")));
        Assert.Equal(["Admin"], await FailedAsync(PostgresScene.Target(wrong), scene.Value(a, Password)));
        Assert.Equal(["Admin"], await FailedAsync(PostgresScene.Target(null, null, a, b), scene.Value(a, Password)));
        Assert.Equal(
            ["Users"],
            await FailedAsync(scene.WithAdmin(a, b), scene.Value(await scene.RoleAsync(Password, name: PostgresScene.NewName()), Password))
        );
        Assert.Equal(["Target"], await FailedAsync(scene.Alone(), scene.Value(a, Password, "no_such_database")));
        Assert.Empty(await FailedAsync(scene.Alone(), scene.Value(a, Password)));
        Assert.StartsWith(before, await RolesAsync(scene));
    }

    private static async Task<IEnumerable<string>> FailedAsync(PostgresTarget target, SecretValue current) =>
        (await target.RehearseAsync(current, default)).Where(static f => !f.IsFine).Select(static f => f.Check);

    private static Task<string> RolesAsync(PostgresScene scene) =>
        scene.Server.AskAsync<string>(
            "select string_agg(concat_ws(' ', oid, rolname, rolpassword, rolcanlogin, rolcreaterole, rolvaliduntil), E'\\n' order by "
                + "oid) from pg_authid where oid >= 16384"
        );
}
