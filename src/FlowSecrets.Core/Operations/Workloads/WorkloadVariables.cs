using FlowSecrets.Catalogs;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Workloads;

/// <summary>What the environment variables of a secret carry.</summary>
internal static class WorkloadVariables
{
    /// <summary>What each environment variable carries of a value.</summary>
    public static Dictionary<string, SecretValue> Of(CatalogSecret definition, SecretValue value, string name)
    {
        Dictionary<string, SecretValue> variables = definition.Env.ToDictionary(static e => e, _ => value.Clone(), StringComparer.Ordinal);
        if (definition.Fields.Any(static f => f.Env.Count > 0))
        {
            JsonSecret members = JsonSecret.Parse(value, name);
            foreach (CatalogField field in definition.Fields)
            {
                foreach (string variable in members.Text(field.Name) is null ? [] : field.Env)
                {
                    variables[variable] = SecretValue.FromText(members.Text(field.Name));
                }
            }
        }

        return variables;
    }
}
