using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Errors;
using FlowSecrets.Formats.Dotenv;
using FlowSecrets.Model;
using FlowSecrets.Values;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.LocalEnv;

/// <summary>Brings wishes and the file together: what is set, what is kept, what is missing. A function of its input.</summary>
internal sealed class EnvMerge
{
    private readonly EnvMergeInput _input;
    private readonly IEnvDocument _old;
    private readonly IEnvDocument _new;
    private readonly EnvValues _values;
    private readonly Dictionary<string, string> _expected = new(StringComparer.Ordinal);
    private readonly List<(CatalogFile File, string Path, SecretValue Value)> _files = [];
    private readonly HashSet<string> _unchangedFiles = new(StringComparer.Ordinal);
    private readonly List<string> _warnings = [];
    private readonly List<string> _notes = [];

    private EnvMerge(EnvMergeInput input)
    {
        _input = input;
        _old = EnvDocument.Parse(input.OldText, input.Dialect, input.Path);
        _new = EnvDocument.Parse(input.Clean ? "" : input.OldText, input.Dialect, input.Path);
        _values = new EnvValues(input.Catalog, input.Fetched, Standing(input, _old));
    }

    /// <exception cref="FlowSecretException">EnvFileInvalid: the file cannot be read in its dialect.</exception>
    public static EnvMergeResult Run(EnvMergeInput input)
    {
        EnvMerge merge = new(input);
        try
        {
            return merge.Run();
        }
        catch
        {
            merge._files.ForEach(static f => f.Value.Dispose());
            throw;
        }
    }

    private EnvMergeResult Run()
    {
        if (string.IsNullOrWhiteSpace(_new.ToText()) && _new is EnvDocument fresh)
        {
            string catalog = Path.GetFileName(_input.Catalog.Path);
            fresh.AddHeader($"{_input.Catalog.Application}: written by Sync-FlowLocalEnv from {catalog}. Lines that you add stay.");
            fresh.AddHeader($"A line '# {EnvDocument.KeepMark}' over a variable keeps its value. Never commit this file.");
        }

        List<EnvVariable> results = [.. _input.Plan.Wishes.Select(Merge)];
        if (_input.Clean)
        {
            KeepMarked(results);
        }

        _files.Where(f => _unchangedFiles.Contains(f.Path)).ToList().ForEach(static f => f.Value.Dispose());
        return new EnvMergeResult(
            _new.ToText(),
            _expected,
            [.. _files.Where(f => !_unchangedFiles.Contains(f.Path))],
            results,
            _warnings,
            _notes
        );
    }

    private EnvVariable Merge(EnvWish wish)
    {
        EnvVariable result = new()
        {
            Name = wish.Name.Length > 0 ? wish.Name : wish.File!.Path,
            Source = wish.Source.ToString(),
            Secret = wish.Carries?.ToString(),
            Environment = wish.Source is EnvSource.Store or EnvSource.File ? _input.Environment?.Name : null,
            Status = ItemStatus.Unchanged,
        };
        try
        {
            string? standing = _old.Get(wish.Name);
            if (_input.Refusal(wish) is { } refusal)
            {
                throw refusal;
            }

            if (_old.IsKept(wish.Name))
            {
                Set(wish, standing!, keep: true);
                return result with { Status = ItemStatus.Kept, Message = $"It stands under '# {EnvDocument.KeepMark}'." };
            }

            string? value = wish.File is null ? _values.Get(wish, out string? why) : FileValue(wish.File, out why);
            if (!_input.Clean && wish.Source == EnvSource.Local && !string.IsNullOrEmpty(standing))
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

            return value is null ? Absent(wish, standing, why, result) : Present(wish, standing, value, result);
        }
        catch (FlowSecretException e)
        {
            // What stands in the file stays; the other variables are written.
            if (_input.Clean && _old.Get(wish.Name) is { Length: > 0 } before)
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
            string path = _input.Catalog.Resolve(wish.File!.Path);
            return _unchangedFiles.Contains(path)
                ? result
                : result with
                {
                    Status = _input.Files[path].Exists ? ItemStatus.Updated : ItemStatus.Created,
                };
        }

        if (value.Length == 0 && wish.Source == EnvSource.Store)
        {
            result = IsEmpty(wish, result);
        }

        Set(wish, value, keep: false);
        if (string.Equals(standing, value, StringComparison.Ordinal))
        {
            return result;
        }

        if (!_input.Check)
        {
            return result with { Status = standing is null ? ItemStatus.Created : ItemStatus.Updated };
        }

        return Outdated(
            result,
            standing is null ? $"{wish.Name} is not in '{_input.Path}'" : $"{wish.Name} in '{_input.Path}' is older than its source",
            standing is null ? ItemStatus.Missing : ItemStatus.Outdated
        );
    }

    /// <summary>An empty text is a value, and is written.</summary>
    /// <exception cref="FlowSecretException">EmptyValue: the catalog requires it.</exception>
    private static EnvVariable IsEmpty(EnvWish wish, EnvVariable result) =>
        wish.Required
            ? throw new FlowSecretException(
                ErrorIds.EmptyValue,
                wish.Name,
                $"{wish.Name} is required, and '{wish.Carries}' is an empty text in the store",
                $"Give it a text: {Shell($"Set-FlowSecret {wish.Carries!.Value.Key} -Field {wish.Carries.Value.Field}")}"
            )
            : result with
            {
                Message = "Its value in the store is an empty text.",
            };

    private EnvVariable Absent(EnvWish wish, string? standing, string? why, EnvVariable result)
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
                wish.Name,
                $"{result.Name} is required. {why}",
                $"Set it up: {Shell($"Initialize-FlowSecret {new EnvironmentArgument(_input.Environment?.Name)}")}"
            );
            return result with { Status = ItemStatus.Missing, Message = error.Message, Error = error };
        }

        if (stands)
        {
            return result with { Status = ItemStatus.Kept, Message = $"{why} The file's value stays." };
        }

        if (wish.Name.Length > 0)
        {
            if (_input.Check && standing is null)
            {
                return Outdated(result, $"{wish.Name} is not in '{_input.Path}'", ItemStatus.Missing);
            }

            Set(wish, "", keep: false);
        }

        if (!_input.Check)
        {
            _warnings.Add($"{result.Name} is left empty: {why}");
        }

        return result with
        {
            Status = ItemStatus.Missing,
            Message = why,
        };
    }

    private static EnvVariable Outdated(EnvVariable result, string cause, string status)
    {
        FlowSecretException error = new(ErrorIds.EnvFileOutdated, result.Name, cause, "Write it: Sync-FlowLocalEnv");
        return result with { Status = status, Message = error.Message, Error = error };
    }

    private string? FileValue(CatalogFile file, out string? why)
    {
        if (_values.Bytes(file.Secret, out why) is not { } bytes)
        {
            return null;
        }

        string path = _input.Catalog.Resolve(file.Path);
        try
        {
            Check(file, path, _input.Files[path], bytes);
        }
        catch
        {
            // What is refused is not written either.
            bytes.Dispose();
            throw;
        }

        _files.Add((file, path, bytes));
        return path.Replace('\\', '/');
    }

    /// <exception cref="FlowSecretException">Why the file cannot be written, or, for a check, that it is outdated.</exception>
    private void Check(CatalogFile file, string path, EnvFileState seen, SecretValue bytes)
    {
        if (seen.Problem is not null)
        {
            throw seen.Problem;
        }

        if (seen.HasContent(bytes))
        {
            _unchangedFiles.Add(path);
        }
        else if (_input.Check)
        {
            throw new FlowSecretException(
                ErrorIds.EnvFileOutdated,
                path,
                $"The file '{path}' is missing or older than its source",
                "Write it: Sync-FlowLocalEnv"
            );
        }
        else if (seen is { Exists: true, IsOurs: false } && !_input.Force)
        {
            throw new FlowSecretException(
                ErrorIds.FileExists,
                path,
                $"There is a file '{path}' already, which this module did not write and which has another content than '{file.Secret}'",
                "Look at it. Move it, or replace it: Sync-FlowLocalEnv -Force"
            );
        }
    }

    private void Set(EnvWish wish, string value, bool keep)
    {
        if (wish.Name.Length == 0)
        {
            return;
        }

        if (!keep || _input.Clean)
        {
            _new.Set(wish.Name, value, wish.Section, _old.IsKept(wish.Name) ? EnvDocument.KeepMark : wish.Comment);
        }

        _expected[wish.Name] = value;
    }

    /// <summary>With -Clean, what the user marked comes over, and the rest of his lines is said to go.</summary>
    private void KeepMarked(List<EnvVariable> results)
    {
        HashSet<string> managed = new(_input.Plan.Wishes.Select(static w => w.Name), StringComparer.Ordinal);
        foreach (string name in _old.Names.Where(n => !managed.Contains(n)).ToList())
        {
            if (_old.IsKept(name))
            {
                _new.Set(name, _old.Get(name)!, "kept", EnvDocument.KeepMark);
                _expected[name] = _old.Get(name)!;
            }
            else
            {
                _notes.Add($"{name} is not of the catalog; -Clean leaves it out.");
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

    /// <summary>What the variable of each reference keeps in the file, so that templates agree with it.</summary>
    private static Dictionary<TemplateReference, string> Standing(EnvMergeInput input, IEnvDocument old)
    {
        Dictionary<TemplateReference, string> standing = [];
        foreach (EnvWish wish in input.Plan.Wishes.Where(static w => w.Source == EnvSource.Local))
        {
            bool stays = !input.Clean || old.IsKept(wish.Name);
            if (wish.Carries is { } reference && stays && old.Get(wish.Name) is { Length: > 0 } value)
            {
                standing.TryAdd(reference, value);
            }
        }

        return standing;
    }
}
