using FlowSecrets.Errors;
using FlowSecrets.Files.Marked;
using FlowSecrets.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace FlowSecrets.Tests.Files.Marked;

/// <summary>Files that a command makes again: what somebody edited is recognised, and nothing is written before all is looked at.</summary>
public sealed class MarkedFilesTests : IDisposable
{
    private static readonly MarkedOwner Owner = new("terraform", "Export-FlowTerraform", "prod");
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    private string Folder => _sandbox.File("out");

    [Fact]
    public void WhatIsWrittenIsIntactAndASecondRunChangesNothing()
    {
        Assert.Equal([MarkedStatus.Created, MarkedStatus.Created], Write(("a.tf", "one\n"), ("sub/b.tf", "two\n")));
        string first = File.ReadAllText(At("a.tf"));
        Assert.StartsWith("# Made by FlowSecrets: terraform environment=prod sha256=", first);
        Assert.EndsWith("\none\n", first);
        Assert.Equal(new FileMarker("terraform", "prod", true), FileMarker.Read("a.tf", first));

        DateTime written = File.GetLastWriteTimeUtc(At("a.tf"));
        Assert.Equal([MarkedStatus.Unchanged, MarkedStatus.Unchanged], Write(("a.tf", "one\n"), ("sub/b.tf", "two\n")));
        Assert.Equal(written, File.GetLastWriteTimeUtc(At("a.tf")));
        Assert.Equal(first, File.ReadAllText(At("a.tf")));
        Assert.Equal([MarkedStatus.Updated, MarkedStatus.Unchanged], Write(("a.tf", "new\n"), ("sub/b.tf", "two\n")));
    }

    [Theory]
    [InlineData("one", "One")]
    [InlineData("environment=prod", "environment=test")]
    [InlineData("sha256=", "sha256=0")]
    [InlineData("# Made", "# made")]
    [InlineData("\n", "\n\n")]
    public void AnEditedFileIsRefusedAndNothingIsWritten(string old, string edited)
    {
        Write(("a.tf", "one\n"), ("b.tf", "two\n"));
        File.WriteAllText(At("a.tf"), File.ReadAllText(At("a.tf")).Replace(old, edited));
        string before = File.ReadAllText(At("a.tf"));

        FlowSecretException error = Assert.Throws<FlowSecretException>(() => Write(("b.tf", "new\n"), ("a.tf", "new\n")));
        Assert.Equal((ErrorIds.FileEdited, At("a.tf")), (error.Id, error.Target));
        Assert.Equal($"Export-FlowTerraform -Path '{Folder}' -Environment 'prod' -Force", Assert.Single(error.Advice.Commands).ToString());
        Assert.Equal(before, File.ReadAllText(At("a.tf")));
        Assert.EndsWith("\ntwo\n", File.ReadAllText(At("b.tf")));

        Assert.Equal([MarkedStatus.Updated, MarkedStatus.Updated], Write(force: true, ("b.tf", "new\n"), ("a.tf", "new\n")));
        Assert.Equal([MarkedStatus.Unchanged], Write(("b.tf", "new\n"), ("a.tf", "new\n")).Distinct());
    }

    [Fact]
    public void AForeignFileIsRefusedAndEachProblemIsNamed()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(At("a.tf"), "resource {}\n");
        File.WriteAllBytes(At("b.tf"), [0xFF, 0x00, 0x01]);
        FlowSecretException error = Assert.Throws<FlowSecretException>(() => Write(("a.tf", "one\n"), ("b.tf", "one\n"), ("c.tf", "x\n")));
        Assert.Equal(ErrorIds.FileEdited, error.Id);
        Assert.Contains(At("a.tf"), error.Cause);
        Assert.Contains(At("b.tf"), error.Cause);
        Assert.False(File.Exists(At("c.tf")));
    }

    [Fact]
    public void LineEndsOfGitAndAByteOrderMarkAreNoEdit()
    {
        Write(("a.tf", "one\ntwo\n"));
        string windows = "\uFEFF" + File.ReadAllText(At("a.tf")).Replace("\n", "\r\n");
        File.WriteAllText(At("a.tf"), windows);
        Assert.Equal([MarkedStatus.Unchanged], Write(("a.tf", "one\ntwo\n")));
        Assert.Equal(windows.TrimStart('\uFEFF'), File.ReadAllText(At("a.tf")));
        Assert.Equal([MarkedStatus.Updated], Write(("a.tf", "three\n")));
    }

    [Fact]
    public void WhatIsNotMadeAnyMoreGoesOnlyIfItIsIntact()
    {
        Write(("a.tf", "one\n"), ("old.tf", "two\n"), ("kept.tf", "three\n"), ("sub/old.tf", "four\n"), ("sub/b.tf", "five\n"));
        File.AppendAllText(At("kept.tf"), "mine\n");
        File.Copy(At("old.tf"), At("copy.tf"));
        File.WriteAllText(At("mine.tf"), "mine\n");
        File.WriteAllText(At("notes.md"), FileMarker.Add(Owner, new MarkedFile("notes.md", "x\n")));

        MarkedPlan plan = MarkedFiles.Plan(Owner, Folder, [new("a.tf", "one\n"), new("sub/b.tf", "five\n")], force: false);
        Assert.Equal(
            ["a.tf Unchanged", "sub/b.tf Unchanged", "copy.tf Kept", "kept.tf Kept", "old.tf Removed", "sub/old.tf Removed"],
            plan.Steps.Select(static s => $"{s.RelativePath} {s.Status}")
        );
        Apply(plan);
        Assert.Equal(
            ["a.tf", "copy.tf", "kept.tf", "mine.tf", "notes.md", "sub"],
            Directory.GetFileSystemEntries(Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
        Assert.Equal([At("sub/b.tf")], Directory.GetFiles(At("sub")));
    }

    [Theory]
    [InlineData("a.tf")]
    [InlineData("other.tf")]
    public void AFolderOfAnotherEnvironmentIsRefused(string file)
    {
        Write((file, "one\n"));
        MarkedOwner test = Owner with { Environment = "test é" };
        FlowSecretException error = Assert.Throws<FlowSecretException>(() =>
            MarkedFiles.Plan(test, Folder, [new("a.tf", "two\n")], force: false)
        );
        Assert.Equal((ErrorIds.FolderInUse, Folder), (error.Id, error.Target));
        Assert.Equal(
            $"Export-FlowTerraform -Path '{Path.Combine(Folder, "test é")}' -Environment 'test é'",
            Assert.Single(error.Advice.Commands).ToString()
        );
        Apply(MarkedFiles.Plan(test, Folder, [new("a.tf", "two\n")], force: true));
        Assert.Equal([At("a.tf")], Directory.GetFiles(Folder));
        Assert.Equal("test é", FileMarker.Read("a.tf", File.ReadAllText(At("a.tf")))!.Value.Environment);
    }

    [Fact]
    public void ALinkIsRefusedAndAFileInPlaceOfTheFolderToo()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(_sandbox.File("outside"), "mine\n");
        File.CreateSymbolicLink(At("a.tf"), _sandbox.File("outside"));
        Assert.Equal(ErrorIds.FileUnsafe, Assert.Throws<FlowSecretException>(() => Write(force: true, ("a.tf", "x\n"))).Id);
        Assert.Equal("mine\n", File.ReadAllText(_sandbox.File("outside")));
        FlowSecretException error = Assert.Throws<FlowSecretException>(() =>
            MarkedFiles.Plan(Owner, _sandbox.File("outside"), [new("a.tf", "x\n")], force: true)
        );
        Assert.Equal(ErrorIds.FileUnsafe, error.Id);
    }

    [Fact]
    public void AFileThatAppearsAfterThePlanIsNotReplaced()
    {
        MarkedPlan plan = MarkedFiles.Plan(Owner, Folder, [new("a.tf", "x\n")], force: true);
        Directory.CreateDirectory(Folder);
        File.WriteAllText(At("a.tf"), "mine\n");
        Assert.Equal(ErrorIds.FileExists, Assert.Throws<FlowSecretException>(() => Apply(plan)).Id);
        Assert.Equal("mine\n", File.ReadAllText(At("a.tf")));
    }

    [Fact]
    public void NamesThatLeadOutAreABug()
    {
        foreach (string name in new[] { "../a.tf", "/a.tf", ".git/a.tf" })
        {
            Assert.Throws<ArgumentException>(() => MarkedFiles.Plan(Owner, Folder, [new(name, "")], force: false));
        }

        Assert.Throws<ArgumentException>(() => MarkedFiles.Plan(Owner, Folder, [new("a.tf", ""), new("A.tf", "")], force: false));
    }

    /// <summary>Every change of a character is found, and every environment's name comes back.</summary>
    [Fact]
    public void EveryEditIsFound() =>
        Prop.ForAll<NonNull<string>, NonNull<string>, byte>(
                static (environment, body, where) =>
                {
                    MarkedOwner owner = Owner with { Environment = "e" + Whole(environment.Get) };
                    string text = FileMarker.Add(owner, new MarkedFile("a.tf", Whole(body.Get) + "\n"));
                    FileMarker marker = FileMarker.Read("a.tf", text)!.Value;
                    int at = where % text.Length;
                    string edited = text[..at] + (text[at] == 'x' ? 'y' : 'x') + text[(at + 1)..];
                    int line = text.IndexOf(". Do not edit", StringComparison.Ordinal);
                    bool isAdvice = at >= line && at < text.IndexOf('\n');
                    return marker == new FileMarker("terraform", owner.Environment, true)
                        && FileMarker.Read("b.tf", text)!.Value is { IsIntact: false }
                        && (isAdvice || FileMarker.Read("a.tf", edited) is not { IsIntact: true });
                }
            )
            .QuickCheckThrowOnFailure();

    private static string Whole(string text) => string.Concat(text.Where(static c => !char.IsSurrogate(c)));

    private string At(string relative) => Path.Combine(Folder, relative);

    private MarkedStatus[] Write(params (string Path, string Text)[] files) => Write(force: false, files);

    private MarkedStatus[] Write(bool force, params (string Path, string Text)[] files)
    {
        MarkedPlan plan = MarkedFiles.Plan(Owner, Folder, [.. files.Select(static f => new MarkedFile(f.Path, f.Text))], force);
        Apply(plan);
        return [.. plan.Steps.Select(static s => s.Status)];
    }

    private static void Apply(MarkedPlan plan)
    {
        foreach (MarkedStep step in plan.Steps)
        {
            MarkedPlan.Apply(step, CancellationToken.None);
        }
    }
}
