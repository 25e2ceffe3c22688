using System.Text.Json.Nodes;
using static FlowSecrets.Tests.Gcp.CloudRun.CloudRunSetting;

namespace FlowSecrets.Tests.Gcp.CloudRun;

/// <summary>
/// A service with members that nobody knows, in strange spellings, the same for the same seed but for the version of 'db'.
/// </summary>
internal sealed class StrangeService(int seed)
{
    private static readonly string[] Texts =
    [
        "\"\"",
        "\"a<b>&'c\\\"\"",
        "\"\\u00e9\\u2028\\ud83d\\ude00\"",
        "\"##vso[x]\"",
        "0",
        "-1.50",
        "1e3",
        "12345678901234567890",
        "0.1",
        "true",
        "false",
        "null",
        "[]",
        "{}",
        "[[1,{\"z\":null}]]",
        "\"2024-01-01T00:00:00.000000001Z\"",
    ];

    private readonly Random _random = new(seed);

    public JsonObject Make(string version)
    {
        string[] containers =
        [
            .. Enumerable
                .Range(0, _random.Next(1, 4))
                .Select(i => Object($"\"name\":\"c{i}\"", "\"image\":\"i\"", $"\"env\":[{string.Join(',', Entries(version))}]")),
        ];
        string[] items = [.. "pq".Select(path => Object($"\"path\":\"{path}\"", $"\"version\":\"{version}\""))];
        string secret = Object("\"secret\":\"db\"", $"\"items\":[{string.Join(',', items)}]");
        string[] volumes = [Object("\"name\":\"v\"", $"\"secret\":{secret}"), Object("\"name\":\"w\"", $"\"emptyDir\":{Object()}")];
        string template = Object(
            $"\"containers\":[{string.Join(',', containers)}]",
            $"\"volumes\":[{string.Join(',', volumes)}]",
            $"\"serviceAccount\":\"{Account}\"",
            $"\"annotations\":{{\"a.b/c\":\"d\"}}",
            $"\"scaling\":{Object()}"
        );
        return (JsonObject)
            JsonNode.Parse(
                Object(
                    $"\"template\":{template}",
                    "\"labels\":{\"l\":\"m\"}",
                    "\"traffic\":[{\"type\":\"TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST\",\"percent\":100,\"tag\":\"x\"}]"
                )
            )!;
    }

    private IEnumerable<string> Entries(string version) =>
        [
            Object(
                "\"name\":\"DB\"",
                $"\"valueSource\":{Object($"\"secretKeyRef\":{Object("\"secret\":\"db\"", $"\"version\":\"{version}\"")}")}"
            ),
            .. Enumerable.Range(0, _random.Next(4)).Select(i => Object($"\"name\":\"P{i}\"", "\"value\":\"db\"")),
            Object(
                "\"name\":\"O\"",
                $"\"valueSource\":{Object($"\"secretKeyRef\":{Object("\"secret\":\"other\"", "\"version\":\"6\"")}")}"
            ),
        ];

    private string Object(params string[] members)
    {
        List<string> all = [.. members];
        for (int i = _random.Next(4); i > 0; i--)
        {
            all.Insert(_random.Next(all.Count + 1), $"\"x{i}\":{Texts[_random.Next(Texts.Length)]}");
        }

        return $"{{{string.Join(',', all)}}}";
    }
}
