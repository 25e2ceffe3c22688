namespace FlowSecrets.Tests.Support;

/// <summary>The trait of what is not in the fast tier. <c>build.ps1 Test -Fast</c> leaves every test out that has one.</summary>
internal static class Tier
{
    public const string Name = "Tier";

    /// <summary>Starts another program as a witness: a vendor's CLI, a parser, a database server.</summary>
    public const string Witness = "Witness";

    /// <summary>Kills processes, or plays many games in a row.</summary>
    public const string Crash = "Crash";

    /// <summary>Runs in PowerShell.</summary>
    public const string Pester = "Pester";
}
