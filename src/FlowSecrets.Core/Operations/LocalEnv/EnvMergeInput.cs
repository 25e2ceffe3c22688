using FlowSecrets.Catalogs;
using FlowSecrets.Model;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.LocalEnv;

/// <summary>Everything that a merge starts from. The merge asks the disk nothing but what <c>Files</c> answers.</summary>
/// <param name="Fetched">What the store answered, by the catalog's keys.</param>
/// <param name="OldText">The file's text; empty if there is no file.</param>
/// <param name="Path">The file, for messages.</param>
/// <param name="Files">What stands at the paths of the catalog's files of their own.</param>
internal sealed record EnvMergeInput(
    Catalog Catalog,
    CatalogEnvironment? Environment,
    EnvPlan Plan,
    IReadOnlyDictionary<string, ReadOutcome> Fetched,
    string OldText,
    string Path,
    EnvDialect Dialect,
    IReadOnlyDictionary<string, EnvFileState> Files
)
{
    /// <summary>Replace files of their own that this module did not write.</summary>
    public bool Force { get; init; }

    /// <summary>Build the file from the catalog alone.</summary>
    public bool Clean { get; init; }

    /// <summary>Why a variable or file may not be written; null: it may.</summary>
    public Func<EnvWish, FlowSecretException?> Refusal { get; init; } = static _ => null;

    /// <summary>Tell what is outdated, for a check that writes nothing.</summary>
    public bool Check { get; init; }
}

/// <summary>What stands at the path of a file of its own.</summary>
/// <param name="Exists">Whether a file is there.</param>
/// <param name="Problem">Why it cannot be replaced; null if it can.</param>
/// <param name="IsOurs">Whether this module wrote it.</param>
/// <param name="HasContent">Whether it has just these bytes, and only its owner can read them.</param>
internal sealed record EnvFileState(bool Exists, FlowSecretException? Problem, bool IsOurs, Func<SecretValue, bool> HasContent);

/// <summary>What a merge comes to. Owns the values of the files.</summary>
/// <param name="Text">The file's new text.</param>
/// <param name="Expected">What must be read back from it.</param>
/// <param name="Files">Files of their own whose content is another.</param>
/// <param name="Warnings">What a person should know.</param>
/// <param name="Notes">What was left out, for -Verbose.</param>
internal sealed record EnvMergeResult(
    string Text,
    IReadOnlyDictionary<string, string> Expected,
    IReadOnlyList<(CatalogFile File, string Path, SecretValue Value)> Files,
    IReadOnlyList<EnvVariable> Results,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<string> Notes
) : IDisposable
{
    public void Dispose()
    {
        foreach ((_, _, SecretValue value) in Files)
        {
            value.Dispose();
        }
    }
}
