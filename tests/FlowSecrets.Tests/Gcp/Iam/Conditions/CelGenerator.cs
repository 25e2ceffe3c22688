namespace FlowSecrets.Tests.Gcp.Iam.Conditions;

/// <summary>Conditions of IAM as people write them, and some that CEL refuses. The same seed makes the same ones.</summary>
internal sealed class CelGenerator(int seed)
{
    private static readonly string[] Comparisons = ["==", "!=", "<", "<=", ">", ">="];
    private static readonly string[] Equalities = ["==", "!="];
    private static readonly string[] Parts =
    [
        "getFullYear",
        "getMonth",
        "getDate",
        "getDayOfMonth",
        "getDayOfYear",
        "getDayOfWeek",
        "getHours",
        "getMinutes",
        "getSeconds",
    ];
    private static readonly string[] Zones = ["", "", "'UTC'", "'Europe/Berlin'", "'America/New_York'", "'Asia/Kolkata'"];
    private static readonly string[] NotRfc3339 =
    [
        "2026-06-01",
        "1/2/2027",
        "2027-01-01 00:00:00Z",
        "2027-02-30T00:00:00Z",
        "2027-01-01T00:00:00",
        "never",
    ];
    private static readonly string[] Times =
    [
        "2026-06-01T12:00:00Z",
        "2026-06-01T11:59:59.5Z",
        "2026-06-01T14:00:00+02:00",
        "2026-06-01T12:00:01-00:00",
        "2020-02-29T00:00:00Z",
        "2027-01-01T00:00:00.123Z",
        "2026-06-01T07:00:00.001-05:00",
        .. NotRfc3339,
    ];
    private static readonly string[] Durations = ["1h", "90m", "24h", "1h30m", "45s", "0s", "-2h", "1.5h", "long"];
    private static readonly string[] Texts =
    [
        "projects/123/secrets/db",
        "projects/123/secrets/db/versions/",
        "projects/123/secrets/db/versions/1",
        "projects/123/secrets/db/versions/7",
        "projects/123/secrets/",
        "secrets/db",
        "/versions/1",
        "1",
        "db",
        "",
        "secretmanager.googleapis.com",
        "secretmanager.googleapis.com/SecretVersion",
        "secretmanager.googleapis.com/Secret",
        "storage.googleapis.com/Bucket",
        "it\\'s",
        "a\\\\b",
    ];
    private static readonly string[] Patterns =
    [
        "^projects/123/secrets/.*$",
        "secrets/d.+",
        "db$",
        "^[a-z0-9/]+$",
        "(db|api)",
        "versions/[0-9]{1,2}$",
        "Secret(Version)?$",
        "\\\\d+",
        "[[:alpha:]]",
    ];

    private readonly Random _random = new(seed);

    /// <summary>Whether it has a time that the witness takes and RFC 3339 does not.</summary>
    public static bool IsLenient(string expression) =>
        NotRfc3339.Any(t => expression.Contains($"('{t}')") || expression.Contains($"(\"{t}\")"));

    public string Next() => Truth(_random.Next(1, 5));

    private string Truth(int depth) =>
        depth <= 0
            ? Pick("true", "false", "resource.matchTag('1/env', 'prod')", Comparison(0))
            : _random.Next(14) switch
            {
                0 => $"!{Nested(depth)}",
                1 => $"!!{Nested(depth)}",
                2 or 3 => $"{Truth(depth - 1)} && {Truth(depth - 1)}",
                4 or 5 => $"{Truth(depth - 1)} || {Truth(depth - 1)}",
                6 => Nested(depth),
                7 => $"{Nested(depth)} ? {Truth(depth - 1)} : {Truth(depth - 1)}",
                8 => $"{Nested(depth)} {Pick(Equalities)} {Nested(depth)}",
                // ! binds more tightly, so that this is CEL only for a truth.
                9 when _random.Next(4) == 0 => "!" + Comparison(depth - 1),
                10 when _random.Next(6) == 0 => Pick(
                    "1 == 'a'",
                    "request.time < '2027-01-01T00:00:00Z'",
                    "true && 1",
                    "maybe",
                    "[1, 'a'] == [1]"
                ),
                _ => Comparison(depth - 1),
            };

    private string Nested(int depth) => $"({Truth(depth - 1)})";

    private string Comparison(int depth) =>
        _random.Next(9) switch
        {
            0 or 1 => $"{Time(depth)} {Pick(Comparisons)} {Time(depth)}",
            2 or 3 => $"{Number(depth)} {Pick(Comparisons)} {Number(depth)}",
            4 => $"{Text(depth)} {Pick(Equalities)} {Text(depth)}",
            5 => $"{Text(depth)} in [{Literal()}, {Text(depth)}, {Literal()}]",
            6 => $"{Number(depth)} in [{string.Join(", ", Enumerable.Range(0, _random.Next(1, 6)).Select(_ => _random.Next(24)))}]",
            7 => $"{Receiver(depth)}.matches('{Pick(Patterns)}')",
            _ => $"{Receiver(depth)}.{Pick("startsWith", "endsWith", "contains")}({Text(0)})",
        };

    private string Time(int depth) =>
        _random.Next(6) switch
        {
            0 when depth > 0 => $"{Time(depth - 1)} {Pick("+", "-")} {Duration()}",
            1 or 2 => $"timestamp('{Pick(Times)}')",
            3 => $"timestamp(\"{Pick(Times)}\")",
            _ => "request.time",
        };

    private string Duration() => $"duration('{Pick(Durations)}')";

    private string Number(int depth) =>
        _random.Next(8) switch
        {
            0 or 1 => _random.Next(24).ToString(System.Globalization.CultureInfo.InvariantCulture),
            2 when depth > 0 => $"{Number(depth - 1)} {Pick("+", "-", "*", "/", "%")} {Number(depth - 1)}",
            3 when depth > 0 => $"size({Text(depth - 1)})",
            4 when depth > 0 => $"{Receiver(depth - 1)}.size()",
            5 => $"-{_random.Next(5)}",
            _ => $"{Pick("request.time", $"timestamp('{Pick(Times)}')")}.{Pick(Parts)}({Pick(Zones)})",
        };

    private string Text(int depth) =>
        depth > 0 && _random.Next(6) == 0 ? $"{Text(depth - 1)} + {Text(depth - 1)}"
        : _random.Next(2) == 0 ? Pick("resource.name", "resource.name", "resource.type", "resource.service")
        : Literal();

    private string Receiver(int depth) =>
        depth > 0 && _random.Next(8) == 0
            ? $"({Text(depth)})"
            : Pick("resource.name", "resource.name", "resource.type", "resource.service", Literal());

    private string Literal() => $"'{Pick(Texts)}'";

    private string Pick(params ReadOnlySpan<string> of) => of[_random.Next(of.Length)];
}
