using FlowSecrets.Ports;

namespace FlowSecrets.Catalogs;

/// <summary>Where a catalog is looked for, and what reads it.</summary>
/// <param name="Providers">The door to the document format and the stores; opened only when used.</param>
/// <param name="WorkingDirectory">The session's current folder.</param>
/// <param name="Variable">Reads an environment variable; an empty one counts as not set.</param>
internal sealed record CatalogSource(Func<IProviders> Providers, string WorkingDirectory, Func<string, string?> Variable);
