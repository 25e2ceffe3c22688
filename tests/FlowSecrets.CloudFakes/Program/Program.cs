using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.CloudFakes.Program;

if (FakeArguments.Parse(args) is not { } arguments)
{
    await Console.Error.WriteLineAsync(FakeArguments.Usage);
    return 2;
}

using Ending ending = new(arguments);
await using GcpFake? gcp = arguments.Gcp
    ? await GcpFake.StartAsync(
        new GcpFakeOptions
        {
            Port = arguments.GcpPort,
            Convergence = arguments.Convergence,
            Quotas = arguments.Quotas,
        }
    )
    : null;
await using AwsFake? aws = arguments.Aws
    ? await AwsFake.StartAsync(new AwsFakeOptions { Port = arguments.AwsPort, Quotas = arguments.Quotas })
    : null;
Seeding.Fill(arguments, gcp, aws);
await Announcement.WriteAsync(arguments, gcp, aws);
await ending.WaitAsync();
return 0;
