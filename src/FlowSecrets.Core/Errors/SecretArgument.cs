using FlowSecrets.Text;

namespace FlowSecrets.Errors;

/// <summary>Which secret a command is about, and in which environment.</summary>
/// <param name="StoreName">Its name in the store.</param>
/// <param name="Key">Its key in the catalog; null: not known, or it has none.</param>
/// <param name="Environment">The environment's name; null: not known, or there is none.</param>
internal readonly record struct SecretArgument(string StoreName, string? Key = null, string? Environment = null)
{
    public override string ToString() =>
        (Key is null ? $"-StoreName {Quote(StoreName)}" : Quote(Key)) + new EnvironmentArgument(Environment).After;

    private static string Quote(string text) => PowerShellText.Quote(PlainText.Visible(text));
}

/// <summary>The environment in which a command works.</summary>
/// <param name="Name">Null: not known, or there is none; then nothing is written.</param>
internal readonly record struct EnvironmentArgument(string? Name = null)
{
    public override string ToString() => Name is null ? "" : $"-Environment {PowerShellText.Quote(PlainText.Visible(Name))}";

    /// <summary>With a blank before it, if there is one.</summary>
    public string After => Name is null ? "" : " " + this;
}
