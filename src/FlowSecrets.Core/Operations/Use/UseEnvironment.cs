using System.Collections;
using FlowSecrets.Catalogs.Trust;
using FlowSecrets.Errors;
using FlowSecrets.Ports;
using FlowSecrets.Text;

namespace FlowSecrets.Operations.Use;

/// <summary>What is set in the environment of a program or of this process, made of what it has already and of the secrets.</summary>
internal static class UseEnvironment
{
    /// <summary>Without these hardly a program starts; on Windows not even a socket opens without SystemRoot.</summary>
    private static readonly string[] Basic =
    [
        "PATH",
        "HOME",
        "USERPROFILE",
        "TMP*",
        "TEMP",
        "LANG",
        "LC_*",
        "TERM",
        "SystemRoot",
        "PATHEXT",
        "ComSpec",
    ];

    /// <summary>Names of the system's variables match as the system has it.</summary>
    public static StringComparer Names => OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <summary>The variables of this process.</summary>
    public static Dictionary<string, string> Inherited() =>
        Environment
            .GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .ToDictionary(static e => (string)e.Key, static e => (string?)e.Value ?? "", Names);

    /// <summary>The variables that are set: the secrets', unless the inherited ones count more.</summary>
    /// <exception cref="FlowSecretException">StrictCheckFailed: names with what is wrong, never values.</exception>
    public static Dictionary<string, string> Set(
        IReadOnlyDictionary<string, string> inherited,
        UsedSecrets secrets,
        UseOptions options,
        IOperationHost host
    )
    {
        if (options.Strict)
        {
            RequireStrict(inherited, secrets);
        }

        Dictionary<string, string> set = new(Names);
        foreach ((string name, string value) in secrets.Variables)
        {
            bool differs = inherited.TryGetValue(name, out string? old) && old != value;
            if (differs && options.Precedence == Precedence.Environment)
            {
                host.Verbose($"{name}: the inherited value stays, and the store's is not used.");
                continue;
            }

            if (differs)
            {
                host.Verbose($"{name}: the store's value replaces the inherited one.");
            }

            set[name] = value;
        }

        return set;
    }

    /// <summary>All variables of a program.</summary>
    public static Dictionary<string, string> Of(
        IReadOnlyDictionary<string, string> inherited,
        UsedSecrets secrets,
        UseOptions options,
        IOperationHost host
    )
    {
        string[] kept = [.. Basic, .. options.Keep];
        bool Stays(string name) => !options.Pristine || kept.Any(k => Wildcard.IsMatch(k, name));
        Dictionary<string, string> all = new(Names);
        foreach ((string name, string value) in inherited.Where(v => Stays(v.Key) && !secrets.Foreign.Contains(v.Key)))
        {
            all[name] = value;
        }

        foreach ((string name, string value) in Set(inherited, secrets, options, host))
        {
            all[name] = value;
        }

        return all;
    }

    private static void RequireStrict(IReadOnlyDictionary<string, string> inherited, UsedSecrets secrets)
    {
        string[] problems = [.. secrets.Variables.SelectMany(v => Problems(v.Key, v.Value, inherited).Select(p => $"{v.Key}: {p}"))];
        if (problems.Length > 0)
        {
            throw new FlowSecretException(
                ErrorIds.StrictCheckFailed,
                problems[0][..problems[0].IndexOf(':')],
                "-Strict refuses these variables:",
                "Correct them in the catalog or in this environment, or leave -Strict out. The program was not started.",
                details: problems
            );
        }
    }

    private static IEnumerable<string> Problems(string name, string value, IReadOnlyDictionary<string, string> inherited)
    {
        if (value.Length == 0)
        {
            yield return "the value is empty";
        }

        if (inherited.TryGetValue(name, out string? old) && old != value)
        {
            yield return "this environment has another value";
        }

        if (CatalogReach.LoadsCode(name))
        {
            yield return "it makes programs load code, or send their traffic elsewhere";
        }
    }
}
