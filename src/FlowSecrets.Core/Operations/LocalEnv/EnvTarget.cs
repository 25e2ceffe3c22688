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

    /// <exception cref="FlowSecretException">CatalogNotTrusted, FileUnsafe, EnvFileInvalid.</exception>
    public static EnvTarget Open(OperationContext context, Catalog catalog, SyncOptions options)
    {
        string path = options.Path is null
            ? catalog.Resolve(catalog.LocalEnv.Path)
            : System.IO.Path.GetFullPath(options.Path, context.WorkingDirectory);
        if (options.Path is null)
        {
            CatalogTrust.RequireInside(catalog, path, options.TrustCatalog, context.Variable);
        }

        foreach (CatalogFile file in catalog.LocalEnv.Files)
        {
            CatalogTrust.RequireInside(catalog, catalog.Resolve(file.Path), options.TrustCatalog, context.Variable);
        }

        PrivateFile.RequireNoLink(path);
        byte[]? old = File.Exists(path) ? File.ReadAllBytes(path) : null;
        if (old is not null && !System.Text.Unicode.Utf8.IsValid(old))
        {
            throw new FlowSecretException(
                ErrorIds.EnvFileInvalid,
                path,
                $"'{path}' is not UTF-8 text",
                "Save it as UTF-8, or name another file with -Path; nothing was written."
            );
        }

        EnvDialect dialect = options.Target ?? Enum.Parse<EnvDialect>(catalog.LocalEnv.Target, ignoreCase: true);
        return new EnvTarget(path, dialect, old);
    }

    /// <summary>What stands at the path of a file of its own.</summary>
    public static EnvFileState Look(string path)
    {
        try
        {
            PrivateFile.RequireNoLink(path);
        }
        catch (FlowSecretException e)
        {
            return new EnvFileState(true, e, static _ => false);
        }

        bool isPrivate = File.Exists(path) && PrivateFile.Exposure(path) is null;
        return new EnvFileState(
            File.Exists(path),
            null,
            value => isPrivate && File.ReadAllBytes(path).AsSpan().SequenceEqual(value.AsSpan())
        );
    }

    public bool IsChanged(string text) => _old is null || !Encoding.UTF8.GetBytes(text).AsSpan().SequenceEqual(_old);

    /// <summary>Writes it, after what is on the disk was read back and every value found in it.</summary>
    public void Write(string text, IReadOnlyDictionary<string, string> expected, IOperationHost host, CancellationToken cancellationToken)
    {
        if (_old is not null && _old.AsSpan().IndexOf("\r\n"u8) >= 0 && !text.Contains("\r\n", StringComparison.Ordinal))
        {
            host.Warning($"'{Path}' had CRLF line ends, with which bash and others read every value wrong; it is written with LF.");
        }

        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        PrivateFile.WriteAtomically(
            Path,
            Encoding.UTF8.GetBytes(text),
            written =>
            {
                byte[]? now = File.Exists(Path) ? File.ReadAllBytes(Path) : null;
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
            File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
