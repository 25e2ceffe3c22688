using FlowSecrets.Formats.Dotenv;

namespace FlowSecrets.Tests.Formats.Dotenv;

public sealed class EnvDialectProfilesTests
{
    public static TheoryData<EnvDialect> Dialects => [.. Enum.GetValues<EnvDialect>()];

    [Theory]
    [MemberData(nameof(Dialects))]
    public void EveryDialectHasAProfile(EnvDialect dialect) => Assert.Equal(dialect, EnvDialectProfiles.Of(dialect).Dialect);

    [Fact]
    public void WhatIsNoDialectHasNone() => Assert.Throws<ArgumentOutOfRangeException>(() => EnvDialectProfiles.Of((EnvDialect)(-1)));
}
