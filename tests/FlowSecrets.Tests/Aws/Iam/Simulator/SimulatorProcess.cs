using System.Text.Json.Nodes;
using FlowSecrets.Tests.Witnesses;

namespace FlowSecrets.Tests.Aws.Iam.Simulator;

/// <summary>
/// The engine of the npm package @cloud-copilot/iam-simulate in a process of its own: a line of JSON asks, a line answers. It is a witness
/// only; nothing of it is part of the product.
/// </summary>
public sealed class SimulatorProcess() : NodeWitness(Package, "ask.cjs", Script)
{
    private const string Package = "@cloud-copilot/iam-simulate@0.1.173";

    /// <returns>One result an ask: Allowed, ExplicitlyDenied or ImplicitlyDenied.</returns>
    internal string[] Decide(JsonObject policies, params IEnumerable<JsonObject> asks) =>
        Send(new JsonObject { ["policies"] = policies.DeepClone(), ["asks"] = new JsonArray([.. asks.Select(static a => a.DeepClone())]) });

    /// <returns>The condition keys of the statements that are about the request, and that it has no value of.</returns>
    internal string[] Missing(JsonArray policies, JsonObject ask) =>
        Send(new JsonObject { ["missing"] = policies.DeepClone(), ["asks"] = new JsonArray(ask.DeepClone()) });

    private const string Script = """
        const { join } = require('node:path');
        const engine = join(__dirname, 'node_modules', '@cloud-copilot', 'iam-simulate', 'dist', 'cjs');
        const { authorize } = require(join(engine, 'core_engine', 'CoreSimulatorEngine.js'));
        const { AwsRequestImpl } = require(join(engine, 'request', 'request.js'));
        const { RequestContextImpl } = require(join(engine, 'requestContext.js'));
        const { DiscoveryContextKeyConstraints } = require(join(engine, 'context_keys', 'discoveryContextKeyConstraints.js'));
        const { loadPolicy } = require('@cloud-copilot/iam-policy');
        const load = doc => loadPolicy(doc, { name: 'p' });
        const simulationParameters = { simulationMode: 'Strict', discoveryContextKeyConstraints: new DiscoveryContextKeyConstraints([]) };
        const run = (p, ask) => {
          p.loaded ??= {
            identity: (p.identity ?? []).map(load), boundary: p.boundary ? [load(p.boundary)] : undefined,
            organization: p.organization ? [{ orgIdentifier: 'r-1', policies: p.organization.map(load) }] : [],
          };
          return authorize({
            request: new AwsRequestImpl(
              ask.principal, { resource: ask.resource, accountId: ask.account }, ask.action, new RequestContextImpl(ask.context)),
            identityPolicies: p.loaded.identity, serviceControlPolicies: p.loaded.organization, resourceControlPolicies: [],
            resourcePolicy: p[ask.policy] ? load(p[ask.policy]) : undefined, permissionBoundaries: p.loaded.boundary,
            simulationParameters, serviceSettings: {},
          }).result;
        };
        const list = x => x === undefined ? [] : Array.isArray(x) ? x : [x];
        const missing = (docs, ask) => {
          const has = new Set(Object.keys(ask.context).map(k => k.toLowerCase()));
          const found = new Map();
          for (const doc of docs) for (const s of list(doc.Statement)) {
            const variables = JSON.stringify([s.Resource, s.NotResource]).match(/\$\{[^}]+\}/g) ?? [];
            const { Condition, Sid, ...bare } = { ...s, Effect: 'Allow' };
            if (variables.length > 0) { delete bare.NotResource; bare.Resource = '*'; }
            const account = { Effect: 'Allow', Principal: { AWS: ask.principal.split(':')[4] }, Action: '*', Resource: '*' };
            const trust = { Version: '2012-10-17', Statement: account };
            const bared = [{ Version: '2012-10-17', Statement: bare }];
            const covers = run({ identity: bared, trust }, { ...ask, policy: 'trust' }) === 'Allowed';
            if (!covers) continue;
            const text = JSON.stringify(Object.values(Condition ?? {}).map(k => Object.values(k)));
            const keys = Object.values(Condition ?? {}).flatMap(k => Object.keys(k));
            for (const v of [...variables, ...(text.match(/\$\{[^}]+\}/g) ?? [])]) keys.push(v.slice(2, -1).split(',')[0].trim());
            for (const key of keys) if (!has.has(key.toLowerCase())) found.set(key.toLowerCase(), key);
          }
          return [...found.values()];
        };
        require('readline').createInterface({ input: process.stdin }).on('line', line => {
          try {
            const q = JSON.parse(line);
            console.log(JSON.stringify(q.missing ? missing(q.missing, q.asks[0]) : q.asks.map(a => run(q.policies, a))));
          } catch (e) { console.log(JSON.stringify({ error: String(e), line })); }
        });
        """;
}
