using FlowSecrets.Formats.Writing;

namespace FlowSecrets.Formats.Ci;

/// <summary>Commands in the log of a job of Azure Pipelines.</summary>
internal static class AzureCommands
{
    /// <summary>What the agent decodes; '%' is decoded last, so it is escaped first.</summary>
    private static readonly (string Text, string Code)[] Escapes = [(";", "%3B"), ("\r", "%0D"), ("\n", "%0A"), ("]", "%5D")];

    /// <summary>Why a value does not arrive as it is, or would be shown; null: neither.</summary>
    public static string? Problem(FormatVariable variable, FormatSettings settings)
    {
        if (variable.HasNul)
        {
            return "the value holds a NUL";
        }

        if (variable.IsSensitive && variable.HasLineBreak)
        {
            return "the value has several lines, and the agent would write it to the log instead of hiding it";
        }

        if (HasMacro(variable.Text))
        {
            return "the value has the form $(NAME) in it, which the agent replaces by the variable of that name";
        }

        return !settings.DecodesPercents && Escapes.Any(e => variable.Text.Contains(e.Code, StringComparison.Ordinal))
            ? "DECODE_PERCENTS is false, so the agent would change a part of the value"
            : null;
    }

    /// <summary>Sets a variable for the later steps of the job.</summary>
    public static string Set(string name, string value, bool isSecret, FormatSettings settings) =>
        $"##vso[task.setvariable variable={Escape(name, settings)}{(isSecret ? ";issecret=true" : "")}]{Escape(value, settings)}";

    /// <summary>Hides a text in the log.</summary>
    public static string Mask(string text, FormatSettings settings) => $"##vso[task.setsecret]{Escape(text, settings)}";

    /// <summary>All lines: what hides a value comes before the value.</summary>
    public static string Write(IReadOnlyList<FormatVariable> variables, FormatSettings settings) =>
        Masks(variables, settings) + Sets(variables, settings);

    /// <summary>Lines that hide the sensitive texts.</summary>
    public static string Masks(IReadOnlyList<FormatVariable> variables, FormatSettings settings) =>
        string.Concat(variables.SelectMany(LogMasks.Of).Distinct(StringComparer.Ordinal).Select(m => $"{Mask(m, settings)}\n"));

    /// <summary>Lines that set the variables.</summary>
    public static string Sets(IReadOnlyList<FormatVariable> variables, FormatSettings settings) =>
        string.Concat(variables.Select(v => $"{Set(v.Name, v.Text, v.IsSensitive, settings)}\n"));

    /// <summary>The block that a script step needs: the agent puts no secret variable into the environment by itself.</summary>
    public static IEnumerable<string> EnvBlock(IEnumerable<string> names) => names.Select(static n => $"  {n}: $({n})").Prepend("env:");

    private static string Escape(string text, FormatSettings settings)
    {
        string escaped = settings.DecodesPercents ? text.Replace("%", "%AZP25", StringComparison.Ordinal) : text;
        foreach ((string plain, string code) in Escapes)
        {
            escaped = escaped.Replace(plain, code, StringComparison.Ordinal);
        }

        return escaped;
    }

    private static bool HasMacro(string text) =>
        text.IndexOf("$(", StringComparison.Ordinal) is >= 0 and int at && text.IndexOf(')', at) > at + 2;
}
