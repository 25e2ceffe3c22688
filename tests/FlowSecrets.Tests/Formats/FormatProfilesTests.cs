using FlowSecrets.Errors;
using FlowSecrets.Formats;

namespace FlowSecrets.Tests.Formats;

public sealed class FormatProfilesTests
{
    public static TheoryData<ExportFormat> Formats => [.. Enum.GetValues<ExportFormat>().Where(static f => f != ExportFormat.Auto)];

    [Theory]
    [MemberData(nameof(Formats))]
    public void EveryFormatHasARowThatWrites(ExportFormat format)
    {
        FormatProfile profile = FormatProfiles.Of(format);
        Assert.Equal(format, profile.Format);
        Assert.NotNull(profile.Write);
        Assert.Same(profile, FormatProfiles.Find(profile.Name.ToUpperInvariant()));
    }

    [Fact]
    public void EveryDialectHasARow()
    {
        EnvDialect[] dialects = [.. FormatProfiles.All.Select(static p => p.Dialect).OfType<EnvDialect>().Distinct()];
        Assert.Equal(Enum.GetValues<EnvDialect>().Order(), dialects.Order());
        Assert.All(Enum.GetValues<EnvDialect>(), static d => Assert.Equal(d, FormatProfiles.DialectOf(d.ToString())));
    }

    [Fact]
    public void EveryReaderIsOneOfTheFilesWithValues()
    {
        string[] readers = [.. FormatProfiles.All.Select(static p => p.Reader).OfType<string>().Distinct()];
        Assert.Equal(ValueFiles.Formats.Select(static f => f.Name).Order(), readers.Order());
    }

    [Fact]
    public void NoNameMeansTwoFormats()
    {
        string[] names = [.. FormatProfiles.All.SelectMany(static p => p.Aliases.Prepend(p.Name))];
        Assert.Equal(names.Length, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Theory]
    [InlineData("Portable", "env")]
    [InlineData("powershell", "pwsh")]
    [InlineData("ComposeRaw", "docker")]
    [InlineData("user-secrets", "usersecrets")]
    [InlineData("USERSECRETS", "usersecrets")]
    [InlineData("TfvarsJson", "tfvars-json")]
    public void ANameOfTheTableSaysWhatReadsAFile(string stated, string reader) =>
        Assert.Equal(reader, ValueFiles.FormatOf("x.json", stated).Name);

    [Theory]
    [InlineData("GitHubEnv")]
    [InlineData("AzurePipelines")]
    [InlineData("xml")]
    public void AFormatThatIsOnlyWrittenReadsNoFile(string stated) =>
        Assert.Equal(ErrorIds.BadArgument, Assert.Throws<FlowSecretException>(() => ValueFiles.FormatOf("x.json", stated)).Id);

    [Theory]
    [InlineData(".env", ExportFormat.Portable)]
    [InlineData(".env.production", ExportFormat.Portable)]
    [InlineData("api.env", ExportFormat.Portable)]
    [InlineData("x.SH", ExportFormat.Bash)]
    [InlineData("x.ps1", ExportFormat.PowerShell)]
    [InlineData("x.json", ExportFormat.Json)]
    [InlineData("x.auto.tfvars.json", ExportFormat.Json)]
    [InlineData("x.yml", ExportFormat.Yaml)]
    [InlineData("x.tfvars", ExportFormat.Tfvars)]
    public void AFilesNameSaysItsFormat(string name, ExportFormat format) =>
        Assert.Equal(format, FormatProfiles.OfFile("/x/" + name).Format);

    [Theory]
    [InlineData("x.xml")]
    [InlineData("env")]
    public void ANameThatSaysNoneIsRefusedWithTheList(string name)
    {
        FlowSecretException error = Assert.Throws<FlowSecretException>(() => FormatProfiles.OfFile("/x/" + name));
        Assert.Equal(ErrorIds.BadArgument, error.Id);
        Assert.All(FormatProfiles.Written, p => Assert.Contains(p.Name, error.Remedy, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Kubernetes")]
    [InlineData("nonsense")]
    public void WhatIsNoDotenvFileIsRefused(string name) =>
        Assert.Equal(ErrorIds.BadArgument, Assert.Throws<FlowSecretException>(() => FormatProfiles.DialectOf(name)).Id);
}
