using FlowSecrets.Catalogs;
using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Formats.Dotenv;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.LocalEnv;

/// <summary>Brings wishes and the file together: what is set, what is kept, what is missing. Writes nothing.</summary>
internal sealed class EnvMerge(
    Catalog catalog,
    CatalogEnvironment? environment,
    EnvPlan plan,
    IReadOnlyDictionary<string, ReadOutcome> fetched,
    EnvTarget target,
    SyncOptions options
) : IDisposable
{
    private readonly Dictionary<string, string> _expected = new(StringComparer.Ordinal);
    private readonly List<(CatalogFile, string, SecretValue)> _files = [];
    private readonly HashSet<string> _unchangedFiles = new(StringComparer.Ordinal);
    private IEnvDocument _old = null!;
    private IEnvDocument _new = null!;

    /// <summary>The file's new text.</summary>
    public string Text => _new.ToText();

    /// <summary>What must be read back of it.</summary>
    public IReadOnlyDictionary<string, string> Expected => _expected;

    /// <summary>Files of their own whose content is another.</summary>
    public IEnumerable<(CatalogFile File, string Path, SecretValue Value)> Files => _files.Where(f => !_unchangedFiles.Contains(f.Item2));

    public void Dispose() => _files.ForEach(static f => f.Item3.Dispose());

    public IReadOnlyList<EnvVariable> Run(IOperationHost host)
    {
        string old = target.Text ?? "";
        _old = EnvDocument.Parse(old, target.Dialect, target.Path);
        _new = EnvDocument.Parse(options.Clean ? "" : old, target.Dialect, target.Path);
        if (string.IsNullOrWhiteSpace(_new.ToText()) && _new is EnvDocument fresh)
        {
            fresh.AddHeader(
                $"{catalog.Application}: written by Sync-FlowLocalEnv from {Path.GetFileName(catalog.Path)}. Lines that you add stay."
            );
            fresh.AddHeader($"A line '# {EnvDocument.KeepMark}' over a variable keeps its value. Never commit this file.");
        }

        EnvValues values = new(catalog, fetched, Standing);
        List<EnvVariable> results = [.. plan.Wishes.Select(w => Merge(w, values, host))];
        if (options.Clean)
        {
            KeepMarked(results, host);
        }

        return results;
    }

    private EnvVariable Merge(EnvWish wish, EnvValues values, IOperationHost host)
    {
        EnvVariable result = new()
        {
            Name = wish.Name.Length > 0 ? wish.Name : wish.File!.Path,
            Source = wish.Source.ToString(),
            Secret = wish.Carries?.ToString(),
            Environment = wish.Source is EnvSource.Store or EnvSource.File ? environment?.Name : null,
            Status = ItemStatus.Unchanged,
        };
        try
        {
            string? standing = _old.Get(wish.Name);
            if (_old.IsKept(wish.Name))
            {
                Set(wish, standing!, keep: true);
                return result with { Status = ItemStatus.Kept, Message = $"It stands under '# {EnvDocument.KeepMark}'." };
            }

            string? value = wish.File is null ? values.Get(wish, out string? why) : FileValue(wish.File, values, out why);
            if (!options.Clean && wish.Source == EnvSource.Local && !string.IsNullOrEmpty(standing))
            {
                Set(wish, standing, keep: true);
                bool same = string.Equals(standing, value, StringComparison.Ordinal);
                return same
                    ? result with
                    {
                        Status = ItemStatus.Kept,
                    }
                    : result with
                    {
                        Status = ItemStatus.Differs,
                        Message =
                            "The file's value stays; the catalog's local value is another. Sync-FlowLocalEnv -Clean takes the catalog's.",
                    };
            }

            return value is null ? Absent(wish, standing, why, result, host) : Present(wish, standing, value, result);
        }
        catch (FlowSecretException e)
        {
            // What stands in the file stays; the other variables are written.
            if (options.Clean && _old.Get(wish.Name) is { Length: > 0 } before)
            {
                Set(wish, before, keep: true);
            }

            return result with
            {
                Status = ItemStatus.Failed,
                Message = e.Message,
                Error = e,
            };
        }
    }

    private EnvVariable Present(EnvWish wish, string? standing, string value, EnvVariable result)
    {
        if (wish.Name.Length == 0)
        {
            string path = catalog.Resolve(wish.File!.Path);
            return _unchangedFiles.Contains(path)
                ? result
                : result with
                {
                    Status = File.Exists(path) ? ItemStatus.Updated : ItemStatus.Created,
                };
        }

        Set(wish, value, keep: false);
        if (string.Equals(standing, value, StringComparison.Ordinal))
        {
            return result;
        }

        if (!options.Check)
        {
            return result with { Status = standing is null ? ItemStatus.Created : ItemStatus.Updated };
        }

        return Outdated(
            result,
            standing is null ? $"{wish.Name} is not in '{target.Path}'" : $"{wish.Name} in '{target.Path}' is older than its source",
            standing is null ? ItemStatus.Missing : ItemStatus.Outdated
        );
    }

    private EnvVariable Absent(EnvWish wish, string? standing, string? why, EnvVariable result, IOperationHost host)
    {
        bool stands = !string.IsNullOrEmpty(standing);
        if (stands)
        {
            // Whoever put it there needs it: what the store lacks does not take it away.
            Set(wish, standing!, keep: true);
        }

        if (wish.Required)
        {
            FlowSecretException error = new(
                ErrorIds.RequiredSecretMissing,
                FlowErrorCategory.ObjectNotFound,
                wish.Name,
                $"{result.Name} is required. {why}",
                $"Set it up: Initialize-FlowSecret{(environment is null ? "" : $" -Environment '{environment.Name}'")}"
            );
            return result with { Status = ItemStatus.Missing, Message = error.Message, Error = error };
        }

        if (stands)
        {
            return result with { Status = ItemStatus.Kept, Message = $"{why} The file's value stays." };
        }

        if (wish.Name.Length > 0)
        {
            if (options.Check && standing is null)
            {
                return Outdated(result, $"{wish.Name} is not in '{target.Path}'", ItemStatus.Missing);
            }

            Set(wish, "", keep: false);
        }

        if (!options.Check)
        {
            host.Warning($"{result.Name} is left empty: {why}");
        }

        return result with
        {
            Status = ItemStatus.Missing,
            Message = why,
        };
    }

    private static EnvVariable Outdated(EnvVariable result, string cause, string status)
    {
        FlowSecretException error = new(
            ErrorIds.EnvFileOutdated,
            FlowErrorCategory.InvalidData,
            result.Name,
            cause,
            "Write it: Sync-FlowLocalEnv"
        );
        return result with { Status = status, Message = error.Message, Error = error };
    }

    private string? FileValue(CatalogFile file, EnvValues values, out string? why)
    {
        if (values.Bytes(file.Secret, out why) is not { } bytes)
        {
            return null;
        }

        string path = catalog.Resolve(file.Path);
        _files.Add((file, path, bytes));
        PrivateFile.RequireNoLink(path);
        if (EnvTarget.HasContent(path, bytes))
        {
            _unchangedFiles.Add(path);
        }
        else if (options.Check)
        {
            throw new FlowSecretException(
                ErrorIds.EnvFileOutdated,
                FlowErrorCategory.InvalidData,
                path,
                $"The file '{path}' is missing or older than its source",
                "Write it: Sync-FlowLocalEnv"
            );
        }

        return path.Replace('\\', '/');
    }

    private void Set(EnvWish wish, string value, bool keep)
    {
        if (wish.Name.Length == 0)
        {
            return;
        }

        if (!keep || options.Clean)
        {
            _new.Set(wish.Name, value, wish.Section, _old.IsKept(wish.Name) ? EnvDocument.KeepMark : wish.Comment);
        }

        _expected[wish.Name] = value;
    }

    /// <summary>With -Clean, what the user marked comes over, and the rest of his lines is said to go.</summary>
    private void KeepMarked(List<EnvVariable> results, IOperationHost host)
    {
        HashSet<string> managed = new(plan.Wishes.Select(static w => w.Name), StringComparer.Ordinal);
        foreach (string name in _old.Names.Where(n => !managed.Contains(n)).ToList())
        {
            if (_old.IsKept(name))
            {
                _new.Set(name, _old.Get(name)!, "kept", EnvDocument.KeepMark);
                _expected[name] = _old.Get(name)!;
            }
            else
            {
                host.Verbose($"{name} is not of the catalog; -Clean leaves it out.");
                results.Add(
                    new EnvVariable
                    {
                        Name = name,
                        Source = nameof(EnvSource.Local),
                        Status = ItemStatus.Removed,
                        Message = "It is not of the catalog; -Clean leaves it out.",
                    }
                );
            }
        }
    }

    /// <summary>What a variable of this reference keeps in the file, so that templates agree with it.</summary>
    private string? Standing(TemplateReference reference)
    {
        foreach (EnvWish wish in plan.Wishes.Where(w => w.Carries == reference && w.Source == EnvSource.Local))
        {
            if (_old.Get(wish.Name) is { Length: > 0 } value && (!options.Clean || _old.IsKept(wish.Name)))
            {
                return value;
            }
        }

        return null;
    }
}
