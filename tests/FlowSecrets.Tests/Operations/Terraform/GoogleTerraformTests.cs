using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.Terraform;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.Terraform;

/// <summary>Terraform for Google. The provider is not on the test machines, so its documented arguments are a list in Fixtures.</summary>
public sealed class GoogleTerraformTests
{
    [Fact]
    public async Task T2_T5_WhatExistsIsImportedAsItIs()
    {
        await using TerraformStage stage = await TerraformStage.StartAsync();
        stage.Gcp.Run.AddService("acme-prod", "us-central1", "shop", "web@acme-prod.iam.gserviceaccount.com");
        await stage.AddAllAsync(StoreKind.Gcp);
        ISecretStore store = stage.Store(StoreKind.Gcp);
        await store.Access.ApplyAsync("db-config", [new AccessEdit(true, TerraformStage.Web, SecretPermission.Read)], default);
        List<TerraformFile> files = await stage.RunAsync("prod");
        Assert.Empty(stage.Host.Failures);
        Assert.Equal(
            """
            # db-config: Database ${x}
            # FlowSecrets rotates it, so Terraform ignores what a rotation changes.
            import {
              to = google_secret_manager_secret.db_config
              id = "projects/acme-prod/secrets/db-config"
            }

            resource "google_secret_manager_secret" "db_config" {
              project   = "acme-prod"
              secret_id = "db-config"
              replication {
                auto {}
              }
              lifecycle {
                prevent_destroy = true
                ignore_changes  = [annotations, rotation, version_aliases]
              }
            }

            # api_token
            import {
              to = google_secret_manager_secret.api__token
              id = "projects/acme-prod/secrets/api_token"
            }

            resource "google_secret_manager_secret" "api__token" {
              project   = "acme-prod"
              secret_id = "api_token"
              replication {
                auto {}
              }
              lifecycle {
                prevent_destroy = true
              }
            }

            """,
            stage.Text("terraform/prod/secrets.tf")
        );
        string access = stage.Text("terraform/prod/access.tf");
        Assert.Contains($"id = \"projects/acme-prod/secrets/db-config roles/secretmanager.secretAccessor {TerraformStage.Web}\"", access);
        Assert.Single(access.Split("import {").Skip(1));
        Assert.Equal(4, Regex.Count(access, "resource \"google_secret_manager_secret_iam_member\""));
        Assert.Contains("role      = \"roles/secretmanager.admin\"", access);
        Assert.Contains("  secret_id = \"partner\"\n", access);
        TerraformFile members = files.Single(static f => f.Name == "access.tf");
        Assert.Equal((4, 1), (members.Resources, members.Imports));
        AssertArguments(stage.All("terraform/prod"));
    }

    [Fact]
    public async Task InjectionsAreALocal()
    {
        await using TerraformStage stage = await TerraformStage.StartAsync();
        await stage.AddAllAsync(StoreKind.Gcp);
        await stage.RunAsync("prod");
        string text = stage.Text("terraform/prod/workloads.tf");
        Assert.EndsWith(
            """
            locals {
              flowsecrets_web = {
                DATABASE  = { secret = google_secret_manager_secret.db_config.secret_id, version = "latest" }
                API_TOKEN = { secret = google_secret_manager_secret.api__token.secret_id, version = "latest" }
                PARTNER   = { secret = "partner", version = "latest" }
              }
            }

            """,
            text
        );
        Assert.Contains("# During an overlap FlowSecrets adds DB_OLD to the service; do not apply meanwhile.", text);
        Assert.Contains(stage.Host.Warnings, static w => w.Contains("DB_PASSWORD (db-config.password)"));
        Assert.Contains(stage.Host.Warnings, static w => w.Contains("'web'"));
    }

    [Fact]
    public async Task ReplicationKeysAndSettingsAreAsTheyAre()
    {
        const string key = "projects/k/locations/europe-west1/keyRings/r/cryptoKeys/";
        await using TerraformStage stage = await TerraformStage.StartAsync();
        await CreateAsync(
            stage,
            "api_token",
            $$$"""
            {"replication":{"userManaged":{"replicas":[{"location":"europe-west1","customerManagedEncryption":{"kmsKeyName":"{{{key}}}a"}},
            {"location":"europe-west3","customerManagedEncryption":{"kmsKeyName":"{{{key.Replace("west1", "west3")}}}b"}}]}},
            "labels":{"team":"core"},"versionDestroyTtl":"86400s"}
            """
        );
        await stage.RunAsync("prod", static o => o with { IncludeLabels = true });
        Assert.Contains(
            $$"""
            resource "google_secret_manager_secret" "api__token" {
              project   = "acme-prod"
              secret_id = "api_token"
              labels = {
                team = "core"
              }
              replication {
                user_managed {
                  replicas {
                    location = "europe-west1"
                    customer_managed_encryption {
                      kms_key_name = "{{key}}a"
                    }
                  }
                  replicas {
                    location = "europe-west3"
                    customer_managed_encryption {
                      kms_key_name = "{{key.Replace("west1", "west3")}}b"
                    }
                  }
                }
              }
              lifecycle {
                prevent_destroy = true
                ignore_changes  = [version_destroy_ttl]
              }
            }
            """,
            stage.Text("terraform/prod/secrets.tf")
        );
        await stage.RunAsync("prod");
        Assert.DoesNotContain("labels", stage.All("terraform/prod"));
        AssertArguments(stage.All("terraform/prod"));
    }

    [Fact]
    public async Task RegionalSecretsHaveResourcesOfTheirOwnAndNoFirstValues()
    {
        await using TerraformStage stage = await TerraformStage.StartAsync();
        await TerraformStage.AddAsync(stage.Store(StoreKind.Gcp, "europe-west3"), "api_token");
        await stage.RunAsync("regional");
        string text = stage.All("terraform/regional");
        Assert.Contains("id = \"projects/acme-prod/locations/europe-west3/secrets/api_token\"", text);
        Assert.Contains("resource \"google_secret_manager_regional_secret_iam_member\"", text);
        Assert.DoesNotContain("replication", text);
        AssertArguments(text);
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            stage.RunAsync("regional", static o => o with { SeedValue = true })
        );
        Assert.Equal(ErrorIds.NotSupportedByStore, error.Id);
    }

    [Fact]
    public void ARoleIsTheOneThatGrantFlowSecretAccessGrants() =>
        Assert.All(Enum.GetValues<SecretPermission>(), static p => Assert.Equal(GcpRoles.RoleOf(p), GoogleGrants.RoleOf(p)));

    /// <summary>Every argument stands in the provider's documentation of its resource.</summary>
    private static void AssertArguments(string text)
    {
        JsonObject known = (JsonObject)
            JsonNode.Parse(
                File.ReadAllText(Path.Combine(Repository.Root, "tests/FlowSecrets.Tests/Fixtures/Terraform/google-arguments.json"))
            )!;
        int seen = 0;
        foreach (
            Match block in Regex.Matches(
                text,
                "^resource \"(?<type>[a-z_]+)\" [^\n]*\\{\n(?<body>.*?)^\\}",
                RegexOptions.Multiline | RegexOptions.Singleline
            )
        )
        {
            JsonNode allowed = known[block.Groups["type"].Value] ?? throw new InvalidOperationException(block.Groups["type"].Value);
            HashSet<string> words =
            [
                .. allowed.AsArray().Select(static w => w!.GetValue<string>()),
                "lifecycle",
                "prevent_destroy",
                "ignore_changes",
            ];
            string body = Regex.Replace(block.Groups["body"].Value, @"labels = \{[^}]*\}", "labels = 1");
            foreach (Match argument in Regex.Matches(body, @"^\s*(?<name>[a-z_]+)\s*[={]", RegexOptions.Multiline))
            {
                Assert.Contains(argument.Groups["name"].Value, words);
                seen++;
            }

            foreach (Match ignored in Regex.Matches(body, @"ignore_changes\s*= \[(?<names>[^\]]*)\]"))
            {
                Assert.Subset(words, ignored.Groups["names"].Value.Split(", ").ToHashSet());
            }
        }

        Assert.True(seen > 0);
    }

    private static async Task CreateAsync(TerraformStage stage, string name, string body)
    {
        using HttpClient client = new();
        using HttpRequestMessage request = new(
            HttpMethod.Post,
            new Uri(stage.Gcp.Endpoint, $"v1/projects/acme-prod/secrets?secretId={name}")
        );
        request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        request.Headers.Authorization = new System.Net.Http.Headers.AuthenticationHeaderValue("Bearer", "test");
        HttpResponseMessage reply = await client.SendAsync(request);
        Assert.True(reply.IsSuccessStatusCode, await reply.Content.ReadAsStringAsync());
    }
}
