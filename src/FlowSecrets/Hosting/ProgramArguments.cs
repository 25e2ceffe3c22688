using System.Management.Automation;
using System.Management.Automation.Language;
using FlowSecrets.Errors;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Hosting;

/// <summary>The arguments of a program as text, from what PowerShell's binder made of them.</summary>
internal static class ProgramArguments
{
    /// <param name="statement">The statement that the command stands in; null: it is not known.</param>
    /// <exception cref="FlowSecretException">BadArgument: an argument is no text, or it is not known how it was written.</exception>
    public static IReadOnlyList<string> Of(IReadOnlyList<object?> bound, string command, string? statement)
    {
        CommandElementAst[] written = Written(statement, command);
        RequireNoArray(bound, written);
        Queue<(string Text, bool IsOne)> colons = new(Colons(written));
        List<string> arguments = [];
        for (int i = 0; i < bound.Count; i++)
        {
            string text = Text(bound[i], arguments.Count + 1);
            bool isCut = text.Length > 2 && text[0] == '-' && text[^1] == ':' && i + 1 < bound.Count;
            while (isCut && colons.Count > 0 && colons.Peek().Text != text)
            {
                colons.Dequeue();
            }

            if (isCut && colons.Count == 0)
            {
                throw Bad(
                    text,
                    $"PowerShell hands over '{text}' and what follows as two arguments, and it is not known whether they were one",
                    "Quote it, such as '-x:1', or give the arguments with -ArgumentList."
                );
            }

            // PowerShell hands -x:1 over as -x: and 1.
            arguments.Add(isCut && colons.Dequeue().IsOne ? text + Text(bound[++i], arguments.Count + 1) : text);
        }

        return arguments;
    }

    /// <summary>What stands after the name of the command; nothing if it is not known.</summary>
    private static CommandElementAst[] Written(string? statement, string command)
    {
        Ast? found = statement is null
            ? null
            : Parser
                .ParseInput(statement, out _, out _)
                .Find(
                    a => a is CommandAst c && string.Equals(c.GetCommandName(), command, StringComparison.OrdinalIgnoreCase),
                    searchNestedScriptBlocks: true
                );
        return found is CommandAst { CommandElements: { } elements } ? [.. elements.Skip(1)] : [];
    }

    /// <summary>What begins with a hyphen and ends with a colon, and whether the next word follows without a space.</summary>
    private static IEnumerable<(string Text, bool IsOne)> Colons(CommandElementAst[] written)
    {
        for (int i = 0; i < written.Length; i++)
        {
            if (written[i] is CommandParameterAst { Argument: { } value } parameter)
            {
                string text = $"-{parameter.ParameterName}:";
                yield return (text, value.Extent.StartOffset == parameter.Extent.StartOffset + text.Length);
            }
            else if (written[i].Extent.Text is ['-', .., ':'] word)
            {
                yield return (word, i + 1 < written.Length && written[i + 1].Extent.StartOffset == written[i].Extent.EndOffset);
            }
        }
    }

    /// <summary>A list that is the only argument is bound as its items, so only what is written tells of it.</summary>
    private static void RequireNoArray(IReadOnlyList<object?> bound, CommandElementAst[] written)
    {
        int dashes = Array.FindIndex(written, static e => e.Extent.Text == "--");
        CommandElementAst[] own = dashes < 0 ? [] : [.. written.Skip(dashes + 2)];
        bool isArray = own is [ArrayLiteralAst or ArrayExpressionAst or VariableExpressionAst { Splatted: false }];
        if (isArray && bound.Count != 1)
        {
            throw NotText(1, "an array");
        }
    }

    private static string Text(object? argument, int number)
    {
        object? value = argument is PSObject wrapped ? wrapped.BaseObject : argument;
        string? problem = value switch
        {
            null => "$null",
            ScriptBlock => "a script block",
            bool or SwitchParameter => "a bool",
            System.Collections.IDictionary => "a hashtable",
            System.Collections.IEnumerable and not string => "an array",
            System.Security.SecureString => "a SecureString",
            _ => null,
        };
        return problem is null ? LanguagePrimitives.ConvertTo<string>(argument) : throw NotText(number, problem);
    }

    private static FlowSecretException NotText(int number, string problem) =>
        Bad(
            "Use-FlowSecret",
            $"Argument {number} of the program is {problem}, not text",
            Remedy.Of($"Quote it, such as 'a,b', or give the arguments as texts: {Shell($"Use-FlowSecret PROGRAM -ArgumentList ARGUMENT")}")
        );

    private static FlowSecretException Bad(string target, string cause, Remedy remedy) => new(ErrorIds.BadArgument, target, cause, remedy);
}
