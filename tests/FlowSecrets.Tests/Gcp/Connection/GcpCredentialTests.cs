using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Tests.Transport;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Gcp.Connection;

/// <summary>Which credential is taken, and how one that cannot be used is refused.</summary>
public sealed class GcpCredentialTests : IDisposable
{
    private const string Marked = "CANARY-7f3a";
    private static readonly Uri Nowhere = new("http://127.0.0.1:9/");
    private readonly CloudSetting _setting = new();

    public void Dispose() => _setting.Dispose();

    [Fact]
    public void EachSourceWinsOverTheNext()
    {
        Assert.Equal(ErrorIds.NotAuthenticated, Assert.Throws<FlowSecretException>(() => _setting.Credential()).Id);

        _setting.Set("KUBERNETES_SERVICE_HOST", "10.0.0.1");
        Assert.Equal(("this machine's service account", "serviceAccount:SERVICE_ACCOUNT_EMAIL"), Found());

        _setting.Write("gcloud/configurations/config_default", "[core]\naccount = dev@example.com\n");
        Stub();
        Assert.Equal(("dev@example.com (gcloud)", "user:dev@example.com"), Found());

        _setting.Set("GCE_METADATA_HOST", "127.0.0.1:9");
        Assert.Equal(("this machine's service account", "serviceAccount:SERVICE_ACCOUNT_EMAIL"), Found());

        _setting.Write(
            "gcloud/application_default_credentials.json",
            """{"type":"authorized_user","client_id":"a","client_secret":"b","refresh_token":"c"}"""
        );
        Assert.Equal(("authorized_user (application default credentials)", "user:YOUR_ACCOUNT"), Found());

        _setting.Set("CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE", Key("override"));
        Assert.Equal("override@flow-test.iam.gserviceaccount.com (CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE)", Found().Identity);

        _setting.Set("GOOGLE_APPLICATION_CREDENTIALS", Key("variable"));
        Assert.Equal(
            (
                "variable@flow-test.iam.gserviceaccount.com (GOOGLE_APPLICATION_CREDENTIALS)",
                "serviceAccount:variable@flow-test.iam.gserviceaccount.com"
            ),
            Found()
        );

        _setting.Set("CLOUDSDK_AUTH_ACCESS_TOKEN_FILE", _setting.Write("token", "of-file\n"));
        Assert.Equal("access token of CLOUDSDK_AUTH_ACCESS_TOKEN_FILE", Found().Identity);

        _setting.Set("CLOUDSDK_AUTH_ACCESS_TOKEN", "t1");
        Assert.Equal("access token of CLOUDSDK_AUTH_ACCESS_TOKEN", Found().Identity);

        _setting.Set("GOOGLE_OAUTH_ACCESS_TOKEN", "t2");
        Assert.Equal("access token of GOOGLE_OAUTH_ACCESS_TOKEN", Found().Identity);

        StoreSelection selection = new(StoreKind.Gcp) { CredentialPath = Key("given") };
        Assert.Equal("given@flow-test.iam.gserviceaccount.com (-CredentialPath)", _setting.Credential(selection).Identity);

        using SecretValue token = SecretValue.FromText("t3");
        Assert.Equal("access token of -AccessToken", _setting.Credential(selection with { AccessToken = token }).Identity);
    }

    [Fact]
    public void WithoutAnyTheErrorSaysHowToLogIn()
    {
        FlowSecretException error = Assert.Throws<FlowSecretException>(() => _setting.Credential());
        Assert.Equal("Not authenticated: there are no Google Cloud credentials here.", error.Cause);
        Assert.Equal(
            "Log in: gcloud auth login, and for programs: gcloud auth application-default login; in CI set "
                + "GOOGLE_APPLICATION_CREDENTIALS. Then see Get-FlowSecretStore.",
            error.Remedy
        );
    }

    [Fact]
    public void ALoginWhoseGcloudIsNotOnPathIsNamed()
    {
        _setting.Write("gcloud/configurations/config_default", "[core]\naccount = dev@example.com\n");
        FlowSecretException error = Assert.Throws<FlowSecretException>(() => _setting.Credential());
        Assert.Equal(ErrorIds.NotAuthenticated, error.Id);
        Assert.Contains("a login of dev@example.com, but gcloud is not on PATH", error.Cause);
    }

    [Fact]
    public void TheAccountIsTheOneThatGcloudItselfWouldUse()
    {
        _setting.Write(
            "gcloud/configurations/config_default",
            "[core]\naccount = dev@example.com\n[auth]\nimpersonate_service_account = sa@flow-test.iam.gserviceaccount.com\n"
        );
        Stub();
        Assert.Equal(("sa@flow-test.iam.gserviceaccount.com (gcloud)", "serviceAccount:sa@flow-test.iam.gserviceaccount.com"), Found());
        _setting.Write("gcloud/configurations/config_default", "[core]\naccount = dev@example.com\n");
        _setting.Set("CLOUDSDK_CORE_ACCOUNT", "other@example.com");
        Assert.Equal(("other@example.com (gcloud)", "user:other@example.com"), Found());
    }

    [Fact]
    public void NothingPersonalIsSentOverPlainHttp()
    {
        _setting.Write("gcloud/configurations/config_default", "[core]\naccount = dev@example.com\n");
        Stub();
        _setting.Set("GOOGLE_APPLICATION_CREDENTIALS", Key("variable"));
        _setting.Write("gcloud/application_default_credentials.json", GcpKeys.Json(GcpKeys.ServiceAccount(Nowhere)));
        _setting.Set("GCE_METADATA_HOST", "127.0.0.1:9");
        StoreSelection selection = new(StoreKind.Gcp) { Project = "flow-test", Endpoint = "http://127.0.0.1:9/" };
        GcpCredential credential = GcpCredential.Find(selection, _setting.Place(selection), _setting.Gcloud, _setting.Variable);
        Assert.Null(credential.Open());
    }

    [Theory]
    [InlineData("{ \"type\": \"service_account\", \"x\": \"CANARY-7f3a")]
    [InlineData("CANARY-7f3a")]
    [InlineData("")]
    [InlineData("[\"CANARY-7f3a\"]")]
    [InlineData("\"CANARY-7f3a\"")]
    [InlineData("{\"private_key\":\"CANARY-7f3a\"}")]
    [InlineData("{\"type\":\"CANARY-7f3a\"}")]
    [InlineData("{\"type\":5,\"x\":\"CANARY-7f3a\"}")]
    [InlineData("{\"type\":\"external_account\",\"credential_source\":\"CANARY-7f3a\"}")]
    [InlineData("{\"type\":\"service_account\",\"private_key\":\"CANARY-7f3a\"}")]
    [InlineData(
        "{\"type\":\"service_account\",\"client_email\":\"a@b\",\"private_key\":\"CANARY-7f3a\",\"token_uri\":\"http://127.0.0.1:9/\"}"
    )]
    [InlineData(
        "{\"type\":\"service_account\",\"client_email\":\"a@b\",\"private_key\":\"-----BEGIN PRIVATE KEY-----\\nCANARY-7f3a\\n-----END "
            + "PRIVATE KEY-----\\n\"}"
    )]
    [InlineData("{\"type\":\"service_account\",\"client_email\":\"a@b\",\"private_key\":{\"CANARY-7f3a\":1}}")]
    [InlineData("{\"type\":\"authorized_user\",\"refresh_token\":\"CANARY-7f3a\"}")]
    [InlineData("{\"type\":\"external_account\",\"audience\":\"CANARY-7f3a\"}")]
    [InlineData("{\"type\":\"impersonated_service_account\",\"source_credentials\":{\"type\":\"CANARY-7f3a\"}}")]
    [InlineData(
        "{\"type\":\"impersonated_service_account\",\"source_credentials\":\"CANARY-7f3a\",\"service_account_impersonation_url\":\"x\"}"
    )]
    public void ABrokenFileIsRefusedWithoutAWordOfIt(string text)
    {
        string path = _setting.Write("key.json", text);
        FlowSecretException error = Assert.Throws<FlowSecretException>(() =>
            _setting.Credential(new StoreSelection(StoreKind.Gcp) { CredentialPath = path }).Open()
        );
        Assert.Equal(ErrorIds.NotAuthenticated, error.Id);
        Assert.Contains($"'{path}' (-CredentialPath)", error.Cause);
        Assert.DoesNotContain(Marked, error.ToString());
        Assert.Null(error.InnerException);
    }

    [Fact]
    public void AFileThatIsNotThereIsSaidToBeSo()
    {
        _setting.Set("GOOGLE_APPLICATION_CREDENTIALS", _setting.File("absent.json"));
        FlowSecretException error = Assert.Throws<FlowSecretException>(() => _setting.Credential());
        Assert.Equal(ErrorIds.NotAuthenticated, error.Id);
        Assert.Contains("GOOGLE_APPLICATION_CREDENTIALS", error.Cause);
        Assert.Contains($"no file '{_setting.File("absent.json")}'", error.Cause);
    }

    [Theory]
    [InlineData("{\"executable\":{\"command\":\"CANARY-7f3a\"}}")]
    [InlineData("{\"certificate\":{\"use_default_certificate_config\":true}}")]
    public void ProgramsAndCertificatesAsSourcesAreRefusedClearly(string source)
    {
        string path = _setting.Write(
            "key.json",
            $$"""{"type":"external_account","audience":"{{GcpKeys.Audience}}","credential_source":{{source}}}"""
        );
        FlowSecretException error = Assert.Throws<FlowSecretException>(() =>
            _setting.Credential(new StoreSelection(StoreKind.Gcp) { CredentialPath = path })
        );
        Assert.Equal(ErrorIds.NotAuthenticated, error.Id);
        Assert.Contains(
            "from a program or a certificate, which Google's library for .NET does not support; use one with a file or an address as "
                + "its source",
            error.Cause
        );
        Assert.DoesNotContain(Marked, error.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    [InlineData("two words")]
    [InlineData("line\nbreak")]
    [InlineData("smörgås")]
    public void WhatCannotBeAHeaderIsNoToken(string token)
    {
        _setting.Set("CLOUDSDK_AUTH_ACCESS_TOKEN_FILE", _setting.Write("token", token));
        FlowSecretException error = Assert.Throws<FlowSecretException>(() => _setting.Credential());
        Assert.Equal((ErrorIds.NotAuthenticated, "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE holds no access token."), (error.Id, error.Cause));
    }

    [Fact]
    public void AnotherCredentialIsAnotherKey()
    {
        _setting.Set("GOOGLE_OAUTH_ACCESS_TOKEN", "one");
        string one = _setting.Credential().CacheKey;
        Assert.Equal(one, _setting.Credential().CacheKey);
        _setting.Set("GOOGLE_OAUTH_ACCESS_TOKEN", "two");
        Assert.NotEqual(one, _setting.Credential().CacheKey);
        Assert.DoesNotContain("one", one);
    }

    private (string Identity, string Member) Found()
    {
        GcpCredential found = _setting.Credential();
        Assert.NotNull(found.Open());
        return (found.Identity, found.Member);
    }

    private string Key(string name) =>
        _setting.Write(name + ".json", GcpKeys.Json(GcpKeys.ServiceAccount(Nowhere)).Replace("app@", name + "@"));

    private void Stub() => _setting.Write("bin/" + (OperatingSystem.IsWindows() ? "gcloud.cmd" : "gcloud"), "");
}
