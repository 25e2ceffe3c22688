namespace FlowSecrets.Text;

/// <summary>Small grammar of what is shown.</summary>
internal static class Words
{
    /// <summary>"1 secret", "2 secrets".</summary>
    public static string Count(int count, string noun) => Count(count, noun, noun + "s");

    public static string Count(int count, string noun, string plural) => $"{count} {(count == 1 ? noun : plural)}";
}
