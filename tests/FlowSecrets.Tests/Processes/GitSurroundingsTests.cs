using FlowSecrets.Processes;
using FlowSecrets.Tests.Support;
using FlowSecrets.Tests.Transport;

namespace FlowSecrets.Tests.Processes;

/// <summary>Variables of this process do not redirect git, and none that opens a local store reaches it or any other program.</summary>
[Trait("Tier", Tier.Witness)]
[Collection(ProcessVariables.Name)]
public sealed class GitSurroundingsTests
{
    private static readonly string[] Redirections =
    [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_EXEC_PATH",
        "GIT_CONFIG_GLOBAL",
        "GIT_NAMESPACE",
    ];

    [Fact]
    public async Task VariablesDoNotRedirectGit()
    {
        using HostileRepository repository = new();
        string trace = repository.File("trace");
        List<ProcessVariable> set = [.. Redirections.Select(static n => new ProcessVariable(n, "/nowhere"))];
        set.Add(new ProcessVariable("GIT_CONFIG_COUNT", "1"));
        set.Add(new ProcessVariable("GIT_CONFIG_KEY_0", "core.fsmonitor"));
        set.Add(new ProcessVariable("GIT_CONFIG_VALUE_0", repository.Program));
        set.Add(new ProcessVariable("GIT_EXTERNAL_DIFF", repository.Program));
        set.Add(new ProcessVariable("GIT_TRACE", trace));
        try
        {
            foreach (string[] question in new string[][] { ["rev-parse", "--show-toplevel"], ["ls-files"], ["log", "-p"] })
            {
                using GitResult result = await GitProgram.RunAsync(
                    repository.Folder,
                    question,
                    repository.Variable,
                    TestContext.Current.CancellationToken
                );
                Assert.Null(result.Problem);
                Assert.Equal(0, result.ExitCode);
                Assert.NotEmpty(result.Output!.Text);
            }

            Assert.False(repository.Ran);
            Assert.False(File.Exists(trace));
        }
        finally
        {
            set.ForEach(static v => v.Dispose());
        }
    }

    [Fact]
    public async Task NoProgramGetsWhatOpensALocalStore()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The program is env of Unix.");
        using ProcessVariable passphrase = new(PassphraseVariables.Value, "canary-passphrase");
        using ProcessVariable file = new(PassphraseVariables.File, "/canary-file");
        ChildStart start = new("env", [])
        {
            Variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["MORE"] = "1", [PassphraseVariables.Value] = "canary" },
        };
        using ChildResult result = await ChildProcess.RunAsync(start, TestContext.Current.CancellationToken);
        Assert.Contains("MORE=1", result.Output.Text);
        Assert.DoesNotContain("canary", result.Output.Text);
    }
}
