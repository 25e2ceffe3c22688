using FlowSecrets.Errors;
using FlowSecrets.Model;

namespace FlowSecrets.Tests.Gcp.Iam;

/// <summary>Which principals a store takes, and what the right form is of one that it does not.</summary>
public sealed class GcpPrincipalsTests
{
    private const string GcpForms = "user:EMAIL, serviceAccount:EMAIL, group:EMAIL, domain:NAME, principal://… or principalSet://…";
    private const string AwsForms =
        "arn:aws:iam::ACCOUNT:role/NAME, arn:aws:iam::ACCOUNT:user/NAME, arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION or a whole "
        + "account's 12 digits";

    [Theory]
    [InlineData(StoreKind.Gcp, "user:dev@example.com")]
    [InlineData(StoreKind.Gcp, "serviceAccount:api@p.iam.gserviceaccount.com")]
    [InlineData(StoreKind.Gcp, "serviceAccount:p.svc.id.goog[ns/app]")]
    [InlineData(StoreKind.Gcp, "group:devs@example.com")]
    [InlineData(StoreKind.Gcp, "domain:example.com")]
    [InlineData(
        StoreKind.Gcp,
        "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/subject/repo:org/app:ref:refs/heads/main"
    )]
    [InlineData(
        StoreKind.Gcp,
        "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/attribute.repository/org/app"
    )]
    [InlineData(StoreKind.Aws, "arn:aws:iam::123456789012:role/path/app")]
    [InlineData(StoreKind.Aws, "arn:aws-cn:iam::123456789012:user/dev")]
    [InlineData(StoreKind.Aws, "arn:aws:iam::123456789012:root")]
    [InlineData(StoreKind.Aws, "arn:aws:sts::123456789012:assumed-role/app/session")]
    [InlineData(StoreKind.Aws, "123456789012")]
    public void TheRightFormsAreTaken(StoreKind store, string principal)
    {
        Assert.Equal(store, Principals.KindOf(principal));
        Principals.Require(store, principal, allowPublic: false);
        Assert.Null(Principals.Problem(principal));
        StoreKind other = store == StoreKind.Gcp ? StoreKind.Aws : StoreKind.Gcp;
        FlowSecretException error = Refused(other, principal);
        Assert.Equal(
            other == StoreKind.Aws
                ? $"Name one of AWS: {AwsForms}; or another store: -Environment NAME"
                : $"Name one of Google Cloud: {GcpForms}; or another store: -Environment NAME",
            error.Remedy
        );
    }

    [Theory]
    [InlineData(
        StoreKind.Gcp,
        "dev@example.com",
        "Name it as a policy does: user:dev@example.com, group:dev@example.com or serviceAccount:dev@example.com"
    )]
    [InlineData(StoreKind.Gcp, "api@p.iam.gserviceaccount.com", "Name it as a policy does: serviceAccount:api@p.iam.gserviceaccount.com")]
    [InlineData(StoreKind.Gcp, "user:dev", $"Use {GcpForms}.")]
    [InlineData(StoreKind.Gcp, "User:dev@example.com", $"Use {GcpForms}.")]
    [InlineData(StoreKind.Gcp, "user:a@b c", $"Use {GcpForms}.")]
    [InlineData(StoreKind.Gcp, "user:a@b.c'; rm -rf x", $"Use {GcpForms}.")]
    [InlineData(StoreKind.Gcp, "principal://x/subject/a'b", $"Use {GcpForms}.")]
    [InlineData(StoreKind.Gcp, "user:dev@example.com\n", $"Use {GcpForms}.")]
    [InlineData(StoreKind.Gcp, "domain:com", $"Use {GcpForms}.")]
    [InlineData(StoreKind.Gcp, "", $"Use {GcpForms}.")]
    [InlineData(StoreKind.Aws, "app-role", "Name it by its ARN: arn:aws:iam::ACCOUNT:role/app-role or arn:aws:iam::ACCOUNT:user/app-role")]
    [InlineData(
        StoreKind.Aws,
        "12345678901",
        "Name it by its ARN: arn:aws:iam::ACCOUNT:role/12345678901 or arn:aws:iam::ACCOUNT:user/12345678901"
    )]
    [InlineData(StoreKind.Aws, "arn:aws:iam::1:role/app", $"Use {AwsForms}.")]
    [InlineData(StoreKind.Aws, "arn:aws:iam::123456789012:role/", $"Use {AwsForms}.")]
    [InlineData(StoreKind.Aws, "arn:aws:s3:::bucket", $"Use {AwsForms}.")]
    [InlineData(StoreKind.Aws, "arn:aws:iam::123456789012:role/app\"", $"Use {AwsForms}.")]
    public void AWrongFormIsRefusedWithTheRightOne(StoreKind store, string principal, string remedy)
    {
        Assert.Null(Principals.KindOf(principal));
        Assert.Equal(remedy, Refused(store, principal).Remedy);
        Assert.NotNull(Principals.Problem(principal));
    }

    [Theory]
    [InlineData(StoreKind.Gcp, "allUsers", "'allUsers' means everybody: the secret would be public.")]
    [InlineData(
        StoreKind.Gcp,
        "allAuthenticatedUsers",
        "'allAuthenticatedUsers' means everybody with any Google account: the secret would be public."
    )]
    [InlineData(StoreKind.Aws, "*", "'*' means everybody: the secret would be public.")]
    public void EverybodyMustBeMeant(StoreKind store, string principal, string cause)
    {
        Assert.True(Principals.IsPublic(principal));
        FlowSecretException error = Refused(store, principal);
        Assert.Equal((cause, "Name who shall read it. If all the world really shall: -AllowPublicAccess"), (error.Cause, error.Remedy));
        Principals.Require(store, principal, allowPublic: true);
    }

    [Fact]
    public void ALocalStoreKnowsNone() =>
        Assert.Equal("A Local store knows no principals.", Refused(StoreKind.Local, "user:dev@example.com").Cause);

    private static FlowSecretException Refused(StoreKind store, string principal)
    {
        FlowSecretException error = Assert.Throws<FlowSecretException>(() => Principals.Require(store, principal, allowPublic: false));
        Assert.Equal((ErrorIds.BadPrincipal, principal), (error.Id, error.Target));
        return error;
    }
}
