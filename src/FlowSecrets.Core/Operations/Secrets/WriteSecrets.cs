using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Secrets;

internal sealed record WriteSecretsOptions : SecretTargetOptions
{
    /// <summary>The value; null: generated or asked for. The operation does not dispose of it.</summary>
    public SecretValue? Value { get; init; }

    /// <summary>Where the value is read from, once for all secrets; null: nowhere.</summary>
    public ValueSource? Source { get; init; }

    /// <summary>Make the value: by this, or by the catalog's own rule.</summary>
    public bool Generate { get; init; }

    public GenerateSpec? GenerateSpec { get; init; }

    /// <summary>Make a container without a version.</summary>
    public bool NoValue { get; init; }

    /// <summary>Whether somebody is asked for each value.</summary>
    public bool IsAsked => !NoValue && !Generate && Value is null;

    /// <summary>The one field of a JSON secret that the value is for.</summary>
    public string? Field { get; init; }

    /// <summary>Labels to set; an empty value takes one off. Null: left as they are.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>The same for annotations.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Without it, a secret that data depends on is not overwritten.</summary>
    public bool OverwriteEncryptionKey { get; init; }
}
