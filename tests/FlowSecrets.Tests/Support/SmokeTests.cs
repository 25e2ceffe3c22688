namespace FlowSecrets.Tests.Support;

public sealed class SmokeTests
{
    [Fact]
    public void TheRepositoryIsFound() => Assert.True(File.Exists(Path.Combine(Repository.Root, "FlowSecrets.sln")));
}
