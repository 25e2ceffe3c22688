using System.Text;
using FlowSecrets.Formats;
using FlowSecrets.Formats.Data;
using FlowSecrets.Providers;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Formats;

/// <summary>A mark at the beginning of a file, and UTF-16, change nothing of what a file with values says, in any format.</summary>
public sealed class ByteOrderMarkTests : IDisposable
{
    private static readonly Dictionary<string, string> Texts = new(StringComparer.Ordinal)
    {
        ["x.tfvars"] = "name = \"välue\"\n",
        ["x.tfvars.json"] = "{\"name\": \"välue\"}",
        ["x.json"] = "{\"name\": \"välue\"}",
        ["x.yaml"] = "name: välue\n",
        ["Pulumi.x.yaml"] = "config:\n  app:name: välue\n",
        [".env"] = "name=välue\n",
    };

    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    public static TheoryData<string, int> Cases =>
        [.. Texts.Keys.SelectMany(static name => Enumerable.Range(0, 4).Select(kind => (name, kind)))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void AFileOfValuesReadsAlikeWithAMark(string name, int kind)
    {
        Encoding encoding = kind switch
        {
            0 => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            1 => new UTF8Encoding(encoderShouldEmitUTF8Identifier: true),
            2 => Encoding.Unicode,
            _ => Encoding.BigEndianUnicode,
        };
        string path = _sandbox.File(name);
        File.WriteAllText(path, Texts[name], encoding);
        ValueEntry entry = Assert.Single(ValueFiles.Read(path, ValueFiles.FormatOf(path), new ProviderDoor().Documents).Entries);
        Assert.Equal(("name", "välue"), (entry.Name, entry.Value.Text));
    }

    [Fact]
    public void EveryFormatWithANameOfItsOwnIsHeldToIt() =>
        Assert.Equal(
            ValueFiles
                .Formats.Where(static f => f.Dialect is null && f.Endings.Count > 0)
                .Select(static f => f.Name)
                .Order(StringComparer.Ordinal),
            Texts.Keys.Select(static n => ValueFiles.FormatOf(n).Name).Order(StringComparer.Ordinal)
        );
}
