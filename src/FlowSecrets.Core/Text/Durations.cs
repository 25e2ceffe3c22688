namespace FlowSecrets.Text;

/// <summary>Durations such as 30m, 24h, 90d and 2w.</summary>
internal static class Durations
{
    /// <param name="text">Checked by the catalog's grammar; null gives null.</param>
    public static TimeSpan? Parse(string? text)
    {
        if (text is null)
        {
            return null;
        }

        int number = int.Parse(text.AsSpan(0, text.Length - 1));
        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            'w' => TimeSpan.FromDays(7L * number),
            _ => TimeSpan.FromDays(number),
        };
    }
}
