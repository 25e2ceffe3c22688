using System.Security.Cryptography;
using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Gcp;

namespace FlowSecrets.CloudFakes.Program;

/// <summary>bench-1 to bench-N, and from then on the wanted latency.</summary>
internal static class Seeding
{
    public static void Fill(FakeArguments arguments, GcpFake? gcp, AwsFake? aws)
    {
        for (int i = 1; i <= arguments.Secrets; i++)
        {
            string value = $"value-of-bench-{i}-{RandomNumberGenerator.GetHexString(32, lowercase: true)}";
            gcp?.Seed($"bench-{i}", value);
            aws?.Seed($"bench-{i}", value);
        }

        foreach (CloudFake fake in new CloudFake?[] { gcp, aws }.OfType<CloudFake>())
        {
            fake.Faults.Latency = arguments.Latency;
        }
    }
}
