using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Tests.Transport;

namespace FlowSecrets.Tests.Gcp.Connection;

public sealed class GcpPlaceTests : IDisposable
{
    private readonly CloudSetting _setting = new();

    public void Dispose() => _setting.Dispose();

    [Fact]
    public void TheProjectIsTheParametersThenTheVariablesThenGclouds()
    {
        _setting.Write("gcloud/configurations/config_default", "[core]\nproject = of-gcloud\n");
        Assert.Equal("of-gcloud", Project());
        _setting.Set("CLOUDSDK_CORE_PROJECT", "of-cloudsdk");
        Assert.Equal("of-cloudsdk", Project());
        _setting.Set("GOOGLE_CLOUD_PROJECT", "of-google");
        Assert.Equal("of-google", Project());
        Assert.Equal("of-parameter", _setting.Place(new StoreSelection(StoreKind.Gcp) { Project = "of-parameter" }).Project);
    }

    [Fact]
    public void WithoutAProjectTheErrorSaysWhereToSetIt()
    {
        FlowSecretException error = Assert.Throws<FlowSecretException>(Project);
        Assert.Equal((ErrorIds.NoProject, "No GCP project is set."), (error.Id, error.Cause));
        Assert.Equal(
            "Name it: Connect-FlowSecretStore -Store Gcp -Project YOUR_PROJECT_ID; or 'project' in the catalog's environment, "
                + "GOOGLE_CLOUD_PROJECT, or: gcloud config set project YOUR_PROJECT_ID",
            error.Remedy
        );
    }

    [Theory]
    [InlineData("[core]\nproject = p1")]
    [InlineData("[core]\r\nproject=p1\r\n")]
    [InlineData("\uFEFF[core]\n  project   =   p1   \n")]
    [InlineData(
        "# a comment\n[compute]\nproject = other\nregion = x\n\n[core]\n# project = old\n;project = older\nproject = p1\naccount = "
            + "a@b.c\n[auth]\nproject = other\n"
    )]
    [InlineData("[core]\nproject: p1")]
    [InlineData("[core]\nPROJECT = p1")]
    [InlineData("[core]\nproject = \nproject = p1")]
    public void GcloudsFileIsReadAsGcloudReadsIt(string text)
    {
        _setting.Write("gcloud/configurations/config_default", text);
        Assert.Equal("p1", Project());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[core]\n")]
    [InlineData("[core]\nproject =\n")]
    [InlineData("[core\nproject = p1")]
    [InlineData("project = p1")]
    [InlineData("[other]\nproject = p1")]
    [InlineData("[core]\nprojects = p1\n=p2\n")]
    public void AFileThatNamesNoProjectSaysNothing(string text)
    {
        _setting.Write("gcloud/configurations/config_default", text);
        Assert.Equal(ErrorIds.NoProject, Assert.Throws<FlowSecretException>(Project).Id);
    }

    [Fact]
    public void TheActiveConfigurationIsTheVariablesThenTheFiles()
    {
        _setting.Write("gcloud/configurations/config_default", "[core]\nproject = of-default");
        _setting.Write("gcloud/configurations/config_work", "[core]\nproject = of-work");
        _setting.Write("gcloud/configurations/config_home", "[core]\nproject = of-home");
        Assert.Equal("of-default", Project());
        _setting.Write("gcloud/active_config", "work\n");
        Assert.Equal("of-work", Project());
        _setting.Set("CLOUDSDK_ACTIVE_CONFIG_NAME", "home");
        Assert.Equal("of-home", Project());
        _setting.Set("CLOUDSDK_ACTIVE_CONFIG_NAME", "absent");
        Assert.Equal(ErrorIds.NoProject, Assert.Throws<FlowSecretException>(Project).Id);
    }

    [Fact]
    public void AFolderInTheFilesPlaceSaysNothing()
    {
        Directory.CreateDirectory(_setting.File("gcloud/configurations/config_default"));
        Assert.Equal(ErrorIds.NoProject, Assert.Throws<FlowSecretException>(Project).Id);
    }

    [Fact]
    public void WithoutAVariableGcloudsFolderIsInTheHome()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows keeps it in APPDATA.");
        _setting.Write("home/.config/gcloud/configurations/config_default", "[core]\nproject = of-home");
        GcloudConfiguration found = GcloudConfiguration.Read(name => name == "HOME" ? _setting.File("home") : null);
        Assert.Equal("of-home", found.Project);
    }

    [Theory]
    [InlineData("flowmaestro-prod")]
    [InlineData("123456789")]
    [InlineData("example.com:flow-prod")]
    public void ProjectIdsAreTaken(string id) =>
        Assert.Equal(id, _setting.Place(new StoreSelection(StoreKind.Gcp) { Project = id }).Project);

    [Theory]
    [InlineData("Flow Prod")]
    [InlineData("flow/../other")]
    [InlineData("flow?x=1")]
    [InlineData("flow-prod\n")]
    [InlineData("-flow")]
    [InlineData("flow-")]
    [InlineData("FLOW")]
    public void OtherTextIsNoProject(string id)
    {
        FlowSecretException error = Assert.Throws<FlowSecretException>(() =>
            _setting.Place(new StoreSelection(StoreKind.Gcp) { Project = id })
        );
        Assert.Equal(ErrorIds.BadArgument, error.Id);
        Assert.Contains("gcloud projects list", error.Remedy);
    }

    [Fact]
    public void ALocationHasItsOwnAddressAndParent()
    {
        GcpPlace place = _setting.Place(new StoreSelection(StoreKind.Gcp) { Project = "p1", Region = "europe-west3" });
        Assert.Equal("https://secretmanager.europe-west3.rep.googleapis.com/", place.Address.AbsoluteUri);
        Assert.Equal(
            ("projects/p1/locations/europe-west3", "--project=p1 --location=europe-west3"),
            (place.Parent, place.Arguments.ToString())
        );
        GcpPlace global = _setting.Place(new StoreSelection(StoreKind.Gcp) { Project = "p1", Region = "global" });
        Assert.Equal(
            ("https://secretmanager.googleapis.com/", "projects/p1", "--project=p1"),
            (global.Address.AbsoluteUri, global.Parent, global.Arguments.ToString())
        );
        Assert.Equal(
            ErrorIds.BadArgument,
            Assert
                .Throws<FlowSecretException>(() =>
                    _setting.Place(new StoreSelection(StoreKind.Gcp) { Project = "p1", Region = "evil.com/" })
                )
                .Id
        );
    }

    [Fact]
    public void TheAddressIsTheParametersThenTheVariables()
    {
        _setting.Set("GOOGLE_CLOUD_UNIVERSE_DOMAIN", "example.goog");
        Assert.Equal("https://secretmanager.example.goog/", Address(null));
        _setting.Set(GcpPlace.EndpointVariable, "http://127.0.0.1:1");
        Assert.Equal("http://127.0.0.1:1/", Address(null));
        Assert.Equal("https://private.example/", Address("https://private.example"));
        _setting.Set(GcpPlace.EndpointVariable, "http://elsewhere:1");
        Assert.Equal(ErrorIds.EndpointNotAllowed, Assert.Throws<FlowSecretException>(() => Address(null)).Id);
    }

    private string Project() => _setting.Place(new StoreSelection(StoreKind.Gcp)).Project;

    private string Address(string? endpoint) =>
        _setting.Place(new StoreSelection(StoreKind.Gcp) { Project = "p1", Endpoint = endpoint }).Address.AbsoluteUri;
}
