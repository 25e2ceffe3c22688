namespace FlowSecrets.Operations.Use;

/// <summary>Where a stream of the program ends.</summary>
internal enum StreamEnd
{
    /// <summary>At the host: the command is the last of its pipeline, and nothing captures or redirects the stream.</summary>
    Host,

    /// <summary>In PowerShell: a variable, a file, another command.</summary>
    PowerShell,

    /// <summary>It cannot be found out.</summary>
    Unknown,
}

/// <param name="IsTerminal">Whether that stream of this process is a terminal.</param>
internal sealed record StreamState(StreamEnd End, bool IsTerminal);

/// <summary>How what the program prints gets there.</summary>
internal enum OutputRoute
{
    /// <summary>The program has the stream of this process itself.</summary>
    Shared,

    /// <summary>We read it and write it to the stream of this process at once.</summary>
    Copied,

    /// <summary>We read it and pass it on in lines.</summary>
    Lines,
}

/// <summary>Whether a stream is redacted, and how it is delivered.</summary>
internal sealed record OutputRule(OutputRoute Route, bool Redacts)
{
    /// <summary>
    /// At a terminal where a person looks on, output is the program's own, with colors and prompts. Everything that is kept somewhere is
    /// redacted.
    /// </summary>
    /// <param name="isKept">Whether a CI system or a coding agent keeps what this process prints.</param>
    public static OutputRule For(StreamState stream, bool isKept, UseOptions options)
    {
        bool redacts = !options.NoRedact && (options.Redact || isKept || !stream.IsTerminal || stream.End != StreamEnd.Host);
        return new OutputRule(
            stream.End != StreamEnd.Host ? OutputRoute.Lines
                : redacts ? OutputRoute.Copied
                : OutputRoute.Shared,
            redacts
        );
    }
}
