using FlowSecrets.Providers.Gcp.Iam.Conditions;

namespace FlowSecrets.Tests.Gcp.Iam.Conditions;

/// <summary>A condition holds, does not, or cannot be known here; and so does what it is joined with.</summary>
public sealed class GcpConditionTests
{
    private const string Secret = "projects/123/secrets/db";
    private const string Access = "secretmanager.versions.access";
    private const string Add = "secretmanager.versions.add";
    private const string Tag = "resource.matchTag('1/env', 'prod')";
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("true && true", true)]
    [InlineData("true && false", false)]
    [InlineData("true || false", true)]
    [InlineData("false || false", false)]
    [InlineData("!true", false)]
    [InlineData("!(false || false)", true)]
    [InlineData("false && true || true", true)]
    [InlineData("false && (true || true)", false)]
    [InlineData("", null)]
    [InlineData("true true", null)]
    [InlineData("(true", null)]
    [InlineData("true)", null)]
    [InlineData("true &&", null)]
    [InlineData("maybe", null)]
    public void WordsAreJoined(string expression, bool? met) => Assert.Equal(met, GcpCondition.IsMet(expression, Now, Secret, Access));

    [Theory]
    [InlineData("{0} && false", false)]
    [InlineData("{0}", null)]
    [InlineData("request.auth.claims.sub == 'x'", null)]
    [InlineData("request.auth.access_levels[0] == 'x'", null)]
    [InlineData("api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['roles/viewer'])", null)]
    [InlineData("destination.port == 443 || true", true)]
    [InlineData("resource.name.extract('secrets/{name}') == 'db'", null)]
    public void WhatIsBeyondThisIsNotKnown(string expression, bool? met) =>
        Assert.Equal(met, GcpCondition.IsMet(expression.Replace("{0}", Tag, StringComparison.Ordinal), Now, Secret, Access));

    [Theory]
    [InlineData("{0} && true", null)]
    [InlineData("{0} && false", false)]
    [InlineData("false && {0}", false)]
    [InlineData("{0} || true", true)]
    [InlineData("true || {0}", true)]
    [InlineData("{0} || false", null)]
    [InlineData("!{0}", null)]
    [InlineData("{0} && {0}", null)]
    public void WhatIsNotKnownSpreadsUnlessTheOtherSideDecides(string expression, bool? met) =>
        Assert.Equal(
            met,
            GcpCondition.IsMet(
                expression.Replace("{0}", "resource.name.endsWith('/versions/7')", StringComparison.Ordinal),
                Now,
                Secret,
                Access
            )
        );

    [Theory]
    [InlineData("request.time < timestamp(\"2026-06-01T12:00:01Z\")", true)]
    [InlineData("request.time < timestamp('2026-06-01T12:00:00Z')", false)]
    [InlineData("request.time <= timestamp('2026-06-01T12:00:00Z')", true)]
    [InlineData("request.time > timestamp('2026-06-01T11:00:00Z')", true)]
    [InlineData("request.time >= timestamp('2026-06-01T13:00:00+01:00')", true)]
    [InlineData("request.time == timestamp('2026-06-01T12:00:00Z')", true)]
    [InlineData("timestamp('2026-06-01T12:00:01Z') > request.time", true)]
    [InlineData("timestamp('2026-06-01T12:00:01Z') < request.time", false)]
    [InlineData("request.time < timestamp('2026-06-01T12:00:00.000000001Z')", true)]
    [InlineData("request.time < timestamp('2026-06-01T14:30:00+02:30')", false)]
    [InlineData("request.time < timestamp('2026-06-01')", null)]
    [InlineData("request.time < timestamp('1/2/2027')", null)]
    [InlineData("request.time < timestamp('2027-01-01T00:00:00')", null)]
    [InlineData("request.time < timestamp('2027-02-30T00:00:00Z')", null)]
    [InlineData("request.time < timestamp('2027-01-01T00:00:00+25:00')", null)]
    [InlineData("request.time < timestamp('2027-01-01T00:00:00.1234567891Z')", null)]
    [InlineData("request.time - duration('1h') < timestamp('2026-06-01T11:00:00.5Z')", true)]
    [InlineData("request.time < timestamp('2026-06-01T00:00:00Z') + duration('12h30m')", true)]
    [InlineData("request.time < timestamp('2026-06-01T00:00:00Z') + duration('soon')", null)]
    [InlineData("request.time - timestamp('2026-06-01T00:00:00Z') == duration('12h')", true)]
    [InlineData("request.time < timestamp('never')", null)]
    [InlineData("request.time < '2027-01-01T00:00:00Z'", null)]
    public void TimesAreCompared(string expression, bool? met) => Assert.Equal(met, GcpCondition.IsMet(expression, Now, Secret, Access));

    [Theory]
    [InlineData("resource.name.startsWith('projects/123/secrets/db')", Access, true)]
    [InlineData("resource.name.startsWith('projects/123/secrets/db')", Add, true)]
    [InlineData("resource.name.startsWith('projects/123/secrets/db/versions/1')", Access, null)]
    [InlineData("resource.name.startsWith('projects/123/secrets/db/versions/1')", Add, false)]
    [InlineData("resource.name.startsWith('projects/123/secrets/other')", Access, false)]
    [InlineData("resource.name.endsWith('secrets/db')", Add, true)]
    [InlineData("resource.name.endsWith('secrets/db')", Access, false)]
    [InlineData("resource.name.endsWith('/versions/latest')", Access, null)]
    [InlineData("resource.name.endsWith('7')", Access, null)]
    [InlineData("resource.name.endsWith('secrets/7')", Access, false)]
    [InlineData("resource.name == 'projects/123/secrets/db'", Add, true)]
    [InlineData("resource.name == 'projects/123/secrets/db'", "secretmanager.secrets.update", true)]
    [InlineData("resource.name == 'projects/123/secrets/db'", Access, false)]
    [InlineData("resource.name != 'projects/123/secrets/db'", Add, false)]
    [InlineData("resource.name == 'projects/123/secrets/db/versions/1'", Access, null)]
    [InlineData("resource.name == 'a\\'b'", Access, false)]
    [InlineData("resource.name == '\\u0070rojects/123/secrets/db'", Add, true)]
    [InlineData("resource.name == r'projects/123/secrets/db'", Add, true)]
    [InlineData("resource.name == '\\q'", Add, null)]
    [InlineData("resource.service == 'secretmanager.googleapis.com'", Access, true)]
    [InlineData("resource.service == 'storage.googleapis.com'", Access, false)]
    [InlineData("resource.type == 'secretmanager.googleapis.com/SecretVersion'", Access, true)]
    [InlineData("resource.type == 'secretmanager.googleapis.com/SecretVersion'", Add, false)]
    [InlineData("resource.type == 'secretmanager.googleapis.com/Secret'", Add, true)]
    [InlineData("resource.type == 'secretmanager.googleapis.com/Secret'", Access, null)]
    [InlineData("resource.type == 'storage.googleapis.com/Bucket'", Access, false)]
    public void NamesAreThoseThatThePermissionIsAskedOn(string expression, string permission, bool? met) =>
        Assert.Equal(met, GcpCondition.IsMet(expression, Now, Secret, permission));

    /// <summary>2026-06-01 is a Monday, and it is 12:00 UTC.</summary>
    [Theory]
    [InlineData("request.time.getHours() == 12", true)]
    [InlineData("request.time.getHours('Europe/Berlin') == 14", true)]
    [InlineData("request.time.getHours('America/New_York') >= 9 && request.time.getHours('America/New_York') <= 17", false)]
    [InlineData("request.time.getHours('+05:30') == 17 && request.time.getMinutes('+05:30') == 30", true)]
    [InlineData("request.time.getDayOfWeek('Europe/Berlin') in [1, 2, 3, 4, 5]", true)]
    [InlineData("request.time.getDayOfWeek('Pacific/Auckland') == 2", true)]
    [InlineData("request.time.getFullYear() == 2026 && request.time.getMonth() == 5 && request.time.getDate() == 1", true)]
    [InlineData("request.time.getDayOfMonth() == 0 && request.time.getDayOfYear() == 151", true)]
    [InlineData("timestamp('2026-06-01T12:00:00.25Z').getMilliseconds() == 250", true)]
    [InlineData("request.time.getHours('Nowhere/Else') == 12", null)]
    [InlineData("request.time.getHours('Eastern Standard Time') == 8", null)]
    [InlineData("request.time.getHours(1) == 12", null)]
    [InlineData("request.time.getWeek() == 1", null)]
    public void PartsOfTimesAreOfTheirZone(string expression, bool? met) =>
        Assert.Equal(met, GcpCondition.IsMet(expression, Now, Secret, Access));

    [Theory]
    [InlineData("resource.name.contains('/secrets/db/')", Access, true)]
    [InlineData("resource.name.contains('/secrets/db/')", Add, false)]
    [InlineData("resource.name.contains('/versions/7')", Access, null)]
    [InlineData("resource.name.matches('^projects/[0-9]+/secrets/(db|api)$')", Add, true)]
    [InlineData("resource.name.matches('^projects/[0-9]+/secrets/(db|api)$')", Access, null)]
    [InlineData("resource.name.matches('(?i)DB')", Add, null)]
    [InlineData("resource.name.matches('[[:alpha:]]')", Add, null)]
    [InlineData("resource.name.matches('(')", Add, null)]
    [InlineData("resource.name.size() == 23 && size('a') == 1", Add, true)]
    [InlineData("resource.name in ['projects/123/secrets/api', 'projects/123/secrets/db']", Add, true)]
    [InlineData("resource.name in ['projects/123/secrets/api', 'projects/123/secrets/db/versions/1']", Access, null)]
    [InlineData("resource.name in []", Access, false)]
    [InlineData("'projects/123/' + 'secrets/db' == resource.name", Add, true)]
    [InlineData("resource.name.lowerAscii() == 'x'", Add, null)]
    [InlineData("resource.type == 'secretmanager.googleapis.com/SecretVersion' ? true : false", Access, true)]
    [InlineData("resource.type.startsWith('secretmanager.googleapis.com/Secret')", Access, true)]
    [InlineData("resource.type.endsWith('Version')", Access, true)]
    [InlineData("resource.type.size() > 1000", Access, false)]
    [InlineData("resource.name.contains('/secrets/api')", Access, false)]
    [InlineData("resource.name.contains('b/versions/7')", Access, null)]
    [InlineData("resource.name.contains('7')", Access, null)]
    [InlineData("resource.name.matches('secrets/d.+')", Access, true)]
    [InlineData("resource.name.matches('^projects/123/.*$')", Access, true)]
    [InlineData("resource.name.matches('versions/\\\\d')", Access, null)]
    [InlineData("resource.name.matches('projects/\\\\d+/')", Add, true)]
    public void TextsHaveFunctions(string expression, string permission, bool? met) =>
        Assert.Equal(met, GcpCondition.IsMet(expression, Now, Secret, permission));

    /// <summary>What CEL refuses is not decided by the branch that could be.</summary>
    [Theory]
    [InlineData("!resource.name == 'x'", "'!'")]
    [InlineData("!resource.name.startsWith('x') == true", null)]
    [InlineData("true || 1 == 'a'", "'=='")]
    [InlineData("true || request.time < '2027-01-01T00:00:00Z'", "'<'")]
    [InlineData("true || maybe", "'maybe'")]
    [InlineData("true || resource.labels.env == 'x'", "'resource.labels.env'")]
    [InlineData("true || resource.forget()", "'resource.forget()'")]
    [InlineData("true || [1, 2].exists(x, x == 1)", "'x'")]
    [InlineData("true || 1.5 < 2.0", "the number 1.5")]
    [InlineData("true || b'x' == b'x'", "'b'")]
    [InlineData("true || {}", "'{'")]
    [InlineData("1", "a value that is neither true nor false")]
    [InlineData("9223372036854775807 + 1 > 0", "'+' out of range")]
    [InlineData("1 / 0 == 1", "'/' out of range")]
    [InlineData("request.time < timestamp('soon')", "the time 'soon', which is not of RFC 3339")]
    [InlineData("resource.matchTag('1/env', 'prod')", "'resource.matchTag'")]
    [InlineData("resource.name.endsWith('/versions/1')", "the version's number")]
    public void WhatIsNotUnderstoodIsNamed(string expression, string? element)
    {
        ConditionVerdict verdict = GcpCondition.Judge(expression, Now, Secret, Access);
        Assert.Equal((element, element is null), (verdict.Open, verdict.IsMet is not null));
    }

    [Fact]
    public void WhatIsTooLongOrTooDeepIsNotDecided()
    {
        string[] large =
        [
            string.Join(" || ", Enumerable.Repeat("true", 1_000_000)),
            new string('(', 10_000) + "true" + new string(')', 10_000),
            new string('!', 1_000_001) + "true",
            "resource.name.matches('" + new string('(', 5_000) + "')",
        ];
        Assert.All(large, e => Assert.Null(GcpCondition.IsMet(e, Now, Secret, Access)));
    }

    /// <summary>Whatever stands there, it is decided, or the element is named, and nothing is thrown.</summary>
    [Fact]
    public void BrokenConditionsAreDecidedOrNamedAndNeverThrow()
    {
        Random random = new(7);
        const string Whole =
            "request.time < timestamp('2020-01-01T00:00:00Z') && resource.name.startsWith(\"projects/123\") ? !true : 1 in [2]";
        for (int i = 0; i < 20_000; i++)
        {
            int from = random.Next(Whole.Length);
            string broken = Whole.Remove(from, random.Next(Math.Min(12, Whole.Length - from)));
            broken = broken.Insert(random.Next(broken.Length), ((char)random.Next(1, 0x250)).ToString());
            ConditionVerdict verdict = GcpCondition.Judge(broken, Now, Secret, Access);
            Assert.Equal(verdict.IsMet is null, verdict.Open is { Length: > 0 });
        }
    }

    [Theory]
    [InlineData("resource.name.startsWith('projects/123/secrets/db')")]
    [InlineData("resource.name == 'projects/123/secrets/db'")]
    [InlineData("!resource.name.endsWith('x')")]
    public void WithoutTheProjectsNumberNoNameIsKnown(string expression) =>
        Assert.Null(GcpCondition.IsMet(expression, Now, "projects/flow-test/secrets/db", Add));
}
