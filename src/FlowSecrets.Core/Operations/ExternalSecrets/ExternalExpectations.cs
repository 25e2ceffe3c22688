using System.Text.RegularExpressions;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Values;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.ExternalSecrets;

/// <summary>What the Kubernetes Secret of an ExternalSecret must have, as far as it can be known. Owns the values.</summary>
internal sealed partial class ExternalExpectations : IDisposable
{
    private readonly List<SecretValue> _values = [];
    private readonly Dictionary<string, ExpectedValue> _byKey = new(StringComparer.Ordinal);

    public IReadOnlyList<ExpectedValue> All => [.. _byKey.Values];

    /// <summary>Whether something is delivered that cannot be compared: by a template, or changed by the operator.</summary>
    public bool IsIncomplete { get; private set; }

    /// <summary>The versions, by the name in the store.</summary>
    public SortedDictionary<string, string> Versions { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads the versions that should be delivered.</summary>
    /// <param name="version">Null: the current ones, or those that the manifest pins.</param>
    /// <exception cref="FlowSecretException">BadArgument: a version was named and cannot come; and what the store says.</exception>
    public static async Task<ExternalExpectations> ReadAsync(
        ExternalSecretInfo item,
        ExternalSecretStore cloud,
        string? version,
        CancellationToken cancellationToken
    )
    {
        if (version is not null)
        {
            RequireOne(item, cloud, version);
        }

        ExternalExpectations expectations = new() { IsIncomplete = item.HasOthers };
        try
        {
            foreach (ExternalEntry entry in item.Entries)
            {
                string name = cloud.NameOf(entry);
                VersionSelector selector = version is null
                    ? ExternalSecretStore.SelectorOf(entry.Version)
                    : new VersionSelector(version, null);
                using ReadSecret read = await ReadAsync(cloud, name, selector, cancellationToken);
                expectations.Add(item, entry, name, read);
            }

            expectations.IsIncomplete |= item.Templates.Keys.Any(k => !expectations._byKey.ContainsKey(k));
            return expectations;
        }
        catch
        {
            expectations.Dispose();
            throw;
        }
    }

    public void Dispose() => _values.ForEach(static v => v.Dispose());

    private static async Task<ReadSecret> ReadAsync(
        ExternalSecretStore cloud,
        string name,
        VersionSelector selector,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await cloud.Store.ReadAsync(name, selector, cancellationToken);
        }
        catch (FlowSecretException e)
        {
            throw cloud.Here(e, name);
        }
    }

    /// <summary>A version is one of a single secret, and the operator brings the one that the manifest says.</summary>
    private static void RequireOne(ExternalSecretInfo item, ExternalSecretStore cloud, string version)
    {
        string[] names = [.. item.Entries.Select(cloud.NameOf).Distinct(StringComparer.Ordinal)];
        if (names.Length != 1 || item.HasOthers)
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                item.Name,
                $"{item} delivers {(names.Length > 1 ? $"{names.Length} secrets" : "secrets that it does not name")}, and version "
                    + $"{version} is one of a single secret",
                $"Wait for the current versions: {Shell($"Sync-FlowExternalSecret {item.Space.Arguments(item.Name)} -Wait")}"
            );
        }

        if (
            item
                .Entries.Select(static e => ExternalSecretStore.SelectorOf(e.Version).Version)
                .FirstOrDefault(v => v is not null && v != version) is
            { } pinned
        )
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                item.Name,
                $"The manifest of {item} pins version {pinned}, so version {version} never comes",
                $"Change remoteRef.version: {item.Space.Command(Shell($"edit"), "externalsecret", item.Name)}"
            );
        }
    }

    private void Add(ExternalSecretInfo item, ExternalEntry entry, string name, ReadSecret read)
    {
        if (entry.IsChanged || (entry.SecretKey is null && entry.Property is not null))
        {
            IsIncomplete = true;
            return;
        }

        JsonSecret? json = entry.Property is not null || entry.SecretKey is null ? JsonSecret.Parse(read.Value, name) : null;
        if (entry.SecretKey is { } key)
        {
            if (entry.Property is null)
            {
                Add(item, entry, name, read.Version, key, read.Value.Clone());
            }
            else if (json!.Fields.Contains(entry.Property, StringComparer.Ordinal) && json.Text(entry.Property) is { } text)
            {
                Add(item, entry, name, read.Version, key, SecretValue.FromText(text));
            }
            else
            {
                // A path through objects is the operator's to read.
                IsIncomplete = true;
            }

            return;
        }

        foreach (string member in json!.Fields)
        {
            if (KeyName().IsMatch(member) && json.Text(member) is { } text)
            {
                Add(item, entry, name, read.Version, member, SecretValue.FromText(text));
            }
            else
            {
                IsIncomplete = true;
            }
        }
    }

    /// <param name="key">The name that templates have for the value.</param>
    private void Add(ExternalSecretInfo item, ExternalEntry entry, string name, string version, string key, SecretValue value)
    {
        _values.Add(value);
        if (entry.IsPlain && !item.Templates.ContainsKey(key))
        {
            Expect(new ExpectedValue(name, version, key, value, IsPart: false));
        }

        foreach ((string made, string template) in item.Templates)
        {
            if (template.Trim() == $"{{{{ .{key} }}}}")
            {
                Expect(new ExpectedValue(name, version, made, value, IsPart: template != template.Trim()));
            }
            else if (!value.IsEmpty() && Shows(template, key))
            {
                Expect(new ExpectedValue(name, version, made, value, IsPart: true));
            }
        }
    }

    private void Expect(ExpectedValue expected)
    {
        // A text that is made of several values is looked at for the last of them.
        _byKey[expected.Key] = expected;
        Versions[expected.StoreName] = expected.Version;
    }

    /// <summary>Whether the template writes the value as it is, encoded for URLs, or in base64, and in no other way.</summary>
    private static bool Shows(string template, string key) =>
        Action()
            .Matches(template)
            .Any(a =>
                a.Groups["name"].Value == key
                && a.Groups["filters"].Value.Replace(" ", "", StringComparison.Ordinal)
                    is ""
                        or "|b64enc"
                        or "|urlquery|replace\"+\"\"%20\""
            );

    [GeneratedRegex(@"\{\{-?\s*\.(?<name>[A-Za-z0-9_]+)\s*(?<filters>(\|[^{}]*)?)-?\}\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Action();

    /// <summary>Others are renamed by the operator.</summary>
    [GeneratedRegex(@"\A[-._a-zA-Z0-9]+\z")]
    private static partial Regex KeyName();
}
