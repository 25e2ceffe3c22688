using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.Iam;
using FlowSecrets.Providers.Aws.Iam.Policies;

namespace FlowSecrets.Tests.Aws.Iam.Simulator;

/// <summary>Does to a case what a remedy says. Of several ways, which "; or " divides, it takes one.</summary>
internal sealed partial class CaseRemedy
{
    private static readonly HashSet<string> Changes = new(StringComparer.Ordinal) { "put-user-policy", "put-role-policy", "create-grant" };

    private readonly SimulatedCase _before;
    private readonly ShellCommand[] _commands;
    private readonly JsonObject[] _statements;
    private readonly string _way;

    private CaseRemedy(SimulatedCase before, Remedy remedy, int way)
    {
        _before = before;
        string[] ways = remedy.ToString().Split("; or ");
        _way = ways[way % ways.Length];
        _commands = [.. remedy.Commands.Where(c => _way.Contains(c.ToString(), StringComparison.Ordinal))];
        string words = _commands.Aggregate(_way, static (w, c) => w.Replace(c.ToString(), "", StringComparison.Ordinal));
        _statements = [.. Statement().Matches(words).Select(static m => (JsonObject)JsonNode.Parse(m.Value)!)];
    }

    /// <summary>The inline policies that it writes, by their names.</summary>
    public Dictionary<string, string> Written { get; } = new(StringComparer.Ordinal);

    /// <summary>What the policies that it writes are about.</summary>
    public List<JsonObject> Granted { get; } = [];

    /// <returns>Null: people must look first, or nothing here tells what the change does.</returns>
    public static (SimulatedCase After, CaseRemedy Done)? Apply(SimulatedCase before, Remedy remedy, int way)
    {
        CaseRemedy done = new(before, remedy, way);
        bool grantsKey = done._commands.Any(static c => c.Arguments.Contains("create-grant", StringComparer.Ordinal));
        return !done.ChangesSomething || (grantsKey && (before.Boundary is not null || before.Organization is not null))
            ? null
            : (done.After(), done);
    }

    private bool ChangesSomething =>
        _statements.Length > 0 || _commands.Any(static c => c.Program == "Grant-FlowSecretAccess" || c.Arguments.Any(Changes.Contains));

    private SimulatedCase After()
    {
        SimulatedCase after = _before;
        foreach (ShellCommand command in _commands)
        {
            after =
                command.Program == "Grant-FlowSecretAccess" ? after with { SecretPolicy = GrantOn(after.SecretPolicy, command) }
                : command.Arguments.Contains("create-grant", StringComparer.Ordinal) ? after with { HasKeyGrant = true }
                : command.Arguments.Any(Changes.Contains) ? Attach(after, command)
                : after;
        }

        foreach (JsonObject statement in _statements)
        {
            Granted.Add(statement);
            after = _way.Contains("boundary:", StringComparison.Ordinal)
                ? after with
                {
                    Boundary = With(after.Boundary!, statement),
                }
                : after with
                {
                    Identity = [.. after.Identity, With(null, statement)],
                    KeyPolicy = _way.Contains("get-key-policy", StringComparison.Ordinal)
                        ? With(after.KeyPolicy!, LetIn(after.Account, statement))
                        : after.KeyPolicy,
                };
        }

        return after;
    }

    private SimulatedCase Attach(SimulatedCase one, ShellCommand command)
    {
        JsonObject document = (JsonObject)JsonNode.Parse(After(command, "--policy-document"))!;
        Written[After(command, "--policy-name")] = document.ToJsonString();
        Granted.AddRange(((JsonArray)document["Statement"]!).OfType<JsonObject>());
        return one with { Identity = [.. one.Identity, document] };
    }

    private static JsonObject GrantOn(JsonObject? policy, ShellCommand command)
    {
        SecretPermission permission = command.Arguments.Contains("-Permission", StringComparer.Ordinal)
            ? Enum.Parse<SecretPermission>(After(command, "-Permission"))
            : SecretPermission.Read;
        AwsPolicyText text = AwsPolicyText.Parse(policy?.ToJsonString());
        AccessEdit edit = new(true, After(command, "-Principal"), permission);
        AwsGrants.Apply(text, [edit], DateTimeOffset.UnixEpoch, SimulatedCase.Secret);
        return (JsonObject)JsonNode.Parse(text.ToString())!;
    }

    private static string After(ShellCommand command, string name) => command.Arguments.SkipWhile(a => a != name).Skip(1).First();

    private static JsonObject LetIn(string account, JsonObject statement)
    {
        JsonObject letIn = (JsonObject)statement.DeepClone();
        letIn["Resource"] = "*";
        letIn["Principal"] = new JsonObject { ["AWS"] = $"arn:aws:iam::{account}:root" };
        return letIn;
    }

    private static JsonObject With(JsonObject? policy, JsonObject statement)
    {
        JsonObject more = (JsonObject?)policy?.DeepClone() ?? AwsRemedies.Document();
        ((JsonArray)more["Statement"]!).Add(statement.DeepClone());
        return more;
    }

    [GeneratedRegex("""\{"Effect":"Allow"[^{}]*\}""")]
    private static partial Regex Statement();
}
