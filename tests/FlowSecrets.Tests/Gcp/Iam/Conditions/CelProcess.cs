using System.Text.Json.Nodes;
using FlowSecrets.Tests.Witnesses;

namespace FlowSecrets.Tests.Gcp.Iam.Conditions;

/// <summary>
/// CEL by the npm package @marcbachmann/cel-js in a process of its own: a line of JSON asks, a line answers. It is a witness only; nothing
/// of it is part of the product.
/// </summary>
public sealed class CelProcess() : NodeWitness(Package, "ask.mjs", Script)
{
    private const string Package = "@marcbachmann/cel-js@8.0.0";

    /// <returns>Of each assignment: true, false, or the error's words.</returns>
    internal string[] Evaluate(string expression, JsonArray assignments) =>
        Send(new JsonObject { ["expression"] = expression, ["assignments"] = assignments.DeepClone() });

    private const string Script = """
        import { Environment } from '@marcbachmann/cel-js';
        import { createInterface } from 'node:readline';
        class Resource { constructor(o) { Object.assign(this, o); } }
        class Request { constructor(o) { Object.assign(this, o); } }
        const env = new Environment()
          .registerType('Resource', { ctor: Resource, fields: { name: 'string', type: 'string', service: 'string' } })
          .registerType('Request', { ctor: Request, fields: { time: 'google.protobuf.Timestamp' } })
          .registerVariable('resource', 'Resource').registerVariable('request', 'Request')
          .registerFunction('Resource.matchTag(string, string): bool', r => r.tag);
        const answer = (expression, a) => {
          try {
            const checked = env.check(expression);
            if (!checked.valid) return 'error: ' + checked.error?.message.split('\n')[0];
            const { now, ...resource } = a;
            return String(env.evaluate(expression, { resource: new Resource(resource), request: new Request({ time: new Date(now) }) }));
          } catch (e) { return 'error: ' + String(e.message).split('\n')[0]; }
        };
        createInterface({ input: process.stdin }).on('line', line => {
          const { expression, assignments } = JSON.parse(line);
          console.log(JSON.stringify(assignments.map(a => answer(expression, a))));
        });
        """;
}
