using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Security;
using FlowSecrets.Catalogs;
using FlowSecrets.Errors;
using FlowSecrets.Formats.Data;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Transfer;
using FlowSecrets.Text;
using FlowSecrets.Values;
using static FlowSecrets.Errors.ShellCommand;
using WildcardPattern = FlowSecrets.Text.WildcardPattern;

namespace FlowSecrets.Hosting;

/// <summary>
/// Reads a vault of the SecretManagement module through the commands that the session has. It runs on the pipeline's thread.
/// </summary>
internal sealed class VaultReader(CommandInvocationIntrinsics commands)
{
    private const int MaxDepth = 16;

    /// <summary>The secrets of a vault, or those that are named.</summary>
    /// <param name="names">Names in the vault or keys of the catalog, with wildcards; none: all.</param>
    /// <exception cref="FlowSecretException">VaultNotAvailable, VaultNotFound, VaultFailed; never with a value.</exception>
    public IReadOnlyList<VaultSecret> Read(string vault, IReadOnlyList<string> names)
    {
        CommandInfo list = Command("Get-SecretInfo");
        CommandInfo read = Command("Get-Secret");
        RequireRegistered(vault);
        (IReadOnlyList<PSObject> found, ErrorRecord? error) = Invoke(list, ("Vault", vault), ("Name", "*"));
        if (error is not null && found.Count == 0)
        {
            throw Failed(vault, null, error);
        }

        WildcardPattern?[] patterns = [.. names.Select(static n => Wildcard.HasWildcard(n) ? NamePattern.Parse(n) : null)];
        return
        [
            .. found
                .Select(NameOf)
                .OfType<string>()
                .Distinct(StringComparer.Ordinal)
                .Where(n => names.Count == 0 || names.Where((name, i) => IsMeant(n, name, patterns[i])).Any())
                .Select(n => Secret(read, vault, n)),
        ];
    }

    private static bool IsMeant(string secret, string name, WildcardPattern? pattern) =>
        new[] { secret, CatalogNames.ToKey(secret) }.Any(s => LenientName.Form(s) == LenientName.Form(name) || pattern?.IsMatch(s) == true);

    private static VaultSecret Secret(CommandInfo read, string vault, string name)
    {
        try
        {
            (IReadOnlyList<PSObject> found, ErrorRecord? error) = Invoke(read, ("Vault", vault), ("Name", name));
            return found.Count == 0 ? throw Failed(vault, name, error) : new VaultSecret(name, Entry(vault, name, found), null);
        }
        catch (FlowSecretException e)
        {
            return new VaultSecret(name, null, e);
        }
    }

    /// <summary>Bytes can come one by one.</summary>
    private static ValueEntry Entry(string vault, string name, IReadOnlyList<PSObject> found)
    {
        byte[]? bytes =
            found is [{ BaseObject: byte[] whole }] ? whole
            : found.All(static f => f.BaseObject is byte) ? [.. found.Select(static f => (byte)f.BaseObject)]
            : null;
        return bytes is not null
            ? new ValueEntry(name, DocNode.String("")) { Bytes = bytes }
            : new ValueEntry(name, Node(found[0], 0) ?? throw Failed(vault, name, null));
    }

    /// <returns>Null: it is of a type that no vault has.</returns>
    private static DocNode? Node(object? value, int depth) =>
        depth > MaxDepth
            ? null
            : (value is PSObject wrapped ? wrapped.BaseObject : value) switch
            {
                null => DocNode.Scalar(DocKind.Null, ""),
                string text => DocNode.String(text),
                SecureString secure => DocNode.String(Text(secure)),
                PSCredential credential => DocNode.Map(
                    ("username", DocNode.String(credential.UserName)),
                    ("password", DocNode.String(Text(credential.Password)))
                ),
                byte[] bytes => DocNode.String(Convert.ToBase64String(bytes)),
                bool flag => DocNode.Scalar(DocKind.Bool, flag ? "true" : "false"),
                int or long or double or decimal => DocNode.Scalar(
                    DocKind.Number,
                    Convert.ToString(value is PSObject p ? p.BaseObject : value, CultureInfo.InvariantCulture)!
                ),
                DateTime time => DocNode.String(time.ToString("o", CultureInfo.InvariantCulture)),
                IDictionary table => Map(table, depth),
                _ => null,
            };

    private static DocNode? Map(IDictionary table, int depth)
    {
        List<(string, DocNode)> entries = [];
        foreach (DictionaryEntry entry in table)
        {
            if (entry.Key is not string key || Node(entry.Value, depth + 1) is not { } node)
            {
                return null;
            }

            entries.Add((key, node));
        }

        return DocNode.MapOf(entries.OrderBy(static e => e.Item1, StringComparer.Ordinal));
    }

    private static string Text(SecureString secure)
    {
        using SecretValue value = SecureStrings.ToValue(secure);
        return value.RevealText(null);
    }

    /// <summary>A value of a script's object can be wrapped.</summary>
    private static string? NameOf(PSObject item) => item.Properties["Name"]?.Value?.ToString();

    private CommandInfo Command(string name) =>
        commands.GetCommand(name, CommandTypes.Cmdlet | CommandTypes.Function)
        ?? throw new FlowSecretException(
            ErrorIds.VaultNotAvailable,
            name,
            $"The session has no command {name}, so no vault can be read",
            $"Install the module: {Shell($"Install-PSResource Microsoft.PowerShell.SecretManagement")}"
        );

    /// <summary>Where the session can list its vaults, a name that is not among them is known before anything is read.</summary>
    private void RequireRegistered(string vault)
    {
        if (commands.GetCommand("Get-SecretVault", CommandTypes.Cmdlet | CommandTypes.Function) is not { } list)
        {
            return;
        }

        (IReadOnlyList<PSObject> found, _) = Invoke(list);
        string[] names = [.. found.Select(NameOf).OfType<string>()];
        if (!names.Contains(vault, StringComparer.OrdinalIgnoreCase))
        {
            throw new FlowSecretException(
                ErrorIds.VaultNotFound,
                vault,
                $"No vault is registered as '{vault}'",
                names.Length == 0
                    ? "No vault is registered in this session: Register-SecretVault"
                    : $"Registered are {string.Join(", ", names)}."
            );
        }
    }

    private static (IReadOnlyList<PSObject> Output, ErrorRecord? Error) Invoke(
        CommandInfo command,
        params (string Name, object Value)[] parameters
    )
    {
        using PowerShell shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddCommand(command.ModuleName is { Length: > 0 } module ? $"{module}\\{command.Name}" : command.Name);
        foreach ((string name, object value) in parameters)
        {
            shell.AddParameter(name, value);
        }

        shell.AddParameter("ErrorAction", ActionPreference.Continue);
        try
        {
            IReadOnlyList<PSObject> output = [.. shell.Invoke().Where(static o => o is not null)];
            return (output, shell.Streams.Error.FirstOrDefault());
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            return ([], e.ErrorRecord);
        }
    }

    /// <summary>A vault's own message can hold anything, so only its id is passed on.</summary>
    private static FlowSecretException Failed(string vault, string? name, ErrorRecord? error) =>
        new(
            ErrorIds.VaultFailed,
            name ?? vault,
            name is null ? $"The vault '{vault}' does not list its secrets" : $"The vault '{vault}' does not give a value for '{name}'",
            error is null
                ? "See that it holds text, bytes, a credential or a hashtable of those."
                : Remedy.Of($"It says {error.FullyQualifiedErrorId}. See more: {Shell($"Test-SecretVault -Name {vault}")}")
        );
}
