using FlowSecrets.Model;
using FlowSecrets.Values;

namespace FlowSecrets.Ports;

/// <summary>The one door to what needs packages; it lives in a private load context and is opened at first use.</summary>
internal interface IProviders
{
    IDocumentFormat Documents { get; }

    /// <summary>
    /// Begins, on another thread, to load what a store of this kind needs; makes no call that leaves the process, and never fails.
    /// </summary>
    void Prepare(StoreKind store);

    /// <summary>A store for this selection; cached per place and identity. Makes no call that leaves the machine.</summary>
    /// <exception cref="FlowSecretException">StoreUnavailable and what the store's own configuration lacks.</exception>
    ISecretStore OpenStore(StoreSelection selection, Func<string, string?> environment);

    /// <summary>A workload, beside the store that its environment has.</summary>
    /// <exception cref="FlowSecretException">BadArgument: the catalog does not say enough to find it.</exception>
    IWorkload OpenWorkload(CatalogWorkload workload, StoreSelection store, Func<string, string?> environment);

    /// <summary>The External Secrets Operator in a namespace of a cluster. Makes no call.</summary>
    /// <param name="space">Null in it: what kubectl uses by itself.</param>
    IExternalSecrets OpenExternalSecrets(ClusterSpace space, Func<string, string?> environment);

    /// <summary>The server that a credential names, as approvals record it: "postgresql://HOST:PORT/DATABASE?sslmode=MODE".</summary>
    /// <param name="key">The secret's key, for errors.</param>
    /// <param name="isAdmin">Whether the value is the administrator's.</param>
    /// <exception cref="FlowSecretException">What the value lacks.</exception>
    string ServerOf(CatalogTarget target, string key, SecretValue value, bool isAdmin);

    /// <summary>A system that checks credentials and needs a package (PostgreSQL).</summary>
    IRotationTarget OpenTarget(RotationTargetSettings settings);
}

/// <summary>YAML (and so JSON) as a tree with places, and back.</summary>
internal interface IDocumentFormat
{
    /// <exception cref="DocumentException">The text is no single YAML document; the place is in it.</exception>
    DocNode Parse(string text);

    /// <summary>The documents of a text that may have several, without empty ones.</summary>
    /// <exception cref="DocumentException">The text is no YAML; the place is in it.</exception>
    IReadOnlyList<DocNode> ParseAll(string text);

    string Write(DocNode root);
}

/// <summary>A text that is no document: where and why. The text itself is not in the message.</summary>
internal sealed class DocumentException(int line, int column, string message) : Exception(message)
{
    public int Line { get; } = line;

    public int Column { get; } = column;
}
