using System.Runtime.CompilerServices;

namespace FlowSecrets.Operations.Rotation;

/// <summary>Without names: all that the catalog rotates.</summary>
internal record RotationOptions : SecretTargetOptions
{
    internal bool NamesAny => Names.Count + StoreNames.Count > 0;
}
