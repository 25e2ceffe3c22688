using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Providers.Postgres;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Postgres;

/// <summary>A password means the same to us, to the server, and to PostgreSQL's own client; what might not is refused.</summary>
[Collection(PostgresCollection.Name)]
[Trait(Tier.Name, Tier.Witness)]
public sealed class PostgresPasswordTests(PostgresFixture fixture)
{
    /// <summary>What SASLprep changes, prohibits or does not know.</summary>
    private static readonly string[] Unicode =
    [
        "\u00AA",
        "a\u00ADb",
        "\u2168",
        "Å and \u212B",
        "e\u0301",
        "é",
        "\uFF21\uFF22",
        "\u00A0",
        "a\u3000b",
        "a\u200Bb",
        "\u1E9B\u0323",
        "ﬁ",
        "½",
        "\u00B5",
        "語",
        "한국어",
        "\u1112\u1161\u11AB",
        "😀",
        "👩\u200D💻",
        "🇩🇪",
        "a\u0007b",
        "\u2028",
        "\uE000",
        "\uFFFD",
        "\u0627\u0031",
        "\u05D0x",
        "\u202Ax",
        "\u00AD",
        "\uFEFF",
        "a\u0340b",
        "\u0341",
        "a\uFFFEb",
        "\uFDD0",
        "\uFF21\u0340",
        "a\u200B\u3000",
        "\u2FF0\u3000",
        "\u0221",
        "\u1E9E",
        "ẞß",
        "\u20BF",
        "\U0001D400",
        "naïve café",
        "Ω\u2126",
        "\u0344",
        "\u2003x",
    ];

    private static IEnumerable<string> Hostile =>
        HostileText.Sequence(7, 60).Concat(Unicode).Where(static p => p.Length > 0).Distinct(StringComparer.Ordinal);

    [Theory]
    [InlineData("'")]
    [InlineData("\"")]
    [InlineData("\\")]
    [InlineData("'; drop role postgres; --")]
    [InlineData("$$ $1 :x %s {0}")]
    [InlineData(" ")]
    [InlineData(" leading and trailing ")]
    [InlineData("x")]
    [InlineData("tab\tand\nnewline\r")]
    [InlineData("\u0001\u001F\u007F")]
    [InlineData("password=x;host=y")]
    [InlineData("SCRAM-SHA-256$4096:c2FsdA==$x:y")]
    [InlineData("md53175bce1d3201d16594cebf9d7eb3f9d")]
    [InlineData("é")]
    [InlineData("語")]
    public async Task WhatAllClientsAgreeOnIsSet(string password) => await SetsAsync(password);

    [Theory]
    [InlineData(1000)]
    [InlineData(10000)]
    public async Task ALongOneIsSet(int length) => await SetsAsync(new string('k', length - 1) + "'");

    [Fact]
    public async Task ANullCharacterIsRefused()
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        string user = await scene.RoleAsync("before");
        string before = await scene.VerifierAsync(user);
        foreach (string password in new[] { "before\0after", "\0", "tail\0" })
        {
            await PostgresScene.FailsAsync(
                ErrorIds.CredentialRejected,
                () => scene.WithAdmin().SetAsync(scene.Value(user, password), [], default),
                password
            );
            Assert.False(await AcceptsOrThrowsAsync(scene.Alone(), scene.Value(user, password)));
        }

        Assert.Equal(before, await scene.VerifierAsync(user));
    }

    [Fact]
    public async Task TheServerMakesTheSameVerifier()
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        string user = await scene.RoleAsync("before");
        int same = 0;
        foreach (string password in Hostile)
        {
            PreparedPassword prepared = SaslPrep.Prepare(password);
            if (prepared.Problem is null)
            {
                await scene.Server.ExecuteAsync($"alter role {user} password '{password.Replace("'", "''", StringComparison.Ordinal)}'");
                string[] parts = (await scene.VerifierAsync(user)).Split('$', ':');
                string ours = ScramVerifier.Make(
                    Encoding.UTF8.GetBytes(prepared.Text),
                    Convert.FromBase64String(parts[2]),
                    int.Parse(parts[1])
                );
                Assert.True(ours == await scene.VerifierAsync(user), $"The server means another password by {Escaped(password)}.");
                same++;
            }
        }

        Assert.InRange(same, 30, int.MaxValue);
    }

    [Fact]
    public async Task TheServerMeansTheSameByEveryCharacter()
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        string user = await scene.RoleAsync("before");
        await using Npgsql.NpgsqlConnection connection = new(
            scene.Server.Connection(PostgresServer.AdminUser, PostgresServer.AdminPassword)
        );
        await connection.OpenAsync();
        await using Npgsql.NpgsqlCommand command = new("", connection);
        List<string> differ = [];
        foreach (
            string[] some in Enumerable
                .Range(0x20, 0xD800 - 0x20)
                .Concat(Enumerable.Range(0xE000, 0x2000))
                .Select(static c => ((char)c).ToString())
                .Chunk(128)
        )
        {
            await CompareAsync(some);
        }

        Assert.Empty(differ);

        async Task CompareAsync(string[] some)
        {
            string password = string.Join('x', some);
            PreparedPassword prepared = SaslPrep.Prepare(password);
            if (prepared.Problem is null)
            {
                command.CommandText =
                    $"set log_statement = none; alter role {user} password '{password.Replace("'", "''", StringComparison.Ordinal)}'; "
                    + $"select rolpassword from pg_authid where rolname = '{user}'";
                string verifier = (string)(await command.ExecuteScalarAsync())!;
                string[] parts = verifier.Split('$', ':');
                if (
                    ScramVerifier.Make(Encoding.UTF8.GetBytes(prepared.Text), Convert.FromBase64String(parts[2]), int.Parse(parts[1]))
                    == verifier
                )
                {
                    return;
                }
            }

            if (some.Length > 1)
            {
                await CompareAsync(some[..(some.Length / 2)]);
                await CompareAsync(some[(some.Length / 2)..]);
            }
            else if (prepared.Problem is null)
            {
                differ.Add(Escaped(password));
            }
        }
    }

    [Fact]
    public async Task HostilePasswordsAreSetForAllOrRefused()
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        string user = await scene.RoleAsync("before");
        foreach (string password in Hostile)
        {
            string before = await scene.VerifierAsync(user);
            try
            {
                await scene.WithAdmin().SetAsync(scene.Value(user, password), [], default);
            }
            catch (FlowSecretException e) when (e.Id == ErrorIds.CredentialRejected)
            {
                Assert.Equal(before, await scene.VerifierAsync(user));
                continue;
            }

            Assert.True(await scene.Alone().TestAsync(scene.Value(user, password), default), Escaped(password));
            Assert.True(scene.PsqlAccepts(user, password), $"psql is refused with {Escaped(password)}.");
            Assert.False(await scene.Alone().TestAsync(scene.Value(user, password + "x"), default), Escaped(password));
        }
    }

    /// <summary>PowerShell runs with ICU; these tests without. So another process sets the same passwords with it.</summary>
    [Fact]
    public async Task WithIcuTooTheyAreSetForAllOrRefused()
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        List<(string User, string Password)> users = [];
        StringBuilder lines = new();
        foreach (string password in Unicode)
        {
            users.Add((await scene.RoleAsync("before"), password));
            lines.AppendLine(
                new JsonObject
                {
                    ["value"] = scene.Value(users[^1].User, password).RevealText(null),
                    ["admin"] = scene.Admin.RevealText(null),
                }.ToJsonString()
            );
        }

        string[] answers = RunWorker(lines.ToString());
        int set = 0;
        foreach (((string user, string password), string answer) in users.Zip(answers))
        {
            Assert.True(answer is "True" or ErrorIds.CredentialRejected, $"{Escaped(password)}: {answer}");
            if (answer == "True")
            {
                set++;
                Assert.True(scene.PsqlAccepts(user, password), $"psql is refused with {Escaped(password)}.");
            }
        }

        Assert.Equal(Unicode.Length, answers.Length);
        Assert.Equal("True", answers[Array.IndexOf(Unicode, "\uFF21\uFF22")]);
        Assert.InRange(set, 10, Unicode.Length);
    }

    [Fact]
    public async Task ARefusalOfWhatClientsDisagreeOnProvesNothing()
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        string user = await scene.RoleAsync("before");
        await PostgresScene.FailsAsync(
            ErrorIds.TargetUnavailable,
            () => scene.Alone().TestAsync(scene.Value(user, "x\uE000y"), default),
            "x\uE000y"
        );
    }

    [Fact]
    public void VerifiersHaveSaltsOfTheirOwnAndTellNothing()
    {
        Assert.NotEqual(ScramVerifier.Make("same"u8), ScramVerifier.Make("same"u8));
        Assert.NotEqual(ScramVerifier.Unknown(), ScramVerifier.Unknown());
        Assert.DoesNotContain("same", ScramVerifier.Make("same"u8));
        Assert.Equal(SecretValue.Mask, SaslPrep.Prepare("same").ToString());
    }

    private async Task SetsAsync(string password)
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        string user = await scene.RoleAsync("before");
        await scene.Alone().SetAsync(scene.Value(user, password), [scene.Value(user, "before")], default);
        Assert.True(await scene.Alone().TestAsync(scene.Value(user, password), default));
        Assert.True(scene.PsqlAccepts(user, password));
        Assert.False(await scene.Alone().TestAsync(scene.Value(user, password + " "), default));
        if (password.Length > 3)
        {
            Assert.DoesNotContain(password, scene.Server.LogText());
        }
    }

    private static async Task<bool> AcceptsOrThrowsAsync(PostgresTarget target, SecretValue value)
    {
        try
        {
            return await target.TestAsync(value, default);
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.TargetUnavailable)
        {
            return false;
        }
    }

    private static string[] RunWorker(string input)
    {
        ProcessStartInfo start = new("dotnet", [Repository.Worker, "postgres"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "0";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.SkipWhen(errors.Result.Contains("valid ICU package", StringComparison.Ordinal), "There is no ICU on this machine.");
        Assert.True(process.ExitCode == 0, errors.Result);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string Escaped(string text) =>
        string.Concat(text.Select(static c => c is > ' ' and < '\u007F' ? c.ToString() : $"\\u{(int)c:X4}"));
}
