using FlowSecrets.CloudFakes.Gcp.Iam;
using FlowSecrets.Providers.Gcp.Iam;

namespace FlowSecrets.Tests.Gcp.Iam;

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
    [InlineData("{0} && false", null)]
    [InlineData("{0}", null)]
    [InlineData("request.auth.claims.sub == 'x'", null)]
    [InlineData("request.time.getHours('UTC') < 18", null)]
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
    [InlineData("request.time == timestamp('2026-06-01T12:00:00Z')", null)]
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
    [InlineData("resource.name.endsWith('secrets/db')", Access, null)]
    [InlineData("resource.name == 'projects/123/secrets/db'", Add, true)]
    [InlineData("resource.name == 'projects/123/secrets/db'", "secretmanager.secrets.update", true)]
    [InlineData("resource.name == 'projects/123/secrets/db'", Access, false)]
    [InlineData("resource.name != 'projects/123/secrets/db'", Add, false)]
    [InlineData("resource.name == 'projects/123/secrets/db/versions/1'", Access, null)]
    [InlineData("resource.name == 'a\\'b'", Access, null)]
    [InlineData("resource.service == 'secretmanager.googleapis.com'", Access, true)]
    [InlineData("resource.service == 'storage.googleapis.com'", Access, false)]
    [InlineData("resource.type == 'secretmanager.googleapis.com/SecretVersion'", Access, true)]
    [InlineData("resource.type == 'secretmanager.googleapis.com/SecretVersion'", Add, false)]
    [InlineData("resource.type == 'secretmanager.googleapis.com/Secret'", Add, true)]
    [InlineData("resource.type == 'secretmanager.googleapis.com/Secret'", Access, null)]
    [InlineData("resource.type == 'storage.googleapis.com/Bucket'", Access, false)]
    public void NamesAreThoseThatThePermissionIsAskedOn(string expression, string permission, bool? met) =>
        Assert.Equal(met, GcpCondition.IsMet(expression, Now, Secret, permission));

    [Theory]
    [InlineData("resource.name.startsWith('projects/123/secrets/db')")]
    [InlineData("resource.name == 'projects/123/secrets/db'")]
    [InlineData("!resource.name.endsWith('x')")]
    public void WithoutTheProjectsNumberNoNameIsKnown(string expression) =>
        Assert.Null(GcpCondition.IsMet(expression, Now, "projects/flow-test/secrets/db", Add));
}
