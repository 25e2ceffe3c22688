using FlowSecrets.Text;

namespace FlowSecrets.Catalogs.Trust;

/// <summary>What a catalog can reach that only the user may allow. The names are written to the file of approvals.</summary>
internal enum TrustKind
{
    /// <summary>Values of a cloud location that only the catalog names are delivered.</summary>
    Reads,

    /// <summary>A secret of the default local store that another catalog wrote is delivered.</summary>
    Uses,

    /// <summary>A cloud location that only the catalog names is written to.</summary>
    Writes,

    /// <summary>A rotation logs in to a server.</summary>
    Connects,

    /// <summary>A script is run.</summary>
    Runs,

    /// <summary>A file outside of the repository, of git itself, or tracked by git is used.</summary>
    File,

    /// <summary>A cluster is changed.</summary>
    Cluster,

    /// <summary>A principal gets access.</summary>
    Principal,

    /// <summary>New secrets are encrypted with a key, or kept at locations, that the catalog names.</summary>
    Keeps,

    /// <summary>A variable is set that makes programs load code.</summary>
    Variable,
}

/// <summary>One thing that a catalog reaches.</summary>
/// <param name="Subject">The source or destination: a location, a path, a server, a name.</param>
/// <param name="Content">SHA-256 of a script, in hexadecimal; of a secret the catalog that wrote it; of a file what it is.</param>
internal sealed record TrustRecord(TrustKind Kind, string Subject, string Content = "")
{
    /// <summary>What a person reads: the subject comes from a stranger.</summary>
    public override string ToString() => PlainText.Line(Describe());

    private string Describe() =>
        Kind switch
        {
            TrustKind.Reads => $"reads from the {Subject}",
            TrustKind.Uses when Content.Length == 0 => $"uses the secret '{Subject}' of the local store, which no catalog has recorded",
            TrustKind.Uses => $"uses the secret '{Subject}' of the local store, which '{Content}' wrote",
            TrustKind.Writes => $"writes to the {Subject}",
            TrustKind.Connects => $"logs in to {Subject}",
            TrustKind.Runs => $"runs {Subject}",
            TrustKind.File when Content.Length > 0 => $"replaces the file {Subject}, which is {Content}",
            TrustKind.File => $"uses the file {Subject}",
            TrustKind.Cluster => $"changes {Subject}",
            TrustKind.Principal => $"grants access to {Subject}",
            TrustKind.Keeps => $"keeps new secrets with {Subject}",
            _ => $"sets the variable {Subject}, which makes programs load code",
        };
}
