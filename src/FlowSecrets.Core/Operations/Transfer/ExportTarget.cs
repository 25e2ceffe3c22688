using FlowSecrets.Catalogs;
using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Formats;
using FlowSecrets.Formats.Writing;
using FlowSecrets.Ports;
using FlowSecrets.Text;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.Transfer;

/// <summary>Where an export goes.</summary>
internal enum ExportWay
{
    /// <summary>To the pipeline, as text.</summary>
    Text,

    File,

    /// <summary>Into the log of the job, as commands.</summary>
    Log,

    /// <summary>Into the environment of this process.</summary>
    Process,
}

/// <summary>The format of an export and where it goes: what the user says, else what the CI system that runs this job reads.</summary>
internal sealed record ExportTarget(FormatProfile Format, ExportWay Way, FormatSettings Settings)
{
    /// <summary>Absolute; null: it is no file.</summary>
    public string? Path { get; init; }

    /// <summary>Whether the runner of GitHub Actions reads the log, which hides what it is told to.</summary>
    public bool HidesInLog { get; init; }

    /// <summary>A file of this job alone, which nobody named.</summary>
    public bool IsOfJob { get; init; }

    /// <summary>For prompts: where it goes.</summary>
    public string Where =>
        Path
        ?? Way switch
        {
            ExportWay.Log => "the log of this job",
            ExportWay.Process => "the environment of this process",
            _ => "the pipeline",
        };

    /// <exception cref="FlowSecretException">BadArgument: no format is known, or the parameters do not go together.</exception>
    public static ExportTarget Of(OperationContext context, ExportOptions options, string owner)
    {
        if (options is { AsPlainText: true, Path: not null })
        {
            throw Bad("-Path", "-AsPlainText gives the document out, and -Path writes it to a file", "Leave one of them out.");
        }

        FormatSettings settings = SettingsOf(context, options, owner);
        if (options.Format != ExportFormat.Auto)
        {
            return Stated(context, options, FormatProfiles.Of(options.Format), settings);
        }

        if (options.Path is { } path)
        {
            return Stated(context, options, FormatProfiles.OfFile(path), settings);
        }

        return context.Variable("GITHUB_ENV") is not null ? Stated(context, options, FormatProfiles.Of(ExportFormat.GitHubEnv), settings)
            : context.Variable("TF_BUILD") is not null ? Stated(context, options, FormatProfiles.Of(ExportFormat.AzurePipelines), settings)
            : context.Variable("GITLAB_CI") is not null ? OfGitLab(context, settings)
            : throw Bad(
                nameof(ExportFormat.Auto),
                "This is no job of GitHub Actions, Azure Pipelines or GitLab, so the format is not known",
                FormatProfiles.Choose(FormatProfiles.Written)
            );
    }

    /// <summary>Throws what the write would throw, before anything is read.</summary>
    /// <exception cref="FlowSecretException">FileUnsafe, FileExists, BadArgument, NotIgnoredByGit.</exception>
    public async Task CheckAsync(
        OperationContext context,
        IReadOnlyList<ExportWish> wishes,
        bool replaces,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        if (Way != ExportWay.File || IsOfJob)
        {
            return;
        }

        if (Format.Delivery == FormatDelivery.Append)
        {
            FileAppender.Check(Path!);
        }
        else if (Format.Delivery == FormatDelivery.Merge)
        {
            // The tool's own folder may not be there yet.
            FileWriter.CheckKind(Path!);
        }
        else
        {
            FileWriter.CheckNamed(Path!, replaces);
        }

        IEnumerable<string> beside = Format.Delivery == FormatDelivery.Folder ? wishes.Select(w => FileOf(w.Name)) : [];
        foreach (string file in beside)
        {
            FileWriter.Check(file, replaces);
        }

        foreach (string file in beside.Take(1).Prepend(Path!).Where(f => f != context.Variable(RunnerVariable(Format) ?? "")))
        {
            await RequireIgnoredAsync(context, file, host, cancellationToken);
        }
    }

    /// <summary>The file of a variable beside the document.</summary>
    public string FileOf(string variable) =>
        System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path!)!, System.IO.Path.GetFileNameWithoutExtension(Path!) + ".d", variable);

    private static ExportTarget Stated(OperationContext context, ExportOptions options, FormatProfile format, FormatSettings settings)
    {
        bool isAzure = context.Variable("TF_BUILD") is not null;
        if (
            options.MultilineAsFile
            && !(format.Delivery == FormatDelivery.Log && isAzure && context.Variable("AGENT_TEMPDIRECTORY") is not null)
        )
        {
            throw Bad("-MultilineAsFile", "-MultilineAsFile writes files for a job of Azure Pipelines, and this is none", "Leave it out.");
        }

        if (format.Delivery == FormatDelivery.Log && options.Path is not null)
        {
            throw Bad("-Path", $"{format.Name} writes commands to the log of the job, and no file", "Leave -Path out.");
        }

        string? path =
            options.AsPlainText ? null
            : format.Delivery == FormatDelivery.Merge ? UserSecretsLocation.Of(context, options.Path)
            : options.Path ?? (RunnerVariable(format) is { } variable ? context.Variable(variable) : null);
        ExportTarget target = new(format, ExportWay.Text, settings) { HidesInLog = context.Variable("GITHUB_ACTIONS") is not null };
        if (path is not null)
        {
            return target with { Way = ExportWay.File, Path = path, Settings = settings with { Path = path } };
        }

        if (format.Delivery == FormatDelivery.Log && isAzure && !options.AsPlainText)
        {
            return target with { Way = ExportWay.Log };
        }

        if (format.Delivery == FormatDelivery.Folder)
        {
            throw Bad("-Path", $"{format.Name} writes a file for each value beside the document", "Name the document with -Path.");
        }

        return options.AsPlainText
            ? target
            : throw Bad(
                format.Name,
                $"Values in the format {format.Name} would come out as plain text",
                "Name a file with -Path, or say that you want this with -AsPlainText."
            );
    }

    /// <summary>
    /// GitLab gives no command that hides a value, and shows the values of a dotenv report. So they stay in this job: in the shell that
    /// runs it, or in a file for that shell.
    /// </summary>
    private static ExportTarget OfGitLab(OperationContext context, FormatSettings settings)
    {
        if (IsJobShell(context.CommandLine()))
        {
            return new ExportTarget(FormatProfiles.Of(ExportFormat.PowerShell), ExportWay.Process, settings);
        }

        // Beside the project's folder, where the runner keeps its own files of the job.
        string? own = context.Variable("CI_PROJECT_DIR") is { } project ? project.TrimEnd('/', '\\') + ".tmp" : null;
        string folder = own is not null && Directory.Exists(own) ? own : System.IO.Path.GetTempPath();
        return new ExportTarget(FormatProfiles.Of(ExportFormat.Bash), ExportWay.File, settings)
        {
            Path = System.IO.Path.Combine(folder, $"flowsecrets-{Guid.NewGuid():N}.sh"),
            IsOfJob = true,
        };
    }

    /// <summary>Whether this PowerShell runs the job's script, which it reads from its input, or from the runner's file.</summary>
    private static bool IsJobShell(IReadOnlyList<string> arguments) =>
        arguments.Count > 1
        && (arguments[^1] == "-" || arguments.Skip(1).Any(static a => a.Contains("build_script", StringComparison.Ordinal)));

    /// <summary>The variable by which the runner names the file of a format; null: it names none.</summary>
    private static string? RunnerVariable(FormatProfile format) =>
        format.Format switch
        {
            ExportFormat.GitHubEnv => "GITHUB_ENV",
            ExportFormat.GitHubOutput => "GITHUB_OUTPUT",
            _ => null,
        };

    private static FormatSettings SettingsOf(OperationContext context, ExportOptions options, string owner)
    {
        string name = options.KubernetesSecret ?? DnsName.Near(owner);
        name = name.Length == 0 ? "secrets" : name;
        bool isNamed = options.KubernetesSecret is not null || options.Namespace is not null;
        return isNamed && options.Format != ExportFormat.Kubernetes
                ? throw Bad("-KubernetesSecret", "-KubernetesSecret and -Namespace go with -Format Kubernetes", "Leave them out.")
            : !DnsName.IsSubdomain(name)
                ? throw Bad(name, $"'{name}' is no name of a Kubernetes Secret", "Use small letters, digits, '-' and '.'.")
            : options.Namespace is { } space && !DnsName.IsLabel(space)
                ? throw Bad(space, $"'{space}' is no name of a Kubernetes namespace", "Use small letters, digits and '-'.")
            : new FormatSettings
            {
                AllowsExposure = options.Force,
                DecodesPercents = !string.Equals(context.Variable("DECODE_PERCENTS"), "false", StringComparison.OrdinalIgnoreCase),
                ManifestName = name,
                Namespace = options.Namespace,
            };
    }

    private static async Task RequireIgnoredAsync(
        OperationContext context,
        string file,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        if (CatalogLocator.RepositoryRoot(System.IO.Path.GetDirectoryName(file)!) is not { } repository)
        {
            return;
        }

        GitIgnoreAnswer answer = await GitIgnore.AskAsync(file, repository, context.Variable, cancellationToken);
        if (answer.Problem is not null)
        {
            host.Warning(
                $"{ErrorIds.GitNotAvailable}: it is not known whether git would take '{file}' into the repository. {answer.Problem}"
            );
        }

        if (answer.IsIgnored is false)
        {
            throw new FlowSecretException(
                ErrorIds.NotIgnoredByGit,
                file,
                $"git would take '{file}' into the repository, with the values in it",
                Remedy.Of(
                    $"Add it to .gitignore, or name a file elsewhere. If git has it already: {Shell($"git rm --cached {file}")}. "
                        + $"Nothing was read or written."
                )
            );
        }
    }

    private static FlowSecretException Bad(string target, string cause, Remedy remedy) => new(ErrorIds.BadArgument, target, cause, remedy);
}
