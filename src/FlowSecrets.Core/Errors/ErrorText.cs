using FlowSecrets.Text;

namespace FlowSecrets.Errors;

/// <summary>The texts of an error and of a result, ready for a terminal and a CI log.</summary>
internal static class ErrorText
{
    /// <summary>One line without control characters.</summary>
    public static string Line(string text) => PlainText.Line(text);

    /// <summary>The cause as a sentence, with its details on lines of their own.</summary>
    public static string Cause(string cause, IReadOnlyList<string>? details)
    {
        string text = Line(cause).TrimEnd() + string.Concat((details ?? []).Select(static d => "\n  " + Line(d).TrimEnd()));
        return text.Length == 0 || text[^1] is '.' or '!' or '?' or ':' ? text : text + ".";
    }

    /// <summary>"cause. Remedy."</summary>
    public static string Message(string cause, IReadOnlyList<string>? details, Remedy remedy) =>
        remedy.IsEmpty ? Cause(cause, details) : Cause(cause, details) + " " + Line(remedy.ToString());
}
