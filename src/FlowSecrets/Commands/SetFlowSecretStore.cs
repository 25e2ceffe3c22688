using System.Management.Automation;
using System.Security;
using FlowSecrets.Commands.Base;
using FlowSecrets.Errors;
using FlowSecrets.Hosting;
using FlowSecrets.Operations.Stores;

namespace FlowSecrets.Commands;

/// <summary>Changes what protects a Local store: passphrase, key file, or the key itself.</summary>
/// <remarks>-NewPassphrase and -UseKeyFile change what opens the store. -RotateKey makes a new key and encrypts every value anew, in one
/// transaction. A kill at any moment leaves the store as before or as after.</remarks>
/// <example>
/// <summary>From now on a passphrase opens the store.</summary>
/// <code>Set-FlowSecretStore -NewPassphrase (Read-Host -AsSecureString)</code>
/// </example>
/// <example>
/// <summary>Somebody may have read the key file: another key file and another key.</summary>
/// <code>Set-FlowSecretStore -UseKeyFile -RotateKey</code>
/// </example>
[Cmdlet(VerbsCommon.Set, "FlowSecretStore", SupportsShouldProcess = true)]
[OutputType(typeof(StoreStatus))]
public sealed class SetFlowSecretStoreCommand : StoreTaskCmdlet
{
    /// <summary>Protect the store by this passphrase.</summary>
    [Parameter]
    [PlainTextRefused]
    public SecureString? NewPassphrase { get; set; }

    /// <summary>Protect the store by a new key file.</summary>
    [Parameter]
    public SwitchParameter UseKeyFile { get; set; }

    /// <summary>Make a new key and encrypt every value anew.</summary>
    [Parameter]
    public SwitchParameter RotateKey { get; set; }

    protected override void Run()
    {
        if ((NewPassphrase is not null) == UseKeyFile && !(RotateKey && !UseKeyFile))
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                MyInvocation.MyCommand.Name,
                "Say what is to protect the store",
                "Use one of -NewPassphrase and -UseKeyFile, or -RotateKey."
            );
        }

        List<StoreTask> tasks = [];
        if (RotateKey)
        {
            tasks.Add(StoreTask.RotateKey);
        }

        if (NewPassphrase is not null || UseKeyFile)
        {
            tasks.Add(UseKeyFile ? StoreTask.UseKeyFile : StoreTask.UsePassphrase);
        }

        Execute(NewPassphrase, null, false, [.. tasks]);
    }
}
