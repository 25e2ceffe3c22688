using FlowSecrets.Catalogs;

namespace FlowSecrets.Tests.Catalogs;

/// <summary>
/// What the parts of a catalog say of each other. Lines count from the end of <see cref="CatalogExamples.Head"/>, which has three.
/// </summary>
public sealed class CatalogRulesTests
{
    [Theory]
    [InlineData("  tok.en: { name: t }\nlocalEnv: { variables: { X: '{{ tok.en }}' } }\n", 5, 29, "{{ [\"tok.en\"] }}")]
    [InlineData("  a: { env: A }\ndefault: prodd\n", 5, 10, "'prod'")]
    [InlineData("  a: { env: A }\nlocalEnv: { from: stage }\n", 5, 19, "'stage'")]
    [InlineData("  a: { env: A, workloads: [ap] }\nworkloads: { api: { kind: ecs } }\n", 4, 27, "'api'")]
    [InlineData("  a: { format: binary, env: A }\n", 4, 29, "localEnv.files")]
    [InlineData("  a: { owner: external, generate: { kind: uuid } }\n", 4, 6, "secrets.a")]
    [InlineData("  a: { owner: external, rotate: { every: 30d } }\n", 4, 6, "secrets.a")]
    [InlineData("  a: { owner: external, fields: { x: { generate: { kind: uuid } } } }\n", 4, 6, "secrets.a")]
    [InlineData("  a: { local: x, fields: { x: } }\n", 4, 15, "secrets.a.local")]
    [InlineData("  a: { format: text, fields: { x: } }\n", 4, 16, "secrets.a.format")]
    [InlineData("  a: { generate: { kind: rsa, bits: 2049 } }\n", 4, 18, "2048")]
    [InlineData("localEnv: { files: [ { secret: bb, path: x } ] }\n", 4, 32, "'bb'")]
    [InlineData("access: [ { principal: \"user:p@x\", role: reader, secrets: [\"llm*\"] } ]\n", 4, 60, "'llm*'")]
    [InlineData("  a: { }\naccess: [ { principal: p, role: reader, secrets: [a] } ]\n", 5, 24, "'p' is no principal of a policy.")]
    [InlineData("  a: { }\naccess: [ { principal: \"dev@x.com\", role: reader, secrets: [a] } ]\n", 5, 24, "user:dev@x.com")]
    [InlineData(
        "  a: { }\naccess: [ { principal: \"arn:aws:iam::1:role/r\", role: reader, secrets: [a] } ]\n",
        5,
        24,
        "arn:aws:iam::ACCOUNT:role/NAME"
    )]
    public void AProblemHasItsPlace(string text, int line, int column, string fragment)
    {
        // An empty map of secrets stands where a test has none of its own.
        string whole =
            text[0] == ' '
                ? CatalogExamples.Head + text
                : CatalogExamples.Head.Replace("secrets:", "secrets: {}", StringComparison.Ordinal) + text;
        CatalogProblem problem = Assert.Single(CatalogExamples.Problems(whole));
        Assert.Equal((line, column), (problem.Line, problem.Column));
        Assert.Contains(fragment, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void VariablesThatDifferByCaseAloneAreTwo()
    {
        Catalog catalog = CatalogExamples.Valid($"{CatalogExamples.Head}  a: {{ env: http_proxy }}\n  b: {{ env: HTTP_PROXY }}\n");
        Assert.Equal(["http_proxy", "HTTP_PROXY"], catalog.Secrets.SelectMany(static s => s.Env));
    }

    [Theory]
    [InlineData("owner: external", true)]
    [InlineData("required: true", false)]
    public void ANameThatAnotherServiceMadeIsForSecretsThatAreOnlyRead(string says, bool isValid)
    {
        string text =
            "application: a\ndefault: e\nenvironments: { e: { store: aws, region: eu-west-1 } }\nsecrets:\n"
            + $"  m: {{ name: 'rds!db-5678', {says} }}\n";
        if (isValid)
        {
            CatalogExamples.Valid(text);
        }
        else
        {
            Assert.Contains("owner: external", Assert.Single(CatalogExamples.Problems(text)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("  a: { env: A }\n  b: { env: A }\n", 5, 13)]
    [InlineData("  a: { env: [A, B, A] }\n", 4, 20)]
    [InlineData("  a: { env: A }\n  b: { fields: { x: { env: A } } }\n", 5, 28)]
    [InlineData("  a: { env: A }\nlocalEnv: { variables: { A: 1 } }\n", 5, 26)]
    [InlineData("  a: { env: A }\nlocalEnv: { files: [ { secret: a, path: p, env: A } ] }\n", 5, 49)]
    [InlineData("  a: { env: A, rotate: { every: 1d, previousEnv: A } }\n", 4, 50)]
    [InlineData("  a: { env: A, workloads: [w] }\n  b: { env: A }\nworkloads: { w: { kind: ecs } }\n", 5, 13)]
    public void AVariableTwiceForOneProgramIsAProblem(string text, int line, int column) =>
        Assert.Equal([(line, column)], CatalogExamples.Places(CatalogExamples.Head + text));

    [Theory]
    [InlineData("  a: { env: A, workloads: [v] }\n  b: { env: A, workloads: [w] }\nworkloads: { v: { kind: ecs }, w: { kind: ecs } }\n")]
    [InlineData("  a: { env: A, rotate: { every: 1d, previousEnv: B } }\n  b: { env: B }\nlocalEnv: { path: .env }\n")]
    public void AVariableTwiceForDifferentProgramsIsNone(string text) => CatalogExamples.Valid(CatalogExamples.Head + text);

    [Theory]
    [InlineData("1A")]
    [InlineData("A-B")]
    [InlineData("")]
    [InlineData("É")]
    public void VariablesHaveNamesThatEveryShellTakes(string name) =>
        Assert.Equal([(4, 13)], CatalogExamples.Places($"{CatalogExamples.Head}  a: {{ env: \"{name}\" }}\n"));

    /// <summary>A script is told which secret it is about, so one may serve several credentials.</summary>
    [Fact]
    public void OneScriptMayServeSeveralSecrets()
    {
        const string Target = "generate: { kind: hex }, rotate: { target: { kind: script, set: ./set, test: ./test } }";
        CatalogExamples.Valid(CatalogExamples.Head + $"  a: {{ {Target} }}\n  b: {{ {Target} }}\n");
    }

    [Theory]
    [InlineData("db1, users: [a, b], admin: root", "db2, users: [b, c], admin: root", 1)]
    [InlineData("db1, users: [a, b], admin: root", "db1, users: [c, d], admin: root", 0)]
    [InlineData("db1, users: [a, b], admin: root", "db1, users: [a, b], admin: other", 1)]
    [InlineData("db1", "db1", 1)]
    [InlineData("db1", "db2", 0)]
    public void OneUserIsRotatedByOneSecret(string first, string second, int problems)
    {
        string text = CatalogExamples.Head + "  root: {}\n  other: {}\n";
        foreach ((string key, string target) in new[] { ("s1", first), ("s2", second) })
        {
            string[] parts = target.Split(", ", 2);
            text +=
                $"  {key}: {{ fields: {{ h: {{ default: {parts[0]} }}, u: {{ default: app }}, p: {{ generate: {{ kind: hex }} }} }}, "
                + "rotate: { target: { kind: postgres, host: h, user: u, password: p"
                + (parts.Length > 1 ? ", " + parts[1] : "")
                + " } } }\n";
        }

        if (problems == 0)
        {
            CatalogExamples.Valid(text);
        }
        else
        {
            Assert.Equal(problems, CatalogExamples.Problems(text).Count);
        }
    }

    [Fact]
    public void NamesThatTheStoreRefusesAreProblemsOfThatEnvironment()
    {
        CatalogProblem problem = Assert.Single(CatalogExamples.Problems(CatalogExamples.Head + "  a/b: {}\n"));
        Assert.Equal(4, problem.Line);
        Assert.Contains("'prod'", problem.Message, StringComparison.Ordinal);
        Assert.Equal(2, CatalogExamples.Problems(CatalogExamples.Head + "  ab: { name: \"a b\" }\n").Count);
    }

    /// <summary>They stand in messages, in commands that people paste and in what completion inserts.</summary>
    [Theory]
    [InlineData("k'; touch PWN; '")]
    [InlineData("k\\u2019x")]
    [InlineData("k\\\"x")]
    [InlineData("k$x")]
    [InlineData("k`x")]
    [InlineData("k;x")]
    [InlineData("k\\nx")]
    [InlineData("k\\n")]
    [InlineData("k\\u001b[2K")]
    [InlineData("k\\u202ex")]
    [InlineData("-Force")]
    [InlineData("k*")]
    [InlineData("")]
    public void NamesOfTheCatalogHaveNoCharactersOfShells(string name)
    {
        string[] texts =
        [
            CatalogExamples.Head + $"  \"{name}\": {{}}\n",
            CatalogExamples.Head + $"  a: {{ fields: {{ \"{name}\": }} }}\n",
            CatalogExamples.Head + $"  a: {{}}\nworkloads: {{ \"{name}\": {{ kind: ecs }} }}\n",
            $"application: a\nenvironments: {{ e: {{ store: local }}, \"{name}\": {{ store: local }} }}\nsecrets: {{}}\n",
        ];
        int[] lines = [4, 4, 5, 2];
        foreach ((string text, int line) in texts.Zip(lines))
        {
            CatalogProblem problem = Assert.Single(CatalogExamples.Problems(text));
            Assert.Equal(line, problem.Line);
            Assert.True(problem.Column > 1);
            Assert.DoesNotContain(problem.Message, char.IsControl);
        }
    }

    [Theory]
    [InlineData("jwt-secret")]
    [InlineData("JWT_SECRET")]
    [InlineData("app/db.password")]
    [InlineData("team+app=x@y")]
    [InlineData("schlüssel")]
    [InlineData("7days")]
    public void NamesOfRealProjectsAreTaken(string name) =>
        CatalogExamples.Valid(
            $"application: a\nenvironments: {{ \"{name}\": {{ store: local }} }}\n"
                + $"secrets: {{ a: {{ fields: {{ \"{name}\": , \"Access Key\": }}, workloads: [\"{name}\"] }} }}\n"
                + $"workloads: {{ \"{name}\": {{ kind: ecs }} }}\n"
        );

    [Theory]
    [InlineData("tls.crt")]
    [InlineData(".dockerconfigjson")]
    [InlineData("Access Key")]
    public void AnyFieldCanBeReferredTo(string field) =>
        CatalogExamples.Valid(
            CatalogExamples.Head
                + $"  app.db: {{ name: d, fields: {{ \"{field}\": }} }}\n"
                + $"localEnv: {{ variables: {{ X: '{{{{ [\"app.db\"][\"{field}\"] }}}}' }} }}\n"
        );

    [Fact]
    public void TwoSecretsOfOneNameAreAProblemOfEachEnvironment() =>
        Assert.Equal([(5, 6), (5, 6)], CatalogExamples.Places(CatalogExamples.Head + "  a: { name: x }\n  b: { name: x }\n"));

    [Fact]
    public void AnEnvironmentOverrides()
    {
        Catalog catalog = CatalogExamples.Valid(
            """
            application: app
            prefix: app-
            environments:
              local: { store: local, path: store.db }
              prod: { store: gcp, project: p, prefix: prod-, names: { b: other }, required: { a: false, b: true } }
            secrets:
              a: { required: true }
              b: { name: whole }

            """
        );
        (CatalogSecret a, CatalogSecret b) = (catalog.Secrets[0], catalog.Secrets[1]);
        (CatalogEnvironment local, CatalogEnvironment prod) = (catalog.Environments["local"], catalog.Environments["prod"]);
        Assert.Equal(
            ("app-a", "whole", "prod-a", "other"),
            (catalog.StoreName(a, local), catalog.StoreName(b, local), catalog.StoreName(a, prod), catalog.StoreName(b, prod))
        );
        Assert.Equal(
            (true, false, false, true),
            (Catalog.IsRequired(a, local), Catalog.IsRequired(b, local), Catalog.IsRequired(a, prod), Catalog.IsRequired(b, prod))
        );
        Assert.Equal(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(CatalogExamples.Path)!, "store.db"), local.Selection.Path);
    }

    [Theory]
    [InlineData("{ store: local, project: p }", 3, 31)]
    [InlineData("{ store: local, profile: p }", 3, 31)]
    [InlineData("{ store: gcp, project: p, path: x }", 3, 38)]
    [InlineData("{ store: aws, region: r, project: p }", 3, 40)]
    [InlineData("{ store: local, names: { b: x } }", 3, 31)]
    [InlineData("{ store: local, required: { b: true } }", 3, 34)]
    public void WhatAnEnvironmentCannotHaveIsAProblem(string environment, int line, int column) =>
        Assert.Equal(
            [(line, column)],
            CatalogExamples.Places($"application: app\nenvironments:\n  e: {environment}\nsecrets: {{ a: {{}} }}\n")
        );

    [Theory]
    [InlineData("{{ b }}", "'b'")]
    [InlineData("{{ fields }}", "x, y")]
    [InlineData("{{ fields.z }}", "'fields'")]
    [InlineData("{{ plain.x }}", "'plain'")]
    [InlineData("{{ plain | upcase }}", "upper")]
    [InlineData("{{ plain", "character 1 ")]
    public void ATemplateThatNamesWhatIsNotThereIsAProblem(string template, string fragment)
    {
        CatalogProblem problem = Assert.Single(
            CatalogExamples.Problems(
                $"{CatalogExamples.Head}  plain: {{}}\n  fields: {{ fields: {{ x: , y: }} }}\n  a: {{ local: '{template}' }}\n"
            )
        );
        Assert.Equal((6, 15), (problem.Line, problem.Column));
        Assert.Contains(fragment, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TemplatesOfManifestsAndVariablesAreCheckedToo()
    {
        string text =
            CatalogExamples.Head
            + "  a: {}\nlocalEnv: { variables: { V: '{{ b }}' } }\nkubernetes: { secrets: { s: { data: { K: '{{ b }}' } } } }\n";
        Assert.Equal([(5, 29), (6, 42)], CatalogExamples.Places(text));
    }

    [Fact]
    public void ACircleOfTemplatesIsOneProblemAtItsFirst()
    {
        string text =
            CatalogExamples.Head
            + "  a: { local: '{{ b.x }}' }\n  b: { fields: { x: { local: '{{ c }}' } } }\n  c: { local: '{{ a }}' }\n  d: { local: '{{ "
            + "d }}', default: '{{ a }}' }\n";
        Assert.Equal([(4, 15), (7, 15)], CatalogExamples.Places(text));
        CatalogExamples.Valid(CatalogExamples.Head + "  a: { local: '{{ b }}', default: x }\n  b: { local: y, default: '{{ a }}' }\n");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task LongChainsAreCheckedQuickly(bool isCircle)
    {
        const int Count = 20_000;
        string text =
            CatalogExamples.Head
            + string.Concat(
                Enumerable
                    .Range(0, Count)
                    .Select(i =>
                        $"  s{i}: {{ env: S{i}, local: '{(i > 0 || isCircle ? $"{{{{ s{(i + Count - 1) % Count} }}}}" : "x")}' }}\n"
                    )
            );
        Task<int> check = Task.Run(
            () => isCircle ? CatalogExamples.Problems(text).Count : CatalogExamples.Valid(text).Secrets.Count,
            TestContext.Current.CancellationToken
        );
        Assert.Equal(isCircle ? 1 : Count, await check.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void RotationNamesFieldsAndSecretsThatAreThere()
    {
        string text =
            CatalogExamples.Head
            + """
                  db:
                    fields: { host: , user: , password: }
                    rotate:
                      every: 30d
                      target: { kind: postgres, host: hostt, port: port, user: user, password: password, admin: dba }
                      carriers: [ { secret: nobody }, { secret: other, user: user, password: pw } ]
                  other: { fields: { user: , password: } }
                  script: { rotate: { every: 1w, target: { kind: script, set: ./set.ps1 } } }

                """;
        IReadOnlyList<CatalogProblem> problems = CatalogExamples.Problems(text);
        Assert.Equal([(8, 39), (8, 52), (8, 97), (9, 29), (9, 78), (11, 42)], problems.Select(static p => (p.Line, p.Column)));
        Assert.Contains("'host'", problems[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnEnvironmentsPrincipalsAreCheckedToo()
    {
        CatalogProblem problem = Assert.Single(
            CatalogExamples.Problems(
                "application: app\nenvironments:\n  prod: { store: gcp, project: p, access: [ { principal: api, role: reader, secrets: "
                    + "[a] } ] }\nsecrets: { a: { } }\n"
            )
        );
        Assert.Equal((3, 58), (problem.Line, problem.Column));
        Assert.Contains("'api' is no principal of a policy.", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ScriptsAreSeen() =>
        Assert.True(
            CatalogExamples.Valid(CatalogExamples.Head + "  a: { rotate: { target: { kind: script, set: ./s, test: ./t } } }\n").HasScripts
        );
}
