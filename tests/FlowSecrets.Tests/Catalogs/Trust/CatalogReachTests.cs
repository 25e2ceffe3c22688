using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Trust;
using FlowSecrets.Model;

namespace FlowSecrets.Tests.Catalogs.Trust;

/// <summary>Records name what is really reached, in words that a stranger cannot forge.</summary>
public sealed class CatalogReachTests
{
    [Theory]
    [InlineData("ecs", "service=svc", "prod-admin")]
    [InlineData("apprunner", "service=svc", "prod-admin")]
    [InlineData("apprunner", "arn=arn:aws:apprunner:eu-west-1:111111111111:service/s/1", "prod-admin")]
    [InlineData("cloudrun", "service=svc;region=europe-west1", "shop-prod")]
    [InlineData("cloudrun", "service=svc;region=europe-west1;project=evil-1", "evil-1")]
    public void AWorkloadIsWhereItsEnvironmentIsUnlessItSaysMore(string kind, string settings, string place)
    {
        CatalogWorkload workload = new(
            "w",
            kind,
            settings.Split(';').Select(static s => s.Split('=')).ToDictionary(static s => s[0], static s => s[1], StringComparer.Ordinal)
        );
        StoreSelection environment =
            kind == "cloudrun"
                ? new StoreSelection(StoreKind.Gcp) { Project = "shop-prod" }
                : new StoreSelection(StoreKind.Aws) { Profile = "prod-admin", Region = "eu-west-1" };
        TrustRecord record = Assert.Single(CatalogReach.Changes(workload, environment));
        Assert.Equal(TrustKind.Cluster, record.Kind);
        Assert.Contains(place, record.Subject);
        TrustRecord other = Assert.Single(
            CatalogReach.Changes(workload, new StoreSelection(environment.Store) { Profile = "x", Project = "x" })
        );
        Assert.Equal(record == other, kind == "cloudrun" && settings.Contains("project", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a\u001b[1A\u001b[2K\r\n  reads nothing")]
    [InlineData("x\n##vso[task.setvariable]y")]
    [InlineData("\u202emalice")]
    public void WhatApprovalShowsIsOneCleanLine(string subject)
    {
        foreach (TrustKind kind in Enum.GetValues<TrustKind>())
        {
            string shown = new TrustRecord(kind, subject, "c\n" + subject).ToString();
            Assert.DoesNotContain(shown, char.IsControl);
            Assert.DoesNotContain('\u202e', shown);
        }
    }

    [Theory]
    [InlineData("PATH")]
    [InlineData("ld_preload")]
    [InlineData("DYLD_INSERT_LIBRARIES")]
    [InlineData("NODE_TLS_REJECT_UNAUTHORIZED")]
    [InlineData("AWS_ENDPOINT_URL")]
    [InlineData("AWS_CONFIG_FILE")]
    [InlineData("CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER")]
    [InlineData("GOOGLE_APPLICATION_CREDENTIALS")]
    [InlineData("KUBECONFIG")]
    [InlineData("PIP_INDEX_URL")]
    [InlineData("CARGO_BUILD_RUSTC_WRAPPER")]
    [InlineData("SSL_CERT_FILE")]
    [InlineData("HTTPS_PROXY")]
    [InlineData("HOME")]
    public void AVariableThatChangesWhatProgramsRunOrReachIsKnown(string name) => Assert.True(CatalogReach.LoadsCode(name));

    [Theory]
    [InlineData("AWS_ACCESS_KEY_ID")]
    [InlineData("AWS_REGION")]
    [InlineData("GOOGLE_API_KEY")]
    [InlineData("DATABASE_URL")]
    [InlineData("NODE_ENV")]
    [InlineData("PYTHONUNBUFFERED")]
    [InlineData("RUBY_ENV")]
    [InlineData("OPENAI_API_KEY")]
    [InlineData("NEXT_PUBLIC_HOME_URL")]
    public void AnApplicationsOwnVariableIsNot(string name) => Assert.False(CatalogReach.LoadsCode(name));
}
