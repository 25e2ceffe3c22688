using System.Globalization;
using System.Text;

namespace FlowSecrets.CloudFakes.Aws;

/// <summary>Pages of a list; the token is the place where the next one starts.</summary>
internal static class AwsPaging
{
    private const string Mark = "page:";

    public static (IReadOnlyList<T> Page, string? Next) Page<T>(IReadOnlyList<T> all, int size, string? token)
    {
        int start = token is null ? 0 : Start(token);
        T[] page = [.. all.Skip(start).Take(size)];
        int end = start + page.Length;
        return (page, end < all.Count ? Convert.ToBase64String(Encoding.UTF8.GetBytes(Mark + end)) : null);
    }

    private static int Start(string token)
    {
        Span<byte> bytes = stackalloc byte[64];
        if (Convert.TryFromBase64String(token, bytes, out int length))
        {
            string text = Encoding.UTF8.GetString(bytes[..length]);
            if (
                text.StartsWith(Mark, StringComparison.Ordinal)
                && int.TryParse(text[Mark.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int start)
            )
            {
                return start;
            }
        }

        throw new AwsError("InvalidNextTokenException", "The NextToken value is invalid.");
    }
}
