using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FlowSecrets.Formats.Hcl;
using FsCheck;
using FsCheck.Fluent;

namespace FlowSecrets.Tests.Formats.Hcl;

/// <summary>Statement T6: two names never become one identifier, and an identifier means nothing else.</summary>
public sealed class HclIdentifierTests
{
    [Theory]
    [InlineData("db-config", "db_config")]
    [InlineData("db_config", "db__config")]
    [InlineData("db/config", "db___2f_config")]
    [InlineData("a--b", "a___2d____2d_b")]
    [InlineData("1st", "___31_st")]
    [InlineData("-a", "___2d_a")]
    [InlineData("version", "version___")]
    [InlineData("for", "for___")]
    [InlineData("", "____")]
    [InlineData("é", "___e9_")]
    public void T6_AnIdentifierIsReadable(string name, string expected) => Assert.Equal(expected, HclIdentifier.Of(name));

    /// <summary>The name can be read back, so no two names have the same identifier.</summary>
    [Fact]
    public void T6_EveryNameComesBackFromItsIdentifier() =>
        Prop.ForAll<NonNull<string>>(static name => Decode(HclIdentifier.Of(name.Get)) == name.Get).QuickCheckThrowOnFailure();

    [Fact]
    public void T6_NamesOfFewCharactersAreTellApart()
    {
        string[] parts = ["", "a", "b", "-", "_", "/", "1", "2d", "___", "if"];
        string[] names = [.. (from a in parts from b in parts from c in parts from d in parts select a + b + c + d).Distinct()];
        Assert.Equal(names.Length, names.Select(HclIdentifier.Of).Distinct().Count());
        Assert.All(names, static n => Assert.Matches(@"\A[A-Za-z_][A-Za-z0-9_]*\z", HclIdentifier.Of(n)));
        Assert.All(names, static n => Assert.Equal(n, Decode(HclIdentifier.Of(n))));
    }

    [Theory]
    [InlineData("team", "team")]
    [InlineData("for", "\"for\"")]
    [InlineData("aws:x", "\"aws:x\"")]
    [InlineData("1", "\"1\"")]
    [InlineData("${x}", "\"$${x}\"")]
    public void AKeyOfAnObjectIsQuotedIfItMustBe(string key, string expected) => Assert.Equal(expected, HclIdentifier.Key(key));

    private static string Decode(string identifier)
    {
        if (identifier == "____")
        {
            return "";
        }

        string rest = Regex.IsMatch(identifier, @"\A[a-z_]+[a-z]___\z") ? identifier[..^3] : identifier;
        StringBuilder name = new();
        while (rest.Length > 0)
        {
            Match code = Regex.Match(rest, @"\A___([0-9a-f]+)_");
            int length =
                code.Success ? code.Length
                : rest.StartsWith("__", StringComparison.Ordinal) ? 2
                : 1;
            name.Append(
                code.Success ? (char)int.Parse(code.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                : length == 2 ? '_'
                : rest[0] == '_' ? '-'
                : rest[0]
            );
            rest = rest[length..];
        }

        return name.ToString();
    }
}
