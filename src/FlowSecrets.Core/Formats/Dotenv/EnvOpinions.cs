using FlowSecrets.Formats.Dotenv.Grammars;

namespace FlowSecrets.Formats.Dotenv;

/// <summary>What several programs make of one variable.</summary>
internal sealed class EnvOpinions
{
    /// <param name="readings">Each program with what it reads of the variable, in the file's order.</param>
    public EnvOpinions(IEnumerable<(string Program, IEnumerable<EnvStatement> Statements)> readings)
    {
        List<(string Program, string? Value, string? Fault)> opinions = [];
        foreach ((string program, IEnumerable<EnvStatement> statements) in readings)
        {
            EnvStatement[] all = [.. statements];
            if (all.Length > 0 && all[^1].IsForeign)
            {
                // The file is not for a program that has no such names.
                Absence = $"is no name that {program} sets a variable by";
                continue;
            }

            Line = Math.Max(Line, all.Length == 0 ? 0 : all[^1].Line);
            string? fault = all.FirstOrDefault(static s => s.Fault is not null)?.Fault;
            opinions.Add((program, all.Length == 0 || fault is not null ? null : all[^1].Value, fault));
        }

        Value = opinions.FirstOrDefault().Value;
        bool alike = opinions.All(o => o.Fault is null && string.Equals(o.Value ?? "", Value ?? "", StringComparison.Ordinal));
        IsBroken = opinions.Any(static o => o.Fault == EnvStatement.OpenQuote);
        Doubt = alike ? null : Describe(opinions);
        Value ??= alike ? opinions.Select(static o => o.Value).FirstOrDefault(static v => v is not null) : null;
    }

    /// <summary>Where the statement that counts begins; 0: nobody has one.</summary>
    public int Line { get; }

    /// <summary>What all read; null: no value.</summary>
    public string? Value { get; }

    /// <summary>How they differ, without any value; null: they do not.</summary>
    public string? Doubt { get; }

    /// <summary>Whether a program finds an open quote.</summary>
    public bool IsBroken { get; }

    /// <summary>Why nobody has the variable, where it is the name.</summary>
    public string? Absence { get; }

    private static string Describe(List<(string Program, string? Value, string? Fault)> opinions)
    {
        List<string> parts = [];
        int values = 0;
        foreach (
            IGrouping<(string?, string?), (string Program, string? Value, string? Fault)> group in opinions.GroupBy(static o =>
                (o.Value, o.Fault)
            )
        )
        {
            (_, string? value, string? fault) = group.First();
            string what =
                fault
                ?? (
                    value is null ? "reads no value"
                    : values++ == 0 ? "reads one value"
                    : "reads another"
                );
            parts.Add(string.Join("; ", group.Select(o => $"{o.Program} {what}")));
        }

        return string.Join("; ", parts);
    }
}
