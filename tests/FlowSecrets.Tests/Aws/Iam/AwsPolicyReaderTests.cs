using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.Iam.Conditions;
using FlowSecrets.Providers.Aws.Iam.Policies;
using FsCheck;
using FsCheck.Fluent;

namespace FlowSecrets.Tests.Aws.Iam;

/// <summary>Policies as strangers write them: large, wrong, or of an unknown version. What is not understood never allows.</summary>
public sealed class AwsPolicyReaderTests
{
    private const string Get = "secretsmanager:GetSecretValue";
    private const string Allow = """{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}""";
    private const string Deny = """{"Sid":"Same","Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}""";

    private const string Denial = """
        {"Sid":"Same","Effect":"Deny","Principal":{"AWS":"USER"},"Action":["a*b*c:d","secretsmanager:GetSecretValue"],
        "Resource":"arn:aws:secretsmanager:*:*:secret:*a*b*","Condition":{"StringLike":{"aws:PrincipalTag/t":"*${a:b}*"}}}
        """;

    private static readonly AwsAsk Ask = new(
        AwsPrincipal.Parse("arn:aws:iam::123456789012:user/dev", "eu-west-1"),
        Get,
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/db-AbCdEf",
        new AwsKeys()
            .With("aws:CurrentTime", "2026-06-15T12:00:00Z")
            .With("aws:SecureTransport", "true")
            .With("aws:EpochTime", "1781524800")
    );

    /// <summary>Members and elements, some of them none of AWS's.</summary>
    private static readonly string[] Members =
    [
        "Version",
        "Statement",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
        "Sid",
        "AWS",
        "StringEquals",
        "ForAllValues:StringLike",
        "aws:CurrentTime",
        "Then",
        "effect",
    ];

    private static readonly string[] Values =
    [
        "\"Allow\"",
        "\"Deny\"",
        "\"*\"",
        "\"2012-10-17\"",
        "\"2030-01-01\"",
        "\"${aws:username}\"",
        "\"arn:aws:iam::123456789012:user/dev\"",
        "\"arn:aws:secretsmanager:eu-west-1:123456789012:secret:${\"",
        "\"\\uD800\"",
        "null",
        "true",
        "17",
        "[]",
        "{}",
    ];

    private static readonly Gen<string> Documents = Gen.Sized(static size => Tree(Math.Min(size, 6)));

    [Theory]
    [InlineData("", "Then", "the element 'Then'")]
    [InlineData("2030-01-01", "Sid", "the version '2030-01-01'")]
    [InlineData("2012-10-17", "Condition", "its condition")]
    [InlineData("2012-10-17", "NotAction", "its actions")]
    [InlineData("2012-10-17", "NotResource", "its resources")]
    public void AnElementThatIsNotKnownIsNamed(string version, string element, string named)
    {
        string statement = Allow[..^1] + $",\"{element}\":\"x\"}}";
        string policy = version.Length == 0 ? $"{{\"Statement\":{statement}}}" : $"{{\"Version\":\"{version}\",\"Statement\":{statement}}}";
        AwsResourceSays says = AwsResourceSays.Of(AwsPolicy.Read(policy), Ask, hasBoundary: false);
        Assert.Null(says.Grant);
        Assert.Contains(named, says.Open, StringComparison.Ordinal);

        AwsIdentitySays own = Own(policy.Replace("\"Principal\":\"*\",", "", StringComparison.Ordinal));
        Assert.Null(own.Allows);
        Assert.Contains(named, own.Open, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"DateLessThan":{"aws:CurrentTime":"tomorrow"}}""", "the date 'tomorrow'")]
    [InlineData("""{"DateGreaterThan":{"aws:CurrentTime":"2026-13-45T00:00:00Z"}}""", "the date '2026-13-45T00:00:00Z'")]
    [InlineData("""{"DateNotEquals":{"aws:CurrentTime":"1/2/2026"}}""", "the date '1/2/2026'")]
    [InlineData("""{"IpAddress":{"aws:SourceIp":"300.1.1.1"}}""", "the address '300.1.1.1'")]
    [InlineData("""{"NotIpAddressIfExists":{"aws:SourceIp":["10.0.0.0/8","10.0.0.0/99"]}}""", "the address '10.0.0.0/99'")]
    [InlineData("""{"NumericLessThan":{"aws:EpochTime":"many"}}""", "the number 'many'")]
    [InlineData("""{"Bool":{"aws:SecureTransport":"perhaps"}}""", "the truth value 'perhaps'")]
    [InlineData("""{"Resembles":{"aws:CurrentTime":"x"}}""", "Resembles aws:CurrentTime")]
    [InlineData("""{"StringEquals":"x"}""", "StringEquals")]
    public void AValueThatIsNotOfItsKindIsNamed(string condition, string named)
    {
        string policy = $"{{\"Statement\":{Allow[..^1]},\"Condition\":{condition}}}}}";
        AwsResourceSays says = AwsResourceSays.Of(AwsPolicy.Read(policy), Ask, hasBoundary: false);
        Assert.Null(says.Grant);
        Assert.Contains(named, says.Open, StringComparison.Ordinal);

        AwsIdentitySays own = Own(policy.Replace("\"Principal\":\"*\",", "", StringComparison.Ordinal));
        Assert.Null(own.Allows);
        Assert.Contains(named, own.Open, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Effect":"Deny","Principal":"*","Action":{"a":"*"},"Resource":"*"}""")]
    [InlineData("""{"Effect":"Deny","Principal":"*","Action":[],"Resource":"*"}""")]
    [InlineData("""{"Effect":"Deny","Principal":"*","Action":"*","Resource":[1]}""")]
    [InlineData("""{"Effect":"Deny","Principal":{"AWS":{}},"Action":"*","Resource":"*"}""")]
    [InlineData("""{"Effect":"Deny","Principal":7,"Action":"*","Resource":"*"}""")]
    public void ADenyOfAWrongShapeMightForbid(string statement)
    {
        AwsResourceSays says = AwsResourceSays.Of(AwsPolicy.Read($"{{\"Statement\":[{Allow},{statement}]}}"), Ask, hasBoundary: false);
        Assert.NotNull(says.OpenDenial);
    }

    [Theory]
    [InlineData("""{"Statement":[],"Statement":[]}""")]
    [InlineData("""{"Statement":{"Effect":"Allow","Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}""")]
    [InlineData(
        """{"Statement":{"Effect":"Deny","Principal":"*","Action":"*","Condition":{"Bool":{"a:b":"true"},"Bool":{"a:b":"false"}}}}"""
    )]
    public void ANameThatStandsTwiceIsNoPolicy(string policy) => Assert.ThrowsAny<JsonException>(() => AwsPolicy.Read(policy));

    [Theory]
    [InlineData(40_000, false)]
    [InlineData(40_000, true)]
    public void SeveralMegabytesWithTheSameSidAreReadToTheEnd(int statements, bool denies)
    {
        StringBuilder policy = new("{\"Version\":\"2012-10-17\",\"Statement\":[");
        for (int i = 0; i < statements; i++)
        {
            string who = $"arn:aws:iam::123456789012:user/u{i.ToString(CultureInfo.InvariantCulture)}";
            policy.Append(Denial.Replace("USER", who, StringComparison.Ordinal)).Append(',');
        }

        policy.Append(denies ? $"{Allow},{Deny}]}}" : $"{Allow}]}}");
        Assert.InRange(policy.Length, 5_000_000, 50_000_000);
        long start = Stopwatch.GetTimestamp();
        AwsResourceSays says = AwsResourceSays.Of(AwsPolicy.Read(policy.ToString()), Ask, hasBoundary: false);
        Assert.Equal((denies ? "Same" : null, true), (says.Denial?.Sid, says.Grant is not null));
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData("${")]
    [InlineData("*?")]
    [InlineData("a*")]
    public void APatternOfAMegabyteIsReadInTime(string part)
    {
        string text = string.Concat(Enumerable.Repeat(part, 1_000_000 / part.Length));
        long start = Stopwatch.GetTimestamp();
        _ = AwsPattern.Read(text, Ask.Keys, hasVariables: true).IsLikeResource(Ask.Resource);
        _ = AwsPattern.Read("arn:aws:secretsmanager:*:*:secret:" + text, Ask.Keys, hasVariables: true).IsLikeResource(Ask.Resource);
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void AnyTextIsAPolicyOrIsNone() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), static t => IsReadOrNone(t)).QuickCheckThrowOnFailure();

    [Fact]
    public void AnyDocumentIsReadOrIsNoPolicy() =>
        Prop.ForAll(Documents.ToArbitrary(), static t => IsReadOrNone(t)).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void AnyStatementWithAnElementThatIsNotKnownNeverAllows() =>
        Prop.ForAll(
                Documents.ToArbitrary(),
                static document => IsReadOrNone($"{{\"Statement\":[{Allow[..^1]},\"Then\":{document}}}]}}", mayAllow: false)
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void APatternFitsTheTextThatItWasMadeOf() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<NonNull<string>>(),
                ArbMap.Default.ArbFor<PositiveInt>(),
                static (text, at) =>
                {
                    string plain = text.Get.Replace("$", "", StringComparison.Ordinal);
                    int cut = plain.Length == 0 ? 0 : at.Get % plain.Length;
                    string some = plain[..cut] + "*" + plain[Math.Min(plain.Length, cut + 3)..];
                    return Is(plain) == true
                        && Is(some) == true
                        && Is(plain[..cut] + "${a:b}*") is null
                        && (plain.Contains('*', StringComparison.Ordinal) || Is("?" + plain) == false);

                    bool? Is(string pattern) => AwsPattern.Read(pattern, Ask.Keys, hasVariables: true).IsLike(plain);
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void NoPatternThrows() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<NonNull<string>>(),
                ArbMap.Default.ArbFor<NonNull<string>>(),
                static (pattern, text) =>
                {
                    foreach (string one in new[] { pattern.Get, "arn:" + pattern.Get, "${" + pattern.Get + "}", pattern.Get + "${a:b}*" })
                    {
                        AwsPattern read = AwsPattern.Read(one, Ask.Keys, hasVariables: true);
                        _ = (read.IsLike(text.Get), read.IsLikeArn(text.Get), read.IsLikeResource(text.Get));
                    }

                    return true;
                }
            )
            .QuickCheckThrowOnFailure();

    private static bool IsReadOrNone(string text, bool mayAllow = true)
    {
        try
        {
            return !Allows(text) || mayAllow;
        }
        catch (JsonException)
        {
            return true;
        }
    }

    private static bool Allows(string text)
    {
        AwsResourceSays says = AwsResourceSays.Of(AwsPolicy.Read(text), Ask, hasBoundary: null);
        AwsIdentitySays own = Own(text);
        return says.Grant is not null || own.Allows == true;
    }

    private static AwsIdentitySays Own(string text) =>
        new AwsIdentityPolicies([AwsIdentityPolicy.Read("p", text)], Boundary: null).Say(Ask);

    private static Gen<string> Tree(int depth) =>
        depth == 0
            ? Gen.Elements(Values)
            : Gen.OneOf(
                Gen.Elements(Values),
                Tree(depth - 1).ArrayOf(2).Select(static t => $"[{string.Join(',', t)}]"),
                Gen.Elements(Members)
                    .ArrayOf(3)
                    .Select(static m => m.Distinct(StringComparer.Ordinal).ToArray())
                    .SelectMany(m =>
                        Tree(depth - 1)
                            .ArrayOf(m.Length)
                            .Select(t => $"{{{string.Join(',', m.Zip(t).Select(static p => $"\"{p.First}\":{p.Second}"))}}}")
                    )
            );
}
