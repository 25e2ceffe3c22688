using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Errors;
using FlowSecrets.Formats;
using FlowSecrets.Providers;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Formats;

/// <summary>Files of megabytes end soon, whatever is in them: as values, or as an error that names its place.</summary>
public sealed class HostileFileTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    public static TheoryData<string, string, string> Files =>
        new()
        {
            { "many.tfvars", "v{0} = {0}\n", "" },
            { "list.tfvars", "{0}, ", "a = [" },
            { "open.tfvars", "\"x\\n", "a = " },
            { "deep.tfvars", "[", "a = " },
            { "heredoc.tfvars", "  x\n", "a = <<-EOF\n" },
            { "comments.tfvars", "/* {0} */ ", "" },
            { ".env", "V{0}={0}\n", "" },
            { "quotes.env", "V{0}=\"x\n", "" },
            { "mixed.env", "V{0}='a\"b`c\n", "" },
            { "one.env", "V=\\\"x", "" },
            { "many.json", "\"v{0}\": {0},", "{" },
            { "deep.json", "{\"a\":", "" },
            { "text.json", "\\\"", "{\"a\":\"" },
            { "many.tfvars.json", "\"v{0}\": {0},", "{" },
            { "Pulumi.settings.yaml", "  app:v{0}: x\n", "config:\n" },
            { "Pulumi.list.yaml", "    - name: s{0}\n", "config:\n  app:secrets:\n" },
            { "many.yaml", "v{0}: x\n", "" },
            { "expand.env", "V{0}=\"${V{0}}\"\n", "" },
            { "blanks.env", "  \t ", "" },
            { "bare.env", "NAME{0}\n", "" },
        };

    [Theory]
    [MemberData(nameof(Files))]
    public async Task AValueFileOfMegabytesEnds(string name, string piece, string start)
    {
        string path = _sandbox.Write(name, Make(piece, start));
        await Task.Run(
                () =>
                {
                    try
                    {
                        _ = ValueFiles.Read(path, ValueFiles.FormatOf(path), new ProviderDoor().Documents);
                    }
                    catch (FlowSecretException e)
                    {
                        Assert.Contains(e.Id, new[] { ErrorIds.BadInput, ErrorIds.EnvFileInvalid, ErrorIds.LimitReached });
                    }
                },
                TestContext.Current.CancellationToken
            )
            .WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("{{ a }}", "")]
    [InlineData("{{", "")]
    [InlineData("\\\"", "{{ \"")]
    [InlineData("a", "{{ ")]
    public async Task ATemplateOfMegabytesEnds(string piece, string start) =>
        await Task.Run(
                () =>
                {
                    try
                    {
                        _ = Template.Parse(Make(piece, start));
                    }
                    catch (TemplateException e)
                    {
                        Assert.True(e.Message.Length < 1_000);
                    }
                },
                TestContext.Current.CancellationToken
            )
            .WaitAsync(Patience, TestContext.Current.CancellationToken);

    private static string Make(string piece, string start)
    {
        int count = 2_000_000 / (piece.Length + 4);
        return start + string.Concat(Enumerable.Range(0, count).Select(i => piece.Replace("{0}", $"{i}", StringComparison.Ordinal)));
    }
}
