using FlowSecrets.Errors;

namespace FlowSecrets.Ports;

/// <summary>The one question about what a catalog reaches.</summary>
/// <param name="Catalog">Path of the catalog.</param>
/// <param name="Reaches">What it reaches, a line each: "runs /home/me/shop/rotate.sh".</param>
/// <param name="Remedy">What approves it where nobody can answer.</param>
internal sealed record ApprovalQuestion(string Catalog, IReadOnlyList<string> Reaches, Remedy Remedy);
