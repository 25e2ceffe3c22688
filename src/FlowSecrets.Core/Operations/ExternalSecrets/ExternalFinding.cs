using FlowSecrets.Errors;

namespace FlowSecrets.Operations.ExternalSecrets;

/// <summary>Why an ExternalSecret does not deliver.</summary>
/// <param name="Cause">One of <see cref="Model.ExternalSecretCauses"/> or <see cref="Model.AccessCauses"/>.</param>
/// <param name="Evidence">What was seen, in a sentence.</param>
/// <param name="Remedy">The command that fixes it.</param>
internal sealed record ExternalFinding(string Cause, string Evidence, Remedy Remedy)
{
    /// <summary>The state, if this decides it.</summary>
    public string? State { get; init; }

    public static ExternalFinding Of(FlowSecretException error) => new(error.AccessCause ?? error.Id, error.Cause, error.Advice);
}
