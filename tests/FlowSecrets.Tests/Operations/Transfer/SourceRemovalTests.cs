using System.Text;
using FlowSecrets.Errors;
using FlowSecrets.Operations.Transfer;
using FlowSecrets.Tests.Local;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.Transfer;

/// <summary>Statement I7: only imported names leave the file, only after all were verified, and its other lines stay.</summary>
public sealed class SourceRemovalTests : IDisposable
{
    private readonly Sandbox _sandbox = new();
    private readonly TestHost _host = new();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData("x.env", "# c\r\nA='x\r\ny'\r\n\r\nKEEP=1 # d\r\nexport B=2\r\n", "# c\r\n\r\nKEEP=1 # d\r\n")]
    [InlineData("x.env", "KEEP='a'\nA=1\nB=2", "KEEP='a'\n")]
    [InlineData("x.json", "{\n  \"A\": \"1\",\n  \"KEEP\": 1.0,\n  \"B\": {\"x\": [1]}\n}\n", "{\n  \"KEEP\": 1.0\n}\n")]
    [InlineData("x.json", "{\"A\":\"1\",\"B\":\"2\"}", "{}")]
    [InlineData("x.yaml", "A: |\n  one\n   # two\n# of KEEP\nKEEP: 'y'\nB:\n  - 1\n", "# of KEEP\nKEEP: 'y'\n")]
    [InlineData("x.tfvars", "A = <<EOT\n1\nEOT\n\n# of KEEP\nKEEP = \"1\"\nB = {\n  c = \"1\"\n}\n", "\n# of KEEP\nKEEP = \"1\"\n")]
    public async Task I7_TheOtherLinesStay(string name, string text, string rest)
    {
        string path = _sandbox.Write(name, text);
        await ImportAsync(path, ["A", "B"]);
        Assert.Empty(_host.Failures);
        Assert.Equal(rest, File.ReadAllText(path));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }

    [Fact]
    public async Task I7_AByteOrderMarkStays()
    {
        string path = _sandbox.File("x.env");
        File.WriteAllBytes(path, [0xEF, 0xBB, 0xBF, .. "A=1\nKEEP=é\n"u8]);
        await ImportAsync(path, ["A"]);
        Assert.Equal([0xEF, 0xBB, 0xBF, .. "KEEP=é\n"u8], File.ReadAllBytes(path));
    }

    [Fact]
    public async Task I7_NothingLeavesIfOneIsNotVerified()
    {
        await LocalStoreKeyTests.CreateAsync(_sandbox.Store(), "B", "other");
        string path = _sandbox.Write("x.env", "A=1\nB=2\n");
        await ImportAsync(path);
        Assert.Equal((ErrorIds.SourceNotRemoved, "A=1\nB=2\n"), (_host.Failures.Single().Id, File.ReadAllText(path)));
    }

    [Theory]
    [InlineData("x.env", "A=1\nKEEP=${A}x\n", "compose")]
    [InlineData("x.yaml", "{ A: 1, KEEP: 2 }\n", null)]
    [InlineData("x.json", "{ \"A\": \"1\", /* c */ \"KEEP\": \"2\" }", "usersecrets")]
    [InlineData("x.json", "{ \"A\": { \"B\": \"1\" , \"C\": \"2\" } }", "usersecrets")]
    [InlineData("x.tfvars", "A = \"1\" /* of\nKEEP */\nKEEP = \"2\"\n", null)]
    public async Task WhatWouldChangeOtherNamesIsLeft(string name, string text, string? format)
    {
        string path = _sandbox.Write(name, text);
        await ImportAsync(path, ["A", "A:B"], format);
        Assert.Equal(text, File.ReadAllText(path));
        Assert.Contains(_host.Failures, static f => f.Id == ErrorIds.SourceNotRemoved);
    }

    [Fact]
    public async Task AVariableWithManySecretsLeavesWithAllOfThem()
    {
        string path = _sandbox.Write("x.tfvars", "secrets = { a = \"1\", b = \"2\" }\nKEEP = \"1\"\n");
        await ImportAsync(path, ["a"], expand: "secrets");
        Assert.Equal(ErrorIds.SourceNotRemoved, _host.Failures.Single().Id);
        _host.Failures.Clear();
        await ImportAsync(path, [], expand: "secrets");
        Assert.Empty(_host.Failures);
        Assert.Equal("KEEP = \"1\"\n", File.ReadAllText(path));
    }

    [Fact]
    public async Task WhatIsNoRegularFileOfTheUserIsRefusedBeforeTheImport()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links.");
        string path = _sandbox.Write("x.env", "A=1\n");
        string link = _sandbox.File("link.env");
        File.CreateSymbolicLink(link, path);
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() => ImportAsync(link));
        Assert.Equal(ErrorIds.FileUnsafe, error.Id);
        error = await Assert.ThrowsAsync<FlowSecretException>(() => ImportAsync("/etc/hostname"));
        Assert.Contains(error.Id, new[] { ErrorIds.SourceNotRemoved, ErrorIds.BadInput });
        string manifest = _sandbox.Write("s.yaml", "apiVersion: v1\nkind: Secret\nstringData: { A: '1' }\n");
        error = await Assert.ThrowsAsync<FlowSecretException>(() => ImportAsync(manifest, format: "kubernetes"));
        Assert.Equal(ErrorIds.SourceNotRemoved, error.Id);
        Assert.Null(await _sandbox.Store().DescribeAsync("A", default));
    }

    [Fact]
    public async Task AFileThatSomebodyChangesMeanwhileIsLeft()
    {
        string path = _sandbox.Write("x.env", "A=1\n");
        _host.BeforeEffect = () => File.WriteAllText(path, "A=1\nNEW=2\n");
        await ImportAsync(path);
        Assert.Equal((ErrorIds.SourceNotRemoved, "A=1\nNEW=2\n"), (_host.Failures.Single().Id, File.ReadAllText(path)));
    }

    private Task<List<ImportResult>> ImportAsync(string path, string[]? names = null, string? format = null, string? expand = null) =>
        new ImportSecretsOperation(_sandbox.Context).RunAsync(
            new ImportOptions
            {
                Path = path,
                Names = names ?? [],
                Format = format,
                Expand = expand,
                RemoveSource = true,
            },
            _host
        );
}
