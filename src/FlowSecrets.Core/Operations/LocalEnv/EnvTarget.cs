using System.Text;
using FlowSecrets.Catalogs;
using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Formats.Dotenv;
using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.LocalEnv;

/// <summary>The file that Sync-FlowLocalEnv writes, as it stands now.</summary>
internal sealed class EnvTarget
{
    private readonly byte[]? _old;

    private EnvTarget(string path, EnvDialect dialect, byte[]? old) => (Path, Dialect, _old) = (path, dialect, old);

    public string Path { get; }

    public EnvDialect Dialect { get; }

    /// <summary>Its text; null where there is no file.</summary>
    public string? Text => _old is null ? null : Encoding.UTF8.GetString(_old);

    /// <exception cref="FlowSecretException">FileUnsafe, EnvFileInvalid.</exception>
    public static EnvTarget Open(OperationContext context, Catalog catalog, SyncOptions options)
    {
        string path = options.Path is null
            ? catalog.Resolve(catalog.LocalEnv.Path)
            : System.IO.Path.GetFullPath(options.Path, context.WorkingDirectory);
        FileWriter.CheckKind(path);
        byte[]? old = FileReader.Regular(path, FileReader.ValueLimit, ErrorIds.EnvFileInvalid);
        if (old is not null && !FileReader.IsUtf8(old))
        {
            throw new FlowSecretException(
                ErrorIds.EnvFileInvalid,
                path,
                $"'{path}' is not UTF-8 text",
                "Save it as UTF-8, or name another file with -Path; nothing was written."
            );
        }

        EnvDialect dialect = options.Format ?? Enum.Parse<EnvDialect>(catalog.LocalEnv.Target, ignoreCase: true);
        return new EnvTarget(path, dialect, old);
    }

    /// <summary>What stands at the path of a file of its own.</summary>
    public static EnvFileState Look(string path, Func<string, string?> variable)
    {
        try
        {
            bool isThere = FileWriter.CheckKind(path).Exists;
            bool isPrivate = isThere && PrivateFile.Exposure(path) is null;
            return new EnvFileState(
                isThere,
                null,
                isThere && WrittenFiles.Contains(FilePaths.Real(path), variable),
                value => isPrivate && FileReader.Regular(path, FileReader.ValueLimit).AsSpan().SequenceEqual(value.AsSpan())
            );
        }
        catch (FlowSecretException e)
        {
            return new EnvFileState(true, e, false, static _ => false);
        }
    }

    public bool IsChanged(string text) => _old is null || !Encoding.UTF8.GetBytes(text).AsSpan().SequenceEqual(_old);

    /// <summary>Writes it, after what is on the disk was read back and every value found in it.</summary>
    public void Write(string text, IReadOnlyDictionary<string, string> expected, IOperationHost host, CancellationToken cancellationToken)
    {
        bool hadCr = _old is not null && _old.Contains((byte)'\r') && !_old.Contains((byte)'\n');
        bool hadCrLf = _old is not null && _old.AsSpan().IndexOf("\r\n"u8) >= 0 && !text.Contains("\r\n", StringComparison.Ordinal);
        if (hadCr || hadCrLf)
        {
            host.Warning(
                $"'{Path}' had {(hadCr ? "CR" : "CRLF")} line ends, with which bash and others read every value wrong; it is written with "
                    + "LF."
            );
        }

        FileWriter.Write(
            Path,
            Encoding.UTF8.GetBytes(text),
            FileAudience.Owner,
            replace: true,
            written =>
            {
                byte[]? now = FileReader.Regular(Path, FileReader.ValueLimit, ErrorIds.EnvFileInvalid);
                if (!(now ?? []).AsSpan().SequenceEqual(_old ?? []) || (now is null) != (_old is null))
                {
                    throw new FlowSecretException(
                        ErrorIds.Conflict,
                        Path,
                        $"'{Path}' was changed by somebody else meanwhile",
                        "It stays as it is now. Run Sync-FlowLocalEnv again."
                    );
                }

                IEnvDocument document = EnvDocument.Parse(Encoding.UTF8.GetString(written), Dialect, Path);
                foreach ((string name, string value) in expected)
                {
                    if (!string.Equals(document.Get(name), value, StringComparison.Ordinal))
                    {
                        throw new FlowSecretException(
                            ErrorIds.EnvFileInvalid,
                            name,
                            $"Read back from '{Path}', {name} is not what was written",
                            "The old file stays. Lines of your own around it may be the cause: look for quotes that are not closed, or "
                                + "build the file anew with -Clean."
                        );
                    }
                }
            },
            cancellationToken
        );
    }

    /// <summary>A file that needs no writing may still be open to others.</summary>
    public void Protect(IOperationHost host)
    {
        if (!OperatingSystem.IsWindows() && PrivateFile.Exposure(Path) is { } exposure && !host.IsWhatIf)
        {
            host.Warning($"{exposure} Their rights were taken away.");
            PrivateFile.Protect(Path);
        }
    }
}
