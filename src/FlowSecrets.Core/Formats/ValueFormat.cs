using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Formats;

/// <summary>A format of files with values.</summary>
/// <param name="Name">How messages call it.</param>
/// <param name="Endings">What names of its files end with, the dot included; an empty one is any name.</param>
/// <param name="Read">From the text and, for messages, the path: names with values.</param>
internal sealed record ValueFormat(
    string Name,
    IReadOnlyList<string> Endings,
    Func<string, string, IDocumentFormat, IReadOnlyList<KeyValuePair<string, DocNode>>> Read
);
