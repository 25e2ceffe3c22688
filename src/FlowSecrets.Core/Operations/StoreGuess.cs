using System.Buffers;

namespace FlowSecrets.Operations;

/// <summary>
/// Guesses from a catalog's text, before it is read, which store a command will open, so that a cloud's client can be made ready on another
/// thread meanwhile. A wrong guess costs a little work and nothing else.
/// </summary>
internal static class StoreGuess
{
    private static readonly SearchValues<char> Ends = SearchValues.Create(" ,}'\"#\r\n");

    /// <param name="environment">The environment that the command names; null: the usual order.</param>
    /// <param name="forLocalEnv">Whether localEnv.from comes before the rest.</param>
    public static StoreKind? From(string text, OperationContext context, string? environment, bool forLocalEnv)
    {
        string? name =
            environment
            ?? (
                forLocalEnv && text.IndexOf("\nlocalEnv:", StringComparison.Ordinal) is >= 0 and int at
                    ? WordAfter(text, "\n  from:", at)
                    : null
            );
        if (name is null && context.Session?.Store is { } connected)
        {
            return connected.Store;
        }

        name ??= context.Session?.Environment ?? context.Variable("FLOWSECRETS_ENVIRONMENT") ?? WordAfter(text, "\ndefault:", 0);
        int from = name is null ? 0 : text.IndexOf($" {name}:", StringComparison.Ordinal);
        return from >= 0 && Enum.TryParse(WordAfter(text, "store:", from), ignoreCase: true, out StoreKind kind) ? kind : null;
    }

    private static string? WordAfter(string text, string mark, int start)
    {
        int at = text.IndexOf(mark, start, StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        ReadOnlySpan<char> rest = text.AsSpan(at + mark.Length).TrimStart(" '\"");
        int length = rest.IndexOfAny(Ends);
        return length > 0 ? rest[..length].ToString() : null;
    }
}
