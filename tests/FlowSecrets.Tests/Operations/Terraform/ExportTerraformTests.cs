using FlowSecrets.Errors;
using FlowSecrets.Operations.Terraform;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.Terraform;

/// <summary>What holds for both clouds: the files, bad input, and that no value is read.</summary>
public sealed class ExportTerraformTests
{
    private static readonly string[] Written = ["versions.tf", "secrets.tf", "access.tf", "workloads.tf"];

    public static TheoryData<StoreKind, string, string> Clouds =>
        new() { { StoreKind.Gcp, "prod", "" }, { StoreKind.Aws, "aws", "acme/" } };

    [Theory]
    [MemberData(nameof(Clouds))]
    public async Task T3_NoValueIsReadAndNoneIsWritten(StoreKind kind, string environment, string prefix)
    {
        await using TerraformStage stage = await TerraformStage.StartAsync();
        await stage.AddAllAsync(kind, prefix);
        List<TerraformFile> files = await stage.RunAsync(environment, static o => o with { SeedValue = true });
        Assert.Equal([.. Written, "seeds.tf"], files.Select(static f => f.Name));
        Assert.All(files, static f => Assert.Equal("Created", f.Status));
        Assert.DoesNotContain(stage.Calls, static c => c.Operation is "AccessSecretVersion" or "GetSecretValue" or "BatchGetSecretValue");
        string all = stage.All($"terraform/{environment}");
        Assert.DoesNotContain(TerraformStage.Canary, all + stage.Host.Everything);
        Assert.DoesNotMatch(@"secret_data\s*=|secret_string\s*=|data ""|_iam_binding|_iam_policy""|secret_policy""|for_each =\s*\{", all);
    }

    [Theory]
    [MemberData(nameof(Clouds))]
    public async Task T7_ASecondRunIsByteIdenticalAndAnEditedFileIsRefused(StoreKind kind, string environment, string prefix)
    {
        await using TerraformStage stage = await TerraformStage.StartAsync();
        await stage.AddAllAsync(kind, prefix);
        await stage.RunAsync(environment);
        string first = stage.All($"terraform/{environment}");
        Assert.All(await stage.RunAsync(environment), static f => Assert.Equal("Unchanged", f.Status));
        Assert.Equal(first, stage.All($"terraform/{environment}"));

        string path = stage.At($"terraform/{environment}/secrets.tf");
        File.AppendAllText(path, "# mine\n");
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() => stage.RunAsync(environment));
        Assert.Equal((ErrorIds.FileEdited, path), (error.Id, error.Target));
        Assert.EndsWith("# mine\n", File.ReadAllText(path));
        List<TerraformFile> forced = await stage.RunAsync(environment, static o => o with { Force = true });
        Assert.Equal(["secrets.tf"], forced.Where(static f => f.Status == "Updated").Select(static f => f.Name));
        Assert.Equal(first, stage.All($"terraform/{environment}"));
    }

    [Fact]
    public async Task TwoEnvironmentsDoNotShareAFolder()
    {
        await using TerraformStage stage = await TerraformStage.StartAsync();
        string folder = stage.At("infra");
        await stage.RunAsync("prod", o => o with { Path = folder });
        string before = stage.All("infra");
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            stage.RunAsync("test", o => o with { Path = folder })
        );
        Assert.Equal((ErrorIds.FolderInUse, folder), (error.Id, error.Target));
        Assert.Equal(
            $"Export-FlowTerraform -Path '{Path.Combine(folder, "test")}' -Environment 'test'",
            error.Advice.Commands[0].ToString()
        );
        Assert.Equal(before, stage.All("infra"));
    }

    [Theory]
    [InlineData("local", ErrorIds.BadArgument)]
    [InlineData("nowhere", ErrorIds.EnvironmentNotFound)]
    public async Task AnEnvironmentThatHasNoTerraformIsRefused(string environment, string id)
    {
        await using TerraformStage stage = await TerraformStage.StartAsync();
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() => stage.RunAsync(environment));
        Assert.Equal(id, error.Id);
        Assert.False(Directory.Exists(stage.At("terraform")));
        if (id == ErrorIds.BadArgument)
        {
            Assert.Equal("Export-FlowTerraform -Environment 'prod'", error.Advice.Commands[0].ToString());
        }
    }

    [Fact]
    public async Task WhatIfWritesNothingAndHasTheSameResults()
    {
        await using TerraformStage stage = await TerraformStage.StartAsync();
        stage.Host = new TestHost { IsWhatIf = true };
        List<TerraformFile> files = await stage.RunAsync("prod");
        Assert.Equal(Written, files.Select(static f => f.Name));
        Assert.All(files, static f => Assert.Equal("Planned", f.Status));
        Assert.Contains($"Create | {stage.At("terraform/prod/secrets.tf")}", stage.Host.Actions);
        Assert.False(Directory.Exists(stage.At("terraform")));
    }

    [Fact]
    public async Task WithoutOneSecretNothingIsWritten()
    {
        await using TerraformStage stage = await TerraformStage.StartAsync();
        await stage.AddAllAsync(StoreKind.Aws, "acme/");
        await stage.Store(StoreKind.Aws).DeleteAsync("acme/api_token", TimeSpan.FromDays(7), default);
        Assert.Empty(await stage.RunAsync("aws"));
        FlowSecretException error = Assert.Single(stage.Host.Failures);
        Assert.Equal((ErrorIds.PendingDeletion, "acme/api_token"), (error.Id, error.Target));
        Assert.False(Directory.Exists(stage.At("terraform")));
    }

    [Theory]
    [MemberData(nameof(Clouds))]
    public async Task ASecretThatDoesNotExistIsAddedAndNamed(StoreKind kind, string environment, string prefix)
    {
        await using TerraformStage stage = await TerraformStage.StartAsync();
        await TerraformStage.AddAsync(stage.Store(kind), prefix + "db-config");
        await stage.RunAsync(environment);
        Assert.Contains(stage.Host.Warnings, w => w.Contains($"without a value: {prefix}api_token."));
        string text = stage.Text($"terraform/{environment}/secrets.tf");
        Assert.Single(text.Split("import {").Skip(1));
        Assert.Contains("\" \"api__token\" {", text);
        Assert.Contains("It does not exist yet", text);
    }

    [Fact]
    public async Task T4_AFirstValueIsWriteOnlyAndGoesToSecretsWithoutOneAlone()
    {
        await using TerraformStage stage = await TerraformStage.StartAsync();
        await TerraformStage.AddAsync(stage.Store(StoreKind.Gcp), "db-config");
        await TerraformStage.AddAsync(stage.Store(StoreKind.Aws), "acme/api_token");
        await stage.RunAsync("prod", static o => o with { SeedValue = true });
        await stage.RunAsync("aws", static o => o with { SeedValue = true });
        Assert.Equal(
            """
            # db-config has a value in the store. Change it with Set-FlowSecret.
            removed {
              from = google_secret_manager_secret_version.db_config
              lifecycle {
                destroy = false
              }
            }

            # api_token: give the first value as TF_VAR_api__token. It is in no state and no plan.
            variable "api__token" {
              type        = string
              description = "First value of api_token."
              ephemeral   = true
              sensitive   = true
            }

            resource "google_secret_manager_secret_version" "api__token" {
              secret                 = google_secret_manager_secret.api__token.id
              secret_data_wo         = var.api__token
              secret_data_wo_version = "1"
              deletion_policy        = "ABANDON"
              lifecycle {
                create_before_destroy = true
              }
            }

            """,
            stage.Text("terraform/prod/seeds.tf")
        );
        string aws = stage.Text("terraform/aws/seeds.tf");
        Assert.Contains(
            """
            resource "aws_secretsmanager_secret_version" "db_config" {
              secret_id                = aws_secretsmanager_secret.db_config.id
              secret_string_wo         = var.db_config
              secret_string_wo_version = 1
              lifecycle {
                ignore_changes = [secret_string_wo_version, version_stages]
              }
            }
            """,
            aws
        );
        Assert.Contains("from = aws_secretsmanager_secret_version.api__token", aws);
        Assert.Contains("required_version = \">= 1.11\"", stage.Text("terraform/aws/versions.tf"));
        Assert.Contains("version = \">= 5.88\"", stage.Text("terraform/aws/versions.tf"));
    }

    [Fact]
    public async Task AFileThatIsNotMadeAnyMoreGoes()
    {
        await using TerraformStage stage = await TerraformStage.StartAsync();
        await stage.RunAsync("prod", static o => o with { SeedValue = true });
        List<TerraformFile> files = await stage.RunAsync("prod");
        Assert.Equal("Removed", files.Single(static f => f.Name == "seeds.tf").Status);
        Assert.False(File.Exists(stage.At("terraform/prod/seeds.tf")));
    }

    [Fact]
    public async Task WhomTheCatalogGivesAccessNeedsApproval()
    {
        await using TerraformStage stage = await TerraformStage.StartAsync();
        stage.Host = new TestHost { Approves = false };
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() => stage.RunAsync("prod"));
        Assert.Equal(ErrorIds.CatalogNotTrusted, error.Id);
        Assert.Contains(stage.Host.Approvals.Single().Reaches, static r => r.Contains($"{TerraformStage.Web} (reader)"));
        Assert.False(Directory.Exists(stage.At("terraform")));
    }

    [Fact]
    public async Task AFolderOfTheRepositoryThatLeadsElsewhereNeedsApproval()
    {
        await using TerraformStage stage = await TerraformStage.StartAsync(
            "application: a\nenvironments: { prod: { store: gcp, project: p-1 } }\nsecrets: { a: { } }\n"
        );
        using Sandbox elsewhere = new();
        Directory.CreateSymbolicLink(stage.At("terraform"), elsewhere.Folder);
        stage.Host = new TestHost { Approves = false };
        Assert.Equal(ErrorIds.CatalogNotTrusted, (await Assert.ThrowsAsync<FlowSecretException>(() => stage.RunAsync("prod"))).Id);
        Assert.Empty(Directory.GetFileSystemEntries(elsewhere.Folder));
    }

    [Fact]
    public async Task PublicAccessIsRefused()
    {
        await using TerraformStage stage = await TerraformStage.StartAsync(
            TerraformStage.Catalog.Replace("group:ops@example.com", "allUsers", StringComparison.Ordinal)
        );
        Assert.Equal(ErrorIds.BadPrincipal, (await Assert.ThrowsAsync<FlowSecretException>(() => stage.RunAsync("prod"))).Id);
    }
}
