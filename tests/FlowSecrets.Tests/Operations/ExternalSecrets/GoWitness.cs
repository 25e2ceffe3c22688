using System.Text.Json;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.ExternalSecrets;

/// <summary>Go's own text/template with sprig, from the packages of Debian.</summary>
internal static class GoWitness
{
    private const string Packages = "/usr/share/gocode";

    private const string Program = """
        package main

        import (
            "bytes"
            "encoding/json"
            "os"
            "text/template"

            "github.com/Masterminds/sprig"
        )

        type question struct {
            Template string
            Data     map[string]string
        }

        func main() {
            var questions []question
            if err := json.NewDecoder(os.Stdin).Decode(&questions); err != nil {
                panic(err)
            }
            functions := sprig.TxtFuncMap()
            delete(functions, "env")
            delete(functions, "expandenv")
            answers := []string{}
            for _, q := range questions {
                t, err := template.New("t").Option("missingkey=error").Funcs(functions).Parse(q.Template)
                if err != nil {
                    answers = append(answers, "ERROR "+err.Error())
                    continue
                }
                var out bytes.Buffer
                if err := t.Execute(&out, q.Data); err != nil {
                    answers = append(answers, "ERROR "+err.Error())
                    continue
                }
                answers = append(answers, out.String())
            }
            json.NewEncoder(os.Stdout).Encode(answers)
        }
        """;

    /// <summary>Skips the test if Go or sprig is missing.</summary>
    public static void Require()
    {
        Tool.Require("go");
        Assert.SkipUnless(
            Directory.Exists(Path.Combine(Packages, "src/github.com/Masterminds/sprig")),
            "Debian's package of sprig is missing."
        );
    }

    public static string[] Ask(IReadOnlyList<(string Template, IReadOnlyDictionary<string, string> Data)> questions)
    {
        using Sandbox sandbox = new();
        string program = sandbox.Write("witness.go", Program);
        string input = sandbox.Write("input.json", JsonSerializer.Serialize(questions.Select(static q => new { q.Template, q.Data })));
        Dictionary<string, string> environment = new(StringComparer.Ordinal)
        {
            ["GOPATH"] = Packages,
            ["GO111MODULE"] = "off",
            ["GOCACHE"] = sandbox.File("cache"),
            ["GOFLAGS"] = "",
        };
        (int code, string output, string error) = Tool.Run(
            Tool.Require("sh"),
            sandbox.Folder,
            environment,
            "-c",
            "exec go run \"$0\" < \"$1\"",
            program,
            input
        );
        Assert.True(code == 0, error);
        return JsonSerializer.Deserialize<string[]>(output)!;
    }
}
