using FlowSecrets.Errors;
using FlowSecrets.Model;

namespace FlowSecrets.Tests.Operations.Access;

/// <summary>The forms in which the clouds' policies name who reads.</summary>
public sealed class AccessPrincipalsTests
{
    private const string GcpForms = "user:EMAIL, serviceAccount:EMAIL, group:EMAIL, domain:NAME, principal://… or principalSet://…";
    private const string AwsForms =
        "arn:aws:iam::ACCOUNT:role/NAME, arn:aws:iam::ACCOUNT:user/NAME, arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION or a whole "
        + "account's 12 digits";

    [Theory]
    [InlineData("user:dev@example.com")]
    [InlineData("user:o.k+tag@sub.example.com")]
    [InlineData("group:ops@example.com")]
    [InlineData("domain:example.com")]
    [InlineData("serviceAccount:api@p.iam.gserviceaccount.com")]
    [InlineData("serviceAccount:p.svc.id.goog[shop/api]")]
    [InlineData("principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p.svc.id.goog/subject/ns/shop/sa/api")]
    [InlineData("principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/attribute.repository/org/app")]
    public void TheFormsOfGoogle(string principal) => Known(StoreKind.Gcp, principal);

    [Theory]
    [InlineData("arn:aws:iam::123456789012:role/api")]
    [InlineData("arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Ops_0123456789abcdef")]
    [InlineData("arn:aws:iam::123456789012:user/team/o.k+x=y,z@example_com-1")]
    [InlineData("arn:aws:iam::123456789012:root")]
    [InlineData("arn:aws:sts::123456789012:assumed-role/api/session")]
    [InlineData("arn:aws:sts::123456789012:federated-user/dev")]
    [InlineData("arn:aws-us-gov:iam::123456789012:role/api")]
    [InlineData("arn:aws-cn:iam::123456789012:role/api")]
    [InlineData("123456789012")]
    public void TheFormsOfAws(string principal) => Known(StoreKind.Aws, principal);

    [Theory]
    [InlineData(
        "dev@example.com",
        "Name it as a policy does: user:dev@example.com, group:dev@example.com or serviceAccount:dev@example.com"
    )]
    [InlineData("api@p.iam.gserviceaccount.com", "Name it as a policy does: serviceAccount:api@p.iam.gserviceaccount.com")]
    [InlineData(
        "1-compute@developer.gserviceaccount.com",
        "Name it as a policy does: serviceAccount:1-compute@developer.gserviceaccount.com"
    )]
    [InlineData("api", $"Use {GcpForms}.")]
    [InlineData("", $"Use {GcpForms}.")]
    [InlineData("user:", $"Use {GcpForms}.")]
    [InlineData("user:dev", $"Use {GcpForms}.")]
    [InlineData("User:dev@example.com", $"Use {GcpForms}.")]
    [InlineData("user:dev@example.com ", $"Use {GcpForms}.")]
    [InlineData("user:dev@example.com\n", $"Use {GcpForms}.")]
    [InlineData("user:it's@example.com", $"Use {GcpForms}.")]
    [InlineData("user:user:dev@example.com", $"Use {GcpForms}.")]
    [InlineData("domain:dev@example.com", $"Use {GcpForms}.")]
    [InlineData("principal:iam.googleapis.com/x", $"Use {GcpForms}.")]
    [InlineData("arn:aws:iam::123:role/api", $"Use {GcpForms}.")]
    public void WhatGoogleDoesNotKnow(string principal, string remedy) => Unknown(StoreKind.Gcp, principal, remedy);

    [Theory]
    [InlineData("api", "Name it by its ARN: arn:aws:iam::ACCOUNT:role/api or arn:aws:iam::ACCOUNT:user/api")]
    [InlineData("12345678901", "Name it by its ARN: arn:aws:iam::ACCOUNT:role/12345678901 or arn:aws:iam::ACCOUNT:user/12345678901")]
    [InlineData("arn:aws:iam::12345678901:role/api", $"Use {AwsForms}.")]
    [InlineData("arn:aws:iam::123456789012:group/ops", $"Use {AwsForms}.")]
    [InlineData("arn:aws:iam::123456789012:role/", $"Use {AwsForms}.")]
    [InlineData("arn:aws:iam::123456789012:role/a*", $"Use {AwsForms}.")]
    [InlineData("arn:aws:s3:::bucket", $"Use {AwsForms}.")]
    [InlineData("role/api", $"Use {AwsForms}.")]
    [InlineData("", $"Use {AwsForms}.")]
    public void WhatAwsDoesNotKnow(string principal, string remedy) => Unknown(StoreKind.Aws, principal, remedy);

    [Theory]
    [InlineData(StoreKind.Gcp, "arn:aws:iam::123456789012:role/api", "AWS", "Google Cloud", GcpForms)]
    [InlineData(StoreKind.Gcp, "*", "AWS", "Google Cloud", GcpForms)]
    [InlineData(StoreKind.Aws, "user:dev@example.com", "Google Cloud", "AWS", AwsForms)]
    [InlineData(StoreKind.Aws, "allUsers", "Google Cloud", "AWS", AwsForms)]
    public void AnotherCloudsPrincipalIsSaidToBeThat(StoreKind store, string principal, string its, string the, string forms)
    {
        FlowSecretException error = Refused(store, principal, allowPublic: true);
        Assert.Equal(
            $"'{principal.Replace("::", ": :", StringComparison.Ordinal)}' is a principal of {its}, and the store is {the}'s. Name one "
                + $"of {the}: {forms}; or another store: -Environment NAME",
            error.Message
        );
    }

    [Theory]
    [InlineData(StoreKind.Gcp, "allUsers", "'allUsers' means everybody: the secret would be public.")]
    [InlineData(
        StoreKind.Gcp,
        "allAuthenticatedUsers",
        "'allAuthenticatedUsers' means everybody with any Google account: the secret would be public."
    )]
    [InlineData(StoreKind.Aws, "*", "'*' means everybody: the secret would be public.")]
    public void EverybodyIsMeantOnlyWithTheSwitch(StoreKind store, string principal, string cause)
    {
        FlowSecretException error = Refused(store, principal, allowPublic: false);
        Assert.Equal($"{cause} Name who shall read it. If all the world really shall: -AllowPublicAccess", error.Message);
        Principals.Require(store, principal, allowPublic: true);
        Assert.True(Principals.IsPublic(principal));
        Assert.Null(Principals.Problem(principal));
    }

    [Fact]
    public void ALocalStoreKnowsNobody() =>
        Assert.Equal(
            "A Local store knows no principals. Who may read its file and its key may read it: Test-FlowSecretAccess without -Principal "
                + "shows what others could.",
            Refused(StoreKind.Local, "user:dev@example.com", allowPublic: true).Message
        );

    [Fact]
    public void AHostilePrincipalIsNoCommandOfALog() =>
        Assert.DoesNotContain(
            "##vso[",
            Refused(StoreKind.Gcp, "##vso[task.setvariable]x", allowPublic: false).Message,
            StringComparison.Ordinal
        );

    private static void Known(StoreKind store, string principal)
    {
        Assert.Equal(store, Principals.KindOf(principal));
        Principals.Require(store, principal, allowPublic: false);
        Assert.Null(Principals.Problem(principal));
    }

    private static void Unknown(StoreKind store, string principal, string remedy)
    {
        FlowSecretException error = Refused(store, principal, allowPublic: true);
        Assert.Null(Principals.KindOf(principal));
        Assert.EndsWith("' is no principal of a policy.", error.Cause, StringComparison.Ordinal);
        Assert.Equal((remedy, principal), (error.Remedy, error.Target));
        Assert.NotNull(Principals.Problem(principal));
    }

    private static FlowSecretException Refused(StoreKind store, string principal, bool allowPublic)
    {
        FlowSecretException error = Assert.Throws<FlowSecretException>(() => Principals.Require(store, principal, allowPublic));
        Assert.Equal((ErrorIds.BadPrincipal, "InvalidArgument"), (error.Id, error.Category));
        return error;
    }
}
