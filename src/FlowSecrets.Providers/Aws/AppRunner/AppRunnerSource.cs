using System.Text.Json.Nodes;
using FlowSecrets.Providers.Aws.Workloads;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Aws.AppRunner;

/// <summary>An App Runner service's SourceConfiguration, as the document that it is: an update sends all of it.</summary>
internal sealed class AppRunnerSource(JsonObject whole)
{
    public JsonObject Whole => whole;

    /// <summary>Whether its variables stand in the repository, in apprunner.yaml, where nothing here sees them.</summary>
    public bool IsInRepository => (string?)whole["CodeRepository"]?["CodeConfiguration"]?["ConfigurationSource"] == "REPOSITORY";

    /// <summary>One, or none where they cannot be seen. Changing it changes this.</summary>
    public IReadOnlyList<IContainerVariables> Containers =>
        !IsInRepository && Configuration is { } configuration ? [new AppRunnerVariables(configuration)] : [];

    private JsonObject? Configuration
    {
        get
        {
            if (whole["ImageRepository"] is JsonObject image)
            {
                return MemberOf(image, "ImageConfiguration");
            }

            return whole["CodeRepository"]?["CodeConfiguration"] is JsonObject code ? MemberOf(code, "CodeConfigurationValues") : null;
        }
    }

    private static JsonObject MemberOf(JsonObject parent, string name)
    {
        if (parent[name] is not JsonObject member)
        {
            parent[name] = member = [];
        }

        return member;
    }

    private sealed class AppRunnerVariables(JsonObject configuration) : IContainerVariables
    {
        private const string SecretsMember = "RuntimeEnvironmentSecrets";
        private const string PlainMember = "RuntimeEnvironmentVariables";

        /// <summary>It has but one.</summary>
        public string Container => "";

        public IReadOnlyList<KeyValuePair<string, string>> Secrets =>
            [.. (configuration.Object(SecretsMember) ?? []).Select(static s => KeyValuePair.Create(s.Key, (string?)s.Value ?? ""))];

        public bool HasPlain(string variable) => configuration.Object(PlainMember)?.ContainsKey(variable) == true;

        public void Set(string variable, string valueFrom)
        {
            configuration.Object(PlainMember)?.Remove(variable);
            MemberOf(configuration, SecretsMember)[variable] = valueFrom;
        }

        public void Remove(string variable) => configuration.Object(SecretsMember)?.Remove(variable);
    }
}
