using FlowSecrets.Errors;
using FlowSecrets.Formats;
using FlowSecrets.Formats.Data;
using FlowSecrets.Tests.Catalogs;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Formats.Data;

/// <summary>Files that teams keep values in, by their name's ending.</summary>
public sealed class ValueFilesTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData("x.tfvars", "a = \"1\"\nb = null\nc = \"\"\nd = 2\n")]
    [InlineData("x.json", "{ \"a\": \"1\", \"b\": null, \"c\": \"\", \"d\": 2 }")]
    [InlineData(".env", "a=1\nb=\nc=''\nd=2\n")]
    public void NullAndEmptyValuesAreLeftOut(string name, string text) =>
        Assert.Equal(["a=1", "d=2"], Read(name, text).Select(static v => $"{v.Name}={v.Value.Text}"));

    [Theory]
    [InlineData("x.tfvars", "a = MARKED\n", ErrorIds.BadInput)]
    [InlineData("x.json", "{ \"a\": \"MARKED\n", ErrorIds.BadInput)]
    [InlineData("x.json", "[\"MARKED\"]", ErrorIds.BadInput)]
    [InlineData("x.json", "{ \"a\": [\"MARKED\", }", ErrorIds.BadInput)]
    [InlineData("x.env", "a='MARKED\n", ErrorIds.EnvFileInvalid)]
    public void FaultsHaveAnIdAndNoValue(string name, string text, string id)
    {
        FlowSecretException error = Assert.Throws<FlowSecretException>(() => Read(name, text));
        Assert.Equal(id, error.Id);
        Assert.DoesNotContain("MARKED", error.ToString(), StringComparison.Ordinal);
    }

    private IReadOnlyList<ValueEntry> Read(string name, string text, string? format = null)
    {
        string path = _sandbox.Write(name, text);
        return ValueFiles.Read(path, ValueFiles.FormatOf(path, format), CatalogExamples.Documents).Entries;
    }
}
