using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Kubernetes;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.ExternalSecrets;
using FlowSecrets.Tests.Aws.Iam;
using FlowSecrets.Tests.Gcp.Iam;
using FlowSecrets.Tests.Support;
using static FlowSecrets.Tests.Kubernetes.ExternalSecrets.ExternalSecretStage;

namespace FlowSecrets.Tests.Kubernetes.ExternalSecrets;

/// <summary>Each cause of the cloud, with the whole command.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class ExternalSecretCauseTests
{
    private const string Events = Kubectl + " describe 'externalsecret/db'";

    [Fact]
    public async Task WhatDeliversIsGood()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Add();
        await stage.Says("Synced", null, null);
        Assert.Empty(stage.Host.Warnings);
    }

    [Fact]
    public async Task ASecretThatIsAbsent()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Add(key: "gone");
        await stage.Says(
            "Failed",
            AccessCauses.SecretNotFound,
            "Set up what the catalog names with Initialize-FlowSecret -Environment 'prod', or make this one: New-FlowSecret 'gone' "
                + "-Environment 'prod'. Is it the store you meant? See Get-FlowSecretStore."
        );
    }

    [Fact]
    public async Task ASecretBeyondTheCatalog()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Add(key: "other");
        Assert.Contains("New-FlowSecret -StoreName 'other'", (await stage.TestAsync()).Remedy!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASecretWithoutAVersion()
    {
        await using ExternalSecretStage stage = await StartAsync();
        await stage.CreateAsync("empty", null);
        stage.Grant("empty");
        stage.Add(key: "empty");
        await stage.Says("Failed", AccessCauses.SecretHasNoVersion, "Give it its first: Set-FlowSecret 'empty' -Environment 'prod'");
    }

    [Fact]
    public async Task AVersionThatIsDisabled()
    {
        await using ExternalSecretStage stage = await StartAsync();
        await stage.World.As(null).SetVersionStateAsync("db", "1", VersionState.Disabled, default);
        stage.Add();
        await stage.Says(
            "Failed",
            AccessCauses.VersionDisabled,
            "Enable it: Set-FlowSecretVersion 'db' -Environment 'prod' -Version 1 -State Enabled; or read another with -Version."
        );
    }

    [Fact]
    public async Task APinnedVersionThatIsNotThere()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Add(reference: ""","version":"9" """);
        await stage.Says(
            "Failed",
            ExternalSecretCauses.VersionNotFound,
            "See which there are: Get-FlowSecretVersion 'db' -Environment 'prod'"
        );
    }

    [Fact]
    public async Task AMemberThatIsNotThere()
    {
        await using ExternalSecretStage stage = await StartAsync();
        await stage.CreateAsync("config", $$"""{"user":"u","pass":"{{Canary}}"}""");
        stage.Grant("config");
        stage.Add(key: "config", reference: ""","property":"password" """);
        await stage.Says(
            "Failed",
            ExternalSecretCauses.PropertyNotFound,
            "Set it: Set-FlowSecret 'config' -Environment 'prod' -Field 'password'"
        );
    }

    [Fact]
    public async Task ASecretThatIsNoJson()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Fake.Cloud = static _ => throw new ExternalReadException("unexpected format");
        stage.Add(reference: ""","property":"password" """);
        Assert.Equal(("Failed", ErrorIds.ValueNotJson), (await stage.TestAsync() is var t ? (t.State, t.Cause) : default));
    }

    [Fact]
    public async Task AnIdentityWithoutPermission()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.World.Iam.Revoke("projects/flow-test/secrets/db", Eso, GcpAccessWorld.Accessor);
        stage.Add();
        await stage.Says("Failed", AccessCauses.NoGrant, GcpAccessWorld.Grant(Eso));
        Assert.StartsWith(
            "SecretStore shop/gcp logs in as the service account shop/eso, whose annotation iam.gke.io/gcp-service-account names "
                + "eso@flow-test.iam.gserviceaccount.com. ",
            (await stage.TestAsync()).Evidence,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task AServiceAccountThatGoogleDoesNotLetIn()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Fake.Cloud = static _ =>
            throw new ExternalReadException(
                "unable to generate access token: rpc error: code = PermissionDenied desc = Permission "
                    + "'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist)."
            );
        stage.Add();
        await stage.Says(
            "Failed",
            ExternalSecretCauses.WorkloadIdentityMissing,
            "Let an owner of the account let it in: gcloud iam service-accounts add-iam-policy-binding "
                + "eso@flow-test.iam.gserviceaccount.com --project=flow-test --member='serviceAccount:flow-test.svc.id.goog[shop/eso]' "
                + "--role='roles/iam.workloadIdentityUser'"
        );
    }

    [Fact]
    public async Task ARoleWhoseTrustDoesNotLetTheServiceAccountIn()
    {
        const string Other = "system:serviceaccount:other:eso";
        await using AwsStage aws = await AwsStage.StartAsync();
        await using ExternalSecretStage stage = await StartAsync(
            """
            application: app
            environments: { prod: { store: aws, region: eu-west-1 } }
            secrets: { db: { name: app/db } }
            kubernetes: { namespace: shop, context: test }
            """
        );
        stage.Store = aws.Admin;
        string role = aws.Fake.Iam.AddRole("eso", "/", Trust($"\"{Other}\""));
        aws.Fake.Iam.PutPolicy(role, "reads", AwsStage.Allow("secretsmanager:GetSecretValue"));
        stage.Fake.AddServiceAccount("shop", "eso", ("eks.amazonaws.com/role-arn", role));
        stage.Fake.AddStore(
            "shop",
            "aws",
            Json(
                """
                {"spec":{"provider":{"aws":{"service":"SecretsManager","region":"eu-west-1","prefix":"app/",
                "auth":{"jwt":{"serviceAccountRef":{"name":"eso"}}}}}}}
                """
            )
        );
        stage.Fake.Cloud = static _ =>
            throw new ExternalReadException("AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity");
        stage.Add(store: """{"name":"aws"}""");
        await stage.Says(
            "Failed",
            ExternalSecretCauses.IrsaTrustMissing,
            "Let its administrator let it in: aws iam update-assume-role-policy --role-name eso --policy-document "
                + $"'{Trust($"[\"{Other}\",\"system:serviceaccount:shop:eso\"]")}'"
        );
    }

    [Fact]
    public async Task AServiceAccountThatIsNotThere()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Fake.Remove("serviceaccount", "shop", "eso");
        stage.World.Iam.Revoke("projects/flow-test/secrets/db", Eso, GcpAccessWorld.Accessor);
        stage.Add();
        await stage.Says("Failed", ExternalSecretCauses.ServiceAccountNotFound, $"Create it: {Kubectl} create serviceaccount 'eso'");
    }

    [Fact]
    public async Task WhatNothingHereExplains()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Fake.Cloud = static _ => throw new ExternalReadException("tls: handshake failure\n##vso[x]");
        stage.Add();
        await stage.Says("Failed", ExternalSecretCauses.UpdateFailed, $"Look at its events: {Events}");
        Assert.Contains("err: tls: handshake failure # #vso[x]", (await stage.TestAsync()).Evidence, StringComparison.Ordinal);
    }

    /// <summary>The last warning counts, not the first.</summary>
    [Fact]
    public async Task ANewerWarningCounts()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Fake.Cloud = static _ => throw new ExternalReadException("first");
        stage.Add();
        stage.Fake.Cloud = static _ => throw new ExternalReadException("second");
        stage.Fake.Reconcile("shop", "db");
        Assert.Contains("err: second", (await stage.TestAsync()).Evidence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("find", "Retained", ExternalSecretCauses.SecretRetained, "")]
    [InlineData("find", "Deleted", ExternalSecretCauses.SecretDeleted, ""","deletionPolicy":"Delete" """)]
    public async Task AStoreThatReturnsNothing(string from, string state, string cause, string target)
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Add(target: target, data: "\"dataFrom\":[{\"" + from + "\":{\"name\":{\"regexp\":\"nothing\"}}}]");
        await stage.Says(state, cause, $"Look at its events: {Events}");
    }

    [Fact]
    public async Task AKeyThatIsStoredInTheCluster()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.AddStore(auth: """{"secretRef":{"secretAccessKeySecretRef":{"name":"key","key":"json"}}}""");
        stage.Add();
        stage.Add("second");
        Assert.All(await stage.TestAllAsync(), static t => Assert.Equal(("Synced", null), (t.State, t.Cause)));
        Assert.Equal(
            "SecretStore shop/gcp logs in with a key that is stored in the cluster. Use Workload Identity "
                + $"(spec.provider.gcpsm.auth.workloadIdentity.serviceAccountRef) instead: {Kubectl} edit 'secretstore/gcp'",
            Assert.Single(stage.Host.Warnings)
        );
    }

    private static string Trust(string subjects) =>
        (
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"""
            + """{"Federated":"arn:aws:iam::123456789012:oidc-provider/oidc.eks.example/id/1"}"""
            + ""","Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"oidc.eks.example/id/1:sub":SUBJECTS}}}]}"""
        ).Replace("SUBJECTS", subjects, StringComparison.Ordinal);
}
