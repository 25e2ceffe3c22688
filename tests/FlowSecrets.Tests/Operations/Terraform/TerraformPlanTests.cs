using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.Terraform;

/// <summary>What we write for AWS, read by Terraform and its AWS provider, on moto. Statements of docs/guide/terraform.md.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed partial class TerraformPlanTests(MotoServer moto) : IClassFixture<MotoServer>
{
    /// <summary>
    /// moto has no App Runner, so the catalog does not say where the workloads are, and nobody is asked whom they run as.
    /// </summary>
    private const string WithoutAccess = """
        application: acme
        environments:
          aws: { store: aws, region: eu-west-1, prefix: acme/ }
        secrets:
          plain: { env: PLAIN, workloads: [web, jobs] }
          a_b: { env: A_B }
          a-b: { env: AB }
          rotated:
            rotate: { every: 1d }
            workloads: [web, jobs]
            fields: { "user.name": { env: DB_USER }, password: { env: DB_PASSWORD } }
          fresh: { description: "Not there yet" }
        workloads:
          web: { kind: apprunner }
          jobs: { kind: ecs }

        """;

    [Fact]
    public async Task T1_T2_T3_T7_T9_ThePlanImportsAndChangesNothing()
    {
        await using TerraformStage stage = await StageAsync(WithoutAccess.Replace("  fresh: { description: \"Not there yet\" }\n", ""));
        await AddAllAsync(stage);
        List<TerraformFile> files = await ExportAsync(stage);
        string written = stage.All("terraform/aws");
        TerraformProgram terraform = TerraformProgram.RequireAws(stage.At("terraform/aws"), moto.Endpoint!);

        Assert.Equal("", terraform.Run("fmt", "-check", "-diff", "versions.tf", "secrets.tf", "workloads.tf"));
        terraform.Run("init", "-no-color");
        Assert.Contains("The configuration is valid", terraform.Run("validate", "-no-color"));
        Assert.Equal("Plan: 4 to import, 0 to add, 0 to change, 0 to destroy.", Summary(terraform.Run("plan", "-no-color")));
        Assert.Equal((4, 4), (files.Sum(static f => f.Resources), files.Sum(static f => f.Imports)));

        terraform.Run("apply", "-auto-approve", "-no-color");
        Assert.Contains("No changes", terraform.Run("plan", "-no-color"));
        string state = File.ReadAllText(stage.At("terraform/aws/terraform.tfstate"));
        Assert.Contains("acme/plain", state);
        Assert.DoesNotContain(TerraformStage.Canary, state);

        // T8: what a rotation writes is no change for Terraform.
        await stage
            .Store(StoreKind.Aws)
            .SetLabelsAsync(
                "acme/rotated",
                new Dictionary<string, string>(StringComparer.Ordinal) { ["flowsecrets-rotation"] = "r", ["flowsecrets-journal-0"] = "j" },
                default
            );
        Assert.Contains("No changes", terraform.Run("plan", "-no-color"));

        Assert.All(await ExportAsync(stage), static f => Assert.Equal("Unchanged", f.Status));
        File.Delete(stage.At("terraform/aws/emulator_override.tf"));
        Assert.StartsWith(written, OnlyOurs(stage));
    }

    [Fact]
    public async Task T4_T5_ReadersAreAddedAndAFirstValueIsInNoState()
    {
        await using TerraformStage stage = await StageAsync(
            WithoutAccess + "access: [ { principal: \"arn:aws:iam::123456789012:role/team/web\", role: reader, secrets: [\"*\"] } ]\n"
        );
        await AddAllAsync(stage);
        await AddRoleAsync("web", "/team/");
        await ExportAsync(stage, seed: true);
        TerraformProgram terraform = TerraformProgram.RequireAws(stage.At("terraform/aws"), moto.Endpoint!);
        terraform.Set("TF_VAR_fresh", TerraformStage.Canary);
        Assert.Equal("", terraform.Run("fmt", "-check", "-diff", "access.tf", "seeds.tf", "secrets.tf", "versions.tf"));
        terraform.Run("init", "-no-color");
        string plan = terraform.Run("plan", "-no-color");
        Assert.Equal("Plan: 4 to import, 3 to add, 0 to change, 0 to destroy.", Summary(plan));
        Assert.DoesNotContain(TerraformStage.Canary, plan);
        terraform.Run("apply", "-auto-approve", "-no-color");
        Assert.Contains("No changes", terraform.Run("plan", "-no-color"));
        string state = File.ReadAllText(stage.At("terraform/aws/terraform.tfstate"));
        Assert.Contains("aws_secretsmanager_secret_version", state);
        Assert.DoesNotContain(TerraformStage.Canary, state);
        using (Model.ReadSecret read = await stage.Store(StoreKind.Aws).ReadAsync("acme/fresh", default, default))
        {
            Assert.Equal(TerraformStage.Canary, read.Value.RevealText("fresh"));
        }

        // Now FlowSecrets owns the value: Terraform forgets the version, and destroys nothing.
        await ExportAsync(stage, seed: true);
        terraform.Run("apply", "-auto-approve", "-no-color");
        Assert.DoesNotContain("aws_secretsmanager_secret_version", File.ReadAllText(stage.At("terraform/aws/terraform.tfstate")));
        using (Model.ReadSecret read = await stage.Store(StoreKind.Aws).ReadAsync("acme/fresh", default, default))
        {
            Assert.Equal(TerraformStage.Canary, read.Value.RevealText("fresh"));
        }
    }

    private async Task<TerraformStage> StageAsync(string catalog)
    {
        Tool.Require("terraform");
        Assert.SkipWhen(moto.Endpoint is null, "moto is not on this machine (pip install 'moto[server]').");
        await moto.ResetAsync();
        TerraformStage stage = await TerraformStage.StartAsync(catalog);
        stage.Set("AWS_ENDPOINT_URL", moto.Endpoint!.AbsoluteUri);
        return stage;
    }

    private static async Task AddAllAsync(TerraformStage stage)
    {
        ISecretStore store = stage.Store(StoreKind.Aws);
        await TerraformStage.AddAsync(store, "acme/plain", ("team", "core"), ("cost center", "a=b"));
        await TerraformStage.AddAsync(store, "acme/a_b");
        await TerraformStage.AddAsync(store, "acme/a-b");
        await TerraformStage.AddAsync(store, "acme/rotated");
    }

    private static Task<List<TerraformFile>> ExportAsync(TerraformStage stage, bool seed = false) =>
        stage.RunAsync("aws", o => o with { SeedValue = seed });

    private async Task AddRoleAsync(string name, string path)
    {
        using HttpClient client = new() { BaseAddress = moto.Endpoint };
        using FormUrlEncodedContent form = new([
            KeyValuePair.Create("Action", "CreateRole"),
            KeyValuePair.Create("Version", "2010-05-08"),
            KeyValuePair.Create("RoleName", name),
            KeyValuePair.Create("Path", path),
            KeyValuePair.Create("AssumeRolePolicyDocument", """{"Version":"2012-10-17","Statement":[]}"""),
        ]);
        using HttpRequestMessage request = new(HttpMethod.Post, "") { Content = form };
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0"
        );
        HttpResponseMessage reply = await client.SendAsync(request);
        Assert.True(reply.IsSuccessStatusCode, await reply.Content.ReadAsStringAsync());
    }

    private static string OnlyOurs(TerraformStage stage) =>
        string.Concat(Directory.GetFiles(stage.At("terraform/aws"), "*.tf").Order(StringComparer.Ordinal).Select(File.ReadAllText));

    private static string Summary(string output) => PlanLine().Match(output).Value;

    [GeneratedRegex(@"^Plan: .*$", RegexOptions.Multiline)]
    private static partial Regex PlanLine();
}
