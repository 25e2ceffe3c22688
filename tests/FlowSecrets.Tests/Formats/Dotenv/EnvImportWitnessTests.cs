using System.Text;
using System.Text.Json;
using FlowSecrets.Errors;
using FlowSecrets.Formats.Dotenv;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Formats.Dotenv;

/// <summary>
/// Generated .env files, read by the programs themselves: with a stated program the values are its own, and without one a file is read
/// only if all of them agree.
/// </summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class EnvImportWitnessTests(ITestOutputHelper output) : IDisposable
{
    private const int Files = 1500;
    private const int BashFiles = 300;

    private static readonly string[] Names = ["A", "B", "C_1", "a.b", "A-B", "lower"];

    private static readonly string[] Pieces =
    [
        .. "a|b c|#| #|# |'|\"|`|\\|\\n|\\\"|\\'|$|${A}|$B|${B:-d}|$$|\\$|=|:| |\t|\n|x|~|%|&|(|\\\\|é|\\t|}|''|\"\"|*|!|0".Split('|'),
        "|",
    ];

    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData("dotenv")]
    [InlineData("node")]
    [InlineData("python")]
    [InlineData("bash")]
    public void FilesAreReadAsTheStatedProgramDoes(string program)
    {
        string[] texts = Texts(program == "bash" ? BashFiles : Files);
        Dictionary<string, string>[] theirs = ReadBy(program, texts);
        int compared = 0;
        for (int i = 0; i < texts.Length; i++)
        {
            if (TryRead(texts[i], program) is not { } ours)
            {
                continue;
            }

            compared++;
            AssertSame(theirs[i], ours, $"{program} on {JsonSerializer.Serialize(texts[i])}");
        }

        output.WriteLine($"{compared} of {texts.Length} files compared.");
        Assert.InRange(compared, texts.Length / 5, texts.Length);
    }

    [Fact]
    public void WithoutAStatedProgramAFileIsReadOnlyIfAllAgree()
    {
        string[] texts = Texts(BashFiles * 2);
        string[] programs = ["dotenv", "node", "python", "bash"];
        Dictionary<string, string>[][] theirs = [.. programs.Select(p => ReadBy(p, texts))];
        int read = 0;
        for (int i = 0; i < texts.Length; i++)
        {
            if (TryRead(texts[i], null) is not { } ours)
            {
                continue;
            }

            read++;
            for (int p = 0; p < programs.Length; p++)
            {
                // bash has no names with '.' or '-'.
                Dictionary<string, string> own = ours.Where(v =>
                        programs[p] != "bash" || v.Key.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_')
                    )
                    .ToDictionary(StringComparer.Ordinal);
                AssertSame(theirs[p][i], own, $"{programs[p]} on {JsonSerializer.Serialize(texts[i])}");
            }
        }

        output.WriteLine($"{read} of {texts.Length} files are read without a stated program.");
        Assert.InRange(read, texts.Length / 20, texts.Length - 1);
    }

    private static void AssertSame(Dictionary<string, string> theirs, Dictionary<string, string> ours, string what)
    {
        Dictionary<string, string> known = theirs.Where(static v => Names.Contains(v.Key)).ToDictionary(StringComparer.Ordinal);
        string Show(Dictionary<string, string> values) =>
            JsonSerializer.Serialize(values.Where(static v => v.Value.Length > 0).OrderBy(static v => v.Key, StringComparer.Ordinal));
        Assert.True(Show(known) == Show(ours), $"{what}:\ntheirs {Show(known)}\nours   {Show(ours)}");
    }

    /// <returns>Null: refused.</returns>
    private static Dictionary<string, string>? TryRead(string text, string? program)
    {
        try
        {
            EnvContent content = EnvImport.Read(text, "f", program);
            return content.Doubts.Count > 0
                ? null
                : content
                    .Values.Where(static v => Names.Contains(v.Key))
                    .ToDictionary(static v => v.Key, static v => v.Value ?? "", StringComparer.Ordinal);
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.BadInput)
        {
            return null;
        }
    }

    private string[] Texts(int count)
    {
        int seed = Repository.Rounds("FLOWSECRETS_TEST_SEED", 20260111);
        output.WriteLine($"Seed {seed} (repeat it with FLOWSECRETS_TEST_SEED={seed}).");
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Text(random))];
    }

    private static string Text(Random random)
    {
        string Line()
        {
            string name = random.GetItems(Names, 1)[0];
            return random.Next(30) switch
            {
                0 => "# c " + Value(random),
                1 => name,
                2 => $"{name}: {Value(random)}",
                3 => $"{name} = {Value(random)}",
                4 or 5 => $"export {name}={Value(random)}",
                6 => "",
                7 => $"  {name}={Value(random)}  # c",
                8 => $"{name}={Value(random)} ",
                _ => $"{name}={Value(random)}",
            };
        }

        return string.Join('\n', Enumerable.Range(0, random.Next(1, 5)).Select(_ => Line())) + "\n";
    }

    private static string Value(Random random)
    {
        string text = string.Concat(random.GetItems(Pieces, random.Next(0, 5)));
        return random.Next(8) switch
        {
            0 or 1 => $"'{text.Replace("'", "", StringComparison.Ordinal)}'",
            2 or 3 => $"\"{text.Replace("\"", "", StringComparison.Ordinal)}\"",
            4 => "plain",
            _ => text,
        };
    }

    private Dictionary<string, string>[] ReadBy(string program, string[] texts)
    {
        File.WriteAllText(_sandbox.File("texts.json"), JsonSerializer.Serialize(texts));
        switch (program)
        {
            case "dotenv":
                string npm = Tool.Require("npm");
                Assert.SkipWhen(
                    Run(npm, "install", "--no-audit", "--no-fund", "--prefix", _sandbox.Folder, "dotenv@17") != 0,
                    "npm could not install dotenv."
                );
                RunNode("require('dotenv').parse");
                break;
            case "node":
                string node = Tool.Require("node");
                Assert.SkipWhen(
                    Run(node, "-e", "process.exit(require('util').parseEnv && process.version.startsWith('v20.') ? 0 : 1)") != 0,
                    "node is not version 20 with util.parseEnv."
                );
                RunNode("require('util').parseEnv");
                break;
            case "python":
                string python = Tool.Require("python3");
                Assert.SkipWhen(Run(python, "-c", "import dotenv") != 0, "python3 has no python-dotenv.");
                const string Script =
                    "import dotenv, io, json; t = json.load(open('texts.json')); json.dump([{k: v or '' for k, v in "
                    + "dotenv.dotenv_values(stream=io.StringIO(x)).items()} for x in t], open('out.json', 'w'))";
                Assert.Equal(0, Run(python, "-c", Script));
                break;
            default:
                return ReadByBash(texts);
        }

        return JsonSerializer.Deserialize<Dictionary<string, string>[]>(File.ReadAllText(_sandbox.File("out.json")))!;
    }

    private void RunNode(string parse) =>
        Assert.Equal(
            0,
            Run(
                Tool.Require("node"),
                "-e",
                "const fs = require('fs'); fs.writeFileSync('out.json', JSON.stringify(JSON.parse(fs.readFileSync('texts.json'))"
                    + $".map(x => {parse}(x))))"
            )
        );

    /// <summary>Without any program on its path, so that nothing of a file runs; each file in a process of its own.</summary>
    private Dictionary<string, string>[] ReadByBash(string[] texts)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "bash on Windows may be another system's.");
        foreach ((int i, string text) in texts.Index())
        {
            _sandbox.Write($"{i}.env", text);
        }

        const string Script =
            "PATH=/nonexistent; for ((i = 0; i < $1; i++)); do ( set -a; . ./$i.env; for n in A B C_1 lower; do [ -n \"${!n}\" ] && printf "
            + "'%s=%s\\0' \"$n\" \"${!n}\" >> \"$PWD/$1.out\"; done ) 2>/dev/null; printf '\\0' >> \"$PWD/$1.out\"; done; exit 0";
        Run(Tool.Require("bash"), "-c", Script, "bash", $"{texts.Length}");
        string all = File.ReadAllText(_sandbox.File($"{texts.Length}.out"), new UTF8Encoding(false));
        List<Dictionary<string, string>> read =
        [
            [],
        ];
        foreach (string pair in all.Split('\0')[..^1])
        {
            if (pair.Length == 0)
            {
                read.Add([]);
                continue;
            }

            string[] parts = pair.Split('=', 2);
            read[^1][parts[0]] = parts[1];
        }

        return [.. read[..^1]];
    }

    private int Run(string program, params string[] arguments) => Tool.Run(program, _sandbox.Folder, null, arguments).ExitCode;
}
