using System.Management.Automation;
using System.Security;
using FlowSecrets.Commands.Base;
using FlowSecrets.Hosting;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Text;
using FlowSecrets.Values;

namespace FlowSecrets.Commands;

/// <summary>Makes a password, key, token or key pair, and says its entropy.</summary>
/// <remarks>The value is stored nowhere. It comes as a SecureString, which New-FlowSecret and Set-FlowSecret take, or with -AsPlainText as
/// text. All randomness is the system's generator's.</remarks>
/// <example>
/// <summary>A password of 40 letters and digits.</summary>
/// <code>New-FlowSecretValue -Kind Password -Length 40 -Symbols ''</code>
/// </example>
/// <example>
/// <summary>Makes a value and stores it.</summary>
/// <code>New-FlowSecret -StoreName session-key -Value (New-FlowSecretValue -Kind Base64 -Bytes 48).Value</code>
/// </example>
/// <example>
/// <summary>A key pair: the private key is the value, the public one is beside it.</summary>
/// <code>New-FlowSecretValue -Kind Ec -Curve P-384 | Select-Object EntropyBits, PublicKey</code>
/// </example>
[Cmdlet(VerbsCommon.New, "FlowSecretValue")]
[OutputType(typeof(GeneratedValue), typeof(string))]
public sealed class NewFlowSecretValueCommand : FlowCmdlet
{
    /// <summary>What to make: Password, Hex, Base64, Base64Url, Uuid, Passphrase, Rsa or Ec.</summary>
    [Parameter(Position = 0)]
    public GenerateKind Kind { get; set; } = GenerateKind.Password;

    /// <summary>Characters of a password; 32.</summary>
    [Parameter]
    [ValidateRange(8, 1024)]
    public int? Length { get; set; }

    /// <summary>Random bytes of Hex, Base64 and Base64Url; 32.</summary>
    [Parameter]
    [ValidateRange(8, 4096)]
    public int? Bytes { get; set; }

    /// <summary>Words of a passphrase, 16 bits each; 8.</summary>
    [Parameter]
    [ValidateRange(4, 64)]
    public int? Words { get; set; }

    /// <summary>Bits of an RSA key; 3072.</summary>
    [Parameter]
    [ValidateSet("2048", "3072", "4096")]
    public string? Bits { get; set; }

    /// <summary>Curve of an EC key; P-256.</summary>
    [Parameter]
    [ValidateSet("P-256", "P-384", "P-521")]
    public string? Curve { get; set; }

    /// <summary>Symbols that a password may hold besides letters and digits; empty: none.</summary>
    [Parameter]
    [AllowEmptyString]
    public string? Symbols { get; set; }

    /// <summary>How many to make.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int Count { get; set; } = 1;

    /// <summary>Emit the values as plain text.</summary>
    [Parameter]
    public SwitchParameter AsPlainText { get; set; }

    protected override void Run()
    {
        GenerateSpec spec = new(Kind)
        {
            Length = Length,
            Bytes = Bytes,
            Words = Words,
            Bits = Bits is null ? null : int.Parse(Bits),
            Curve = Curve,
            Symbols = Symbols,
        };
        Execute(new GenerateValuesOperation(), new GenerateOptions { Spec = spec, Count = Count }, Emit);
    }

    private object Emit(GeneratedSecret made)
    {
        using (made)
        {
            return AsPlainText
                ? made.Value.RevealText(Kind.ToString())
                : new GeneratedValue(SecureStrings.FromValue(made.Value, Kind.ToString()))
                {
                    Kind = Kind.ToString(),
                    EntropyBits = made.EntropyBits,
                    PublicKey = made.PublicKey,
                };
        }
    }
}
