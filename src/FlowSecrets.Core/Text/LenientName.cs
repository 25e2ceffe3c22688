namespace FlowSecrets.Text;

/// <summary>What names have in common that people take for one: '_' and '-' are the same, and so are upper and lower case.</summary>
internal static class LenientName
{
    /// <summary>Equal for names that are taken for one. An exact name always comes before such a one.</summary>
    public static string Form(string name) => name.Replace('-', '_').ToLowerInvariant();
}
