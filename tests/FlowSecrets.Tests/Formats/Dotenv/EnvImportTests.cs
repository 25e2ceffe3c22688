using FlowSecrets.Errors;
using FlowSecrets.Formats.Dotenv;
using FlowSecrets.Formats.Dotenv.Grammars;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Formats.Dotenv;

/// <summary>Values of .env files that somebody else wrote are read, or asked about; never guessed.</summary>
public sealed class EnvImportTests
{
    private const string Mark = "MARKED-7f3a91";

    [Theory]
    [InlineData("A=plain", "plain")]
    [InlineData("A='quoted # here'", "quoted # here")]
    [InlineData("A=\"double\"", "double")]
    [InlineData("A=\"over\ntwo\"", "over\ntwo")]
    [InlineData("export A=x", "x")]
    [InlineData("  A=x", "x")]
    [InlineData("A=x # comment", "x")]
    [InlineData("A='x' # comment", "x")]
    [InlineData("A=x   ", "x")]
    [InlineData("A=''", "")]
    [InlineData("A=", "")]
    [InlineData("A=one\nA=two", "two")]
    [InlineData("# A=no\n\nA=x\n", "x")]
    [InlineData("A=x\r\nB=y\r\n", "x")]
    [InlineData("A=x\rB=y\r", "x")]
    [InlineData("\uFEFFA=x\n", "x")]
    [InlineData("A=base64+/==", "base64+/==")]
    public void WhatAllReadAlikeIsReadWithoutAQuestion(string text, string value)
    {
        EnvContent content = EnvImport.Read(text, "f", null);
        Assert.Empty(content.Doubts);
        Assert.Equal(value, content.Values[0].Value);
    }

    [Theory]
    [InlineData("A=p4ss#word", "p4ss", "p4ss", "p4ss#word", "p4ss#word", "p4ss#word")]
    [InlineData("A=#fff", "", "", "#fff", "#fff", "#fff")]
    [InlineData("B=u\nA=\"${B}:x\"", "${B}:x", "${B}:x", "u:x", "u:x", "u:x")]
    [InlineData("B=u\nA=$B", "$B", "$B", "$B", "u", "u")]
    [InlineData("A='it''s'", "it''s", "it", null, null, "its")]
    [InlineData("V=1\nA='I'\"'\"'m a'", "I'\"'\"'m a", "I", null, null, "I'm a")]
    [InlineData("A=\"a\\\\b\"", "a\\\\b", "a\\\\b", "a\\b", "a\\b", "a\\b")]
    [InlineData("A=\"a\\nb\"", "a\nb", "a\nb", "a\nb", "a\nb", "a\\nb")]
    [InlineData("A=a\\b", "a\\b", "a\\b", "a\\b", "a\\b", "ab")]
    [InlineData("A=two words", "two words", "two words", "two words", "two words", null)]
    [InlineData("A=http://x/?a=1&b=2", "http://x/?a=1&b=2", "http://x/?a=1&b=2", "http://x/?a=1&b=2", "http://x/?a=1&b=2", null)]
    [InlineData("A: still-needed", "still-needed", null, null, "still-needed", null)]
    [InlineData("A =x", "x", "x", "x", "x", null)]
    [InlineData("export\tA=x", "x", null, "x", "x", "x")]
    [InlineData("A=x\t", "x", "x\t", "x", "x", "x")]
    [InlineData("A='a\\'", "a\\", "a\\", "a\\", null, "a\\")]
    public void WhereTheProgramsDifferTheDialectDecides(
        string text,
        string? dotenv,
        string? node,
        string? python,
        string? compose,
        string? bash
    )
    {
        EnvContent content = EnvImport.Read(text + "\n", "some.env", null);
        string doubt = Assert.Single(content.Doubts);
        Assert.StartsWith($"some.env:{text.Count('\n') + 1}: A: ", doubt, StringComparison.Ordinal);
        Assert.Null(content.Values.Single(static v => v.Key == "A").Value);

        string?[] expected = [dotenv, node, python, compose, bash];
        Assert.Equal(
            expected,
            EnvGrammar.All.Select(g =>
            {
                EnvStatement? last = g.Read(text + "\n").LastOrDefault(static s => s.Name == "A");
                return last?.Fault is null ? last?.Value : null;
            })
        );
    }

    [Theory]
    [InlineData("spring.datasource.password=pw", "spring.datasource.password")]
    [InlineData("A-B=pw", "A-B")]
    [InlineData("http_proxy=pw", "http_proxy")]
    [InlineData("1X=pw", "1X")]
    public void NamesThatAShellDoesNotHaveAreReadAsTheOthersDo(string text, string name)
    {
        EnvContent content = EnvImport.Read(text, "f", null);
        Assert.Equal([new(name, "pw")], content.Values);
        Assert.Empty(content.Doubts);
    }

    [Theory]
    [InlineData("AWS_PROFILE\nA=x\n", null)]
    [InlineData("AWS_PROFILE\nA=x\n", "compose")]
    [InlineData("AWS_PROFILE\nA=x\n", "bash")]
    [InlineData("AWS_PROFILE\nA=x\n", "docker")]
    [InlineData("A=x\nspring.password=y\n", "bash")]
    [InlineData("A=x\nspring.password=y\n", "systemd")]
    public void WhatSetsNothingIsLeftOutByName(string text, string? format)
    {
        // Node takes the line without '=' into the next name.
        EnvContent content = EnvImport.Read(text, "f", format);
        Assert.Contains(content.Notes, static n => n.StartsWith("AWS_PROFILE (line 1)") || n.StartsWith("spring.password (line 2)"));
        Assert.Equal("A", Assert.Single(content.Values).Key);
    }

    [Theory]
    [InlineData("KEY=-----BEGIN\n" + Mark + "\n", null)]
    [InlineData("KEY=-----BEGIN\nMIIEvQIBADANBg\n", null)]
    [InlineData("KEY=x\n" + Mark + " base64\n", "python")]
    [InlineData("KEY=x\n" + Mark + " base64\n", "compose")]
    [InlineData("KEY=x\n" + Mark + " base64\n", "docker")]
    [InlineData("KEY=x\n" + Mark + "\n", "bash")]
    public void ALineOfAnUnquotedValueIsAnErrorWithoutItsText(string text, string? format)
    {
        FlowSecretException error = Assert.Throws<FlowSecretException>(() => EnvImport.Read(text, "f", format));
        Assert.Equal(ErrorIds.BadInput, error.Id);
        Assert.StartsWith("f:2:", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("MA", error.Message.Replace("NAME", ""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("A=one\nB=x\nA=two", null, 3)]
    [InlineData("A=one\nA=", null, 2)]
    [InlineData("A=one\nA=two", "bash", 2)]
    [InlineData("A=one\nA=two", "docker", 2)]
    [InlineData("A=same\nA='same'", null, 0)]
    [InlineData("A=one\nB=two", null, 0)]
    public void AVariableWithSeveralValuesIsSaidWithoutThem(string text, string? format, int line)
    {
        EnvContent content = EnvImport.Read(text, "f", format);
        Assert.Equal(line > 0 ? [$"line {line}"] : [], content.Notes.Select(static n => n.Split('(', ')')[1]));
        Assert.DoesNotContain(content.Notes, static n => n.Contains("one", StringComparison.Ordinal));
    }

    [Fact]
    public void DoubtsHoldNoPieceOfAValue() =>
        Properties.Hold(
            HostileText.Any,
            value =>
            {
                foreach (string text in new[] { $"A={Mark}{value}{Mark}\n", $"A=\"{Mark}{value}{Mark}\"\n", $"A=${Mark}{value}\n" })
                {
                    foreach (string? format in new[] { null, "dotenv", "node", "python", "compose", "bash", "docker", "systemd" })
                    {
                        string said;
                        try
                        {
                            EnvContent content = EnvImport.Read(text, "f", format);
                            said = string.Join('\n', [.. content.Doubts, .. content.Notes]);
                        }
                        catch (FlowSecretException e)
                        {
                            said = e.Message;
                        }

                        Assert.DoesNotContain("MARKED", said, StringComparison.Ordinal);
                    }
                }
            }
        );
}
