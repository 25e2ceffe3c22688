using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Gcp;

/// <summary>Pages of a list; the token is the place where the next one starts.</summary>
internal static class GcpPaging
{
    private const int MostItems = 25_000;
    private const string Mark = "page:";

    /// <param name="countAll">False: the list is filtered, and totalSize is 0, which proto3 leaves out.</param>
    public static JsonObject Page(string field, IReadOnlyList<JsonObject> all, GcpCall call, bool countAll)
    {
        int size = Size(call.Query("pageSize", "page_size"));
        int start = Start(call.Query("pageToken", "page_token"));
        JsonObject[] items = [.. all.Skip(start).Take(size)];
        JsonObject page = [];
        if (items.Length > 0)
        {
            page[field] = new JsonArray([.. items]);
        }

        if (start + items.Length < all.Count)
        {
            page["nextPageToken"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(Mark + (start + items.Length)));
        }

        if (countAll && all.Count > 0)
        {
            page["totalSize"] = all.Count;
        }

        return page;
    }

    private static int Size(string? text)
    {
        int size =
            string.IsNullOrEmpty(text) ? 0
            : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int given) ? given
            : -1;
        return size switch
        {
            < 0 => throw GcpError.Field("page_size", "The page size must not be negative."),
            0 => MostItems,
            _ => Math.Min(size, MostItems),
        };
    }

    private static int Start(string? token)
    {
        if (string.IsNullOrEmpty(token))
        {
            return 0;
        }

        Span<byte> bytes = stackalloc byte[64];
        return
            Convert.TryFromBase64String(token, bytes, out int length)
            && Encoding.UTF8.GetString(bytes[..length]) is var text
            && text.StartsWith(Mark, StringComparison.Ordinal)
            && int.TryParse(text[Mark.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int start)
            ? start
            : throw GcpError.Field("page_token", "The page token is invalid.");
    }
}
