using System.Text.RegularExpressions;
using FlowSecrets.Ports;

namespace FlowSecrets.Tests.Operations.Terraform;

/// <summary>Terraform for AWS; TerraformPlanTests holds it against the provider itself.</summary>
public sealed class AwsTerraformTests
{
    [Fact]
    public async Task T2_T8_TagsAreWrittenAsTheyAreAndOurOwnAreIgnored()
    {
        await using TerraformStage stage = await TerraformStage.StartAsync();
        ISecretStore store = stage.Store(StoreKind.Aws);
        await TerraformStage.AddAsync(store, "acme/db-config", ("team", "core"), ("flowsecrets-rotation", "x"));
        await TerraformStage.AddAsync(store, "acme/api_token", ("a b", "1"), ("cost", "2"));
        await stage.RunAsync("aws");
        string arn = (await store.DescribeAsync("acme/api_token", default))!.ResourceName!;
        string text = stage.Text("terraform/aws/secrets.tf");
        Assert.Contains(
            $$"""
            # api_token
            import {
              to = aws_secretsmanager_secret.api__token
              id = "{{arn}}"
            }

            resource "aws_secretsmanager_secret" "api__token" {
              name = "acme/api_token"
              tags = {
                "a b" = "1"
                cost  = "2"
              }
              lifecycle {
                prevent_destroy = true
                ignore_changes  = [recovery_window_in_days, force_overwrite_replica_secret]
              }
            }
            """,
            text
        );
        Assert.Contains("    team = \"core\"\n", text);
        Assert.DoesNotContain("flowsecrets-rotation =", text);
        Assert.Matches(
            @"ignore_changes = \[\n      recovery_window_in_days,\n      force_overwrite_replica_secret,\n(.*\n)*"
                + @"      tags\[""flowsecrets-journal-0""\],\n      tags_all\[""flowsecrets-journal-0""\],\n(.*\n)*"
                + @"      tags\[""flowsecrets-rotation""\],\n      tags_all\[""flowsecrets-rotation""\],\n    \]",
            text
        );
    }

    [Fact]
    public async Task T5_AReaderHasAPolicyOfItsOwn()
    {
        await using TerraformStage stage = await TerraformStage.StartAsync();
        await stage.AddAllAsync(StoreKind.Aws, "acme/");
        await stage.RunAsync("aws");
        Assert.Matches(
            Pattern(
                """
                resource "aws_iam_role_policy" "web_HASH" {
                  name = "flowsecrets-acme-aws-read"
                  role = "web"
                  policy = jsonencode({
                    Version = "2012-10-17"
                    Statement = [
                      {
                        Effect = "Allow"
                        Action = [
                          "secretsmanager:GetSecretValue",
                          "secretsmanager:DescribeSecret",
                        ]
                        Resource = [
                          aws_secretsmanager_secret.db_config.arn,
                          aws_secretsmanager_secret.api__token.arn,
                        ]
                      },
                    ]
                  })
                }

                """
            ),
            stage.Text("terraform/aws/access.tf")
        );
        Assert.Contains(stage.Host.Warnings, static w => w.Contains("999999999999") && w.Contains("another account"));
    }

    [Fact]
    public async Task WhatAWorkloadRunsAsReadsWhatItConsumes()
    {
        await using TerraformStage stage = await TerraformStage.StartAsync();
        stage.Aws.Workloads.AddEcs("main", "jobs", "arn:aws:iam::123456789012:role/execution");
        await stage.RunAsync("aws");
        string text = stage.Text("terraform/aws/access.tf");
        Assert.Contains("  role = \"execution\"\n", text);
        Assert.Contains("Resource = aws_secretsmanager_secret.db_config.arn", Regex.Replace(text, " +", " "));
    }

    [Fact]
    public async Task InjectionsKeepTheirColons()
    {
        await using TerraformStage stage = await TerraformStage.StartAsync();
        await stage.AddAllAsync(StoreKind.Aws, "acme/");
        string partner = (await stage.Store(StoreKind.Aws).DescribeAsync("acme/partner", default))!.ResourceName!;
        await stage.RunAsync("aws");
        string text = stage.Text("terraform/aws/workloads.tf");
        Assert.Contains(
            $$"""
              flowsecrets_web = {
                DATABASE    = aws_secretsmanager_secret.db_config.arn
                DB_HOST     = "${aws_secretsmanager_secret.db_config.arn}:host::"
                DB_PASSWORD = "${aws_secretsmanager_secret.db_config.arn}:password::"
                API_TOKEN   = aws_secretsmanager_secret.api__token.arn
                PARTNER     = "{{partner}}"
              }
            """,
            text
        );
        Assert.Contains(
            """
              flowsecrets_jobs = [
                { name = "DATABASE", valueFrom = aws_secretsmanager_secret.db_config.arn },
                { name = "DB_HOST", valueFrom = "${aws_secretsmanager_secret.db_config.arn}:host::" },
                { name = "DB_PASSWORD", valueFrom = "${aws_secretsmanager_secret.db_config.arn}:password::" },
              ]
            """,
            text
        );
    }

    [Fact]
    public async Task AnExternalSecretIsReferredToButNotOwned()
    {
        await using TerraformStage stage = await TerraformStage.StartAsync();
        await stage.RunAsync("aws");
        Assert.DoesNotContain("partner", stage.Text("terraform/aws/secrets.tf"));
        Assert.Contains(
            stage.Host.Warnings,
            static w => w.StartsWith("PARTNER (partner) is not in workloads.tf", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(stage.Host.Warnings, static w => w.Contains("acme/partner"));
    }

    private static string Pattern(string text) =>
        "\\A" + Regex.Escape(text.ReplaceLineEndings("\n")).Replace("HASH", "[0-9a-f]{12}", StringComparison.Ordinal) + "\\z";
}
