using System.Xml;
using System.Xml.Linq;
using FlowSecrets.Errors;
using FlowSecrets.Files;

namespace FlowSecrets.Operations.Transfer;

/// <summary>Where dotnet user-secrets keeps the values of a project.</summary>
internal static class UserSecretsLocation
{
    private static readonly string[] ProjectEndings = [".csproj", ".fsproj", ".vbproj"];

    /// <param name="path">The file itself, or the project; null: the project in the current folder.</param>
    /// <exception cref="FlowSecretException">BadArgument: there is no project, or it has no id that can be used.</exception>
    public static string Of(OperationContext context, string? path)
    {
        if (path is not null && !ProjectEndings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
        {
            return path;
        }

        string project = path ?? Project(context.WorkingDirectory);
        return File(context, Id(project));
    }

    private static string Project(string folder)
    {
        string[] projects =
        [
            .. Directory
                .EnumerateFiles(folder)
                .Where(static f => ProjectEndings.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase)),
        ];
        return projects.Length == 1
            ? projects[0]
            : throw new FlowSecretException(
                ErrorIds.BadArgument,
                folder,
                projects.Length == 0 ? $"There is no .NET project in '{folder}'" : $"There are several .NET projects in '{folder}'",
                "Name the project with -Path: a .csproj, .fsproj or .vbproj."
            );
    }

    /// <summary>A name of a folder and nothing else: the project comes with a repository.</summary>
    private static string Id(string project)
    {
        string? id = null;
        try
        {
            XmlReaderSettings settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };
            using MemoryStream text = new(FileReader.Named(project, FileReader.SmallLimit));
            using XmlReader reader = XmlReader.Create(text, settings);
            id = XDocument.Load(reader).Descendants().FirstOrDefault(static e => e.Name.LocalName == "UserSecretsId")?.Value.Trim();
        }
        catch (XmlException)
        {
            // Said below: a project that cannot be read has no id.
        }

        bool isName =
            id is { Length: > 0 }
            && id is not ("." or "..")
            && !id.Contains("$(", StringComparison.Ordinal)
            && id.IndexOfAny(Path.GetInvalidFileNameChars()) < 0
            && id.IndexOfAny(['/', '\\']) < 0;
        return isName
            ? id!
            : throw new FlowSecretException(
                ErrorIds.BadArgument,
                project,
                $"'{project}' has no UserSecretsId that can be used",
                $"Give it one: {ShellCommand.Shell($"dotnet user-secrets init --project {project}")}"
            );
    }

    /// <summary>As the tool finds it: with APPDATA on every system, else in the home folder.</summary>
    private static string File(OperationContext context, string id)
    {
        if (context.Variable("APPDATA") is { } data)
        {
            return Path.Combine(data, "Microsoft", "UserSecrets", id, "secrets.json");
        }

        string root =
            context.Variable("HOME")
            ?? Filled(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData))
            ?? Filled(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile))
            ?? context.Variable("DOTNET_USER_SECRETS_FALLBACK_DIR")
            ?? throw new FlowSecretException(
                ErrorIds.BadArgument,
                id,
                "This user has no home folder for user secrets",
                "Set DOTNET_USER_SECRETS_FALLBACK_DIR to a folder, as dotnet user-secrets does."
            );
        return Path.Combine(root, ".microsoft", "usersecrets", id, "secrets.json");
    }

    private static string? Filled(string folder) => folder.Length > 0 ? folder : null;
}
