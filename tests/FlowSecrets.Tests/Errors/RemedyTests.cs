using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Support;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Tests.Errors;

/// <summary>A remedy keeps its commands apart until it is shown.</summary>
public sealed class RemedyTests
{
    [Fact]
    public void ACommandKnowsItsArguments()
    {
        string path = "a b; 'c'";
        ShellCommand command = Shell($"git rm --cached -- {path}");
        Assert.Equal("git", command.Program);
        Assert.Equal(["rm", "--cached", "--", path], command.Arguments);
        Assert.Equal("git rm --cached -- \"a b; 'c'\"", command.ToString());
    }

    [Fact]
    public void AnOptionsNameStaysOutsideOfTheQuotation()
    {
        string member = "user:a@b.c";
        string region = "eu-1";
        Assert.Equal(
            "gcloud x --member='user:a@b.c' --region=eu-1 'deployment/api'",
            Shell($"gcloud x --member={member} --region={region:bare} {"deployment"}/{"api"}").ToString()
        );
    }

    [Theory]
    [InlineData("eu west")]
    [InlineData("-x")]
    [InlineData("a;b")]
    [InlineData("$a")]
    [InlineData("a*")]
    public void ABareTextIsQuotedIfItNeedsIt(string text) => Assert.Equal($"x '{text}'", Shell($"x {text:bare}").ToString());

    [Fact]
    public void AStoresErrorLearnsKeyAndEnvironment()
    {
        FlowSecretException error = StoreErrors.SecretNotFound(new Place(StoreKind.Local, "x", "me"), "app-k'k");
        Assert.Contains("New-FlowSecret -StoreName \"app-k'k\".", error.Message, StringComparison.Ordinal);
        FlowSecretException here = error.For(new SecretArgument("app-k'k", "k'k", "p$p"));
        Assert.Contains("Initialize-FlowSecret -Environment 'p$p', or", here.Message, StringComparison.Ordinal);
        Assert.Contains("New-FlowSecret \"k'k\" -Environment 'p$p'.", here.Message, StringComparison.Ordinal);
        Assert.Equal((error.Id, error.Target, error.Cause), (here.Id, here.Target, here.Cause));
        Assert.Equal(error.Message, error.For(new SecretArgument("other", "k")).With(remedy: error.Advice).Message);
    }

    [Fact]
    public void AnotherSecretsCommandStays()
    {
        Remedy remedy = $"Look: {Shell($"Get-FlowSecret {Stored("a")}")}";
        Assert.Equal("Look: Get-FlowSecret -StoreName 'a'", remedy.For(new SecretArgument("b", "key", null)).ToString());
    }

    [Fact]
    public void SentencesAreJoined()
    {
        Remedy first = "Fix it.";
        Remedy command = $"Run: {Shell($"x {"y"}")}";
        Assert.Equal("Fix it. Run: x 'y'", first.Then(command).ToString());
        Assert.Equal("Run: x 'y'. Fix it.", command.Then(first).ToString());
        Assert.Equal("To be sure, run: x 'y'", Remedy.Of($"To be sure, {command:clause}").ToString());
        Assert.Equal("Run:", command.Lead);
    }

    [Fact]
    public void AMessageIsOneCleanLine()
    {
        FlowSecretException error = new("BadArgument", "t\u001b[2K", "No\n::error::\u001b]0;x\a secret", $"Look at {"a\r\n##vso[x]"}");
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.DoesNotContain("##vso[", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("::error::", error.Message, StringComparison.Ordinal);
        Assert.Equal("t\u001b[2K", error.Target);
    }

    [Fact]
    public void ACopyKeepsWhatItIsNotTold()
    {
        FlowSecretException inner = new("Conflict", null, "c", "r");
        FlowSecretException error = new("AccessDenied", "t", "Cause", "Remedy.", inner, ["one"]) { AccessCause = "NoGrant" };
        FlowSecretException copy = error.With(target: "u");
        Assert.Equal(
            ("AccessDenied", "u", error.Cause, "Remedy.", "NoGrant"),
            (copy.Id, copy.Target, copy.Cause, copy.Remedy, copy.AccessCause)
        );
        Assert.Same(inner, copy.InnerException);
        Assert.Equal("Cause\n  one.", copy.Cause);
    }

    /// <summary>Every command of the store's own errors, for hostile names, in both shells: one command, and nothing happens.</summary>
    [Fact]
    [Trait(Tier.Name, Tier.Witness)]
    public void PastedCommandsDoNothingElse()
    {
        using Sandbox sandbox = new();
        string sh = Tool.Require("sh");
        string[] names =
        [
            .. new[] { "k'; touch PWN; '", "$(touch PWN)", "`touch PWN`", "a\u2019; touch PWN; \u2018", "x\ntouch PWN\n" },
            .. HostileText.Sequence(9, 60),
        ];
        string[] commands =
        [
            .. names.SelectMany(n =>
                Errors(n)
                    .SelectMany(e => e.For(new SecretArgument(n, n, n)).Advice.Commands.Concat(e.Advice.Commands))
                    .Select(static c => c.ToString())
            ),
        ];
        Assert.True(commands.Length > 500);
        Assert.DoesNotContain(commands, static c => c.Any(char.IsControl));
        sandbox.Write("commands", string.Join('\n', commands));
        (int exitCode, string output, string error) = PowerShellProgram
            .Find()
            .Run(
                sandbox.Folder,
                null,
                "-NoProfile",
                "-NonInteractive",
                "-Command",
                """
                foreach ($line in [IO.File]::ReadAllLines("$PWD/commands")) {
                    $errors = $null
                    $ast = [System.Management.Automation.Language.Parser]::ParseInput($line, [ref]$null, [ref]$errors)
                    $statements = $ast.EndBlock.Statements
                    $others = @($statements[0].PipelineElements[0].CommandElements | Where-Object {
                        $_ -isnot [System.Management.Automation.Language.StringConstantExpressionAst] -and
                        $_ -isnot [System.Management.Automation.Language.CommandParameterAst] -and
                        $_ -isnot [System.Management.Automation.Language.ConstantExpressionAst] })
                    $parts = $statements[0].PipelineElements.Count
                    if ($errors.Count -or $statements.Count -ne 1 -or $parts -ne 1 -or $others.Count) { $line }
                }
                """
            );
        Assert.True(exitCode == 0, error);
        Assert.Equal("", output.Trim());
        sandbox.Write("commands.sh", string.Join('\n', commands.Select(static c => "true " + c)));
        (exitCode, _, error) = Tool.Run(sh, sandbox.Folder, null, "commands.sh");
        Assert.True(exitCode == 0, error);
        Assert.Equal(["commands", "commands.sh"], Directory.EnumerateFileSystemEntries(sandbox.Folder).Select(Path.GetFileName).Order());
    }

    private static FlowSecretException[] Errors(string name)
    {
        Place place = new(StoreKind.Local, name, name);
        return
        [
            StoreErrors.SecretNotFound(place, name),
            StoreErrors.PendingDeletion(name, null),
            StoreErrors.SecretExists(place, name),
            StoreErrors.VersionNotFound(name, name),
            StoreErrors.VersionDestroyed(name, name, name),
            StoreErrors.VersionDisabled(name, name, name),
            StoreErrors.HasNoVersion(place, name),
            StoreErrors.NoRecoveryWindow(place, name),
            StoreErrors.WriteUncertain(place, name, new FlowSecretException("x", null, name, name)),
        ];
    }
}
