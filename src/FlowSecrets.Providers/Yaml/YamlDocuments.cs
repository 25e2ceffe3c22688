using System.Text.RegularExpressions;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace FlowSecrets.Providers.Yaml;

/// <summary>YAML 1.2 with the core schema on YamlDotNet's parser and emitter; JSON is read as YAML is.</summary>
internal sealed partial class YamlDocuments : IDocumentFormat
{
    private const int MaxDepth = 64;

    /// <summary>Aliases may repeat a node; more nodes than this is an attack, not a catalog.</summary>
    private const int MaxNodes = 400_000;

    /// <summary>The same for the characters of all texts, each as often as it is repeated.</summary>
    private const long MaxCharacters = 16 * 1024 * 1024;

    public DocNode Parse(string text) => Read(text, static r => r.ReadDocument());

    public IReadOnlyList<DocNode> ParseAll(string text) => Read(text, static r => r.ReadDocuments());

    private static T Read<T>(string text, Func<Reader, T> read)
    {
        Scanner scanner = new(new StringReader(text), skipComments: true);
        try
        {
            return read(new Reader(new Parser(scanner)));
        }
        catch (YamlException e)
        {
            // The scanner's messages name what it met as a token, not the text; the inner place is the more precise one.
            throw new DocumentException((int)e.Start.Line, (int)e.Start.Column, "This is no YAML: " + e.Message.TrimEnd('.') + ".");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // The scanner's own state breaks on some faults, a list that is not closed among them.
            Mark at = scanner.CurrentPosition;
            throw new DocumentException(
                (int)at.Line,
                (int)at.Column,
                "This is no YAML: it cannot be read from here on; a bracket or a quote may be open."
            );
        }
    }

    public string Write(DocNode root)
    {
        StringWriter writer = new() { NewLine = "\n" };
        Emitter emitter = new(
            writer,
            new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024)
        );
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(emitter, root);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return writer.ToString();
    }

    private static void Emit(Emitter emitter, DocNode node)
    {
        switch (node.Kind)
        {
            case DocKind.Map:
                emitter.Emit(
                    new MappingStart(
                        AnchorName.Empty,
                        TagName.Empty,
                        isImplicit: true,
                        node.Entries.Count == 0 ? MappingStyle.Flow : MappingStyle.Block
                    )
                );
                foreach ((DocNode key, DocNode value) in node.Entries)
                {
                    Emit(emitter, key);
                    Emit(emitter, value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case DocKind.List:
                emitter.Emit(
                    new SequenceStart(
                        AnchorName.Empty,
                        TagName.Empty,
                        isImplicit: true,
                        node.Items.All(static i => i.Kind is not (DocKind.Map or DocKind.List)) ? SequenceStyle.Flow : SequenceStyle.Block
                    )
                );
                foreach (DocNode item in node.Items)
                {
                    Emit(emitter, item);
                }

                emitter.Emit(new SequenceEnd());
                break;
            default:
                string text = node.Kind == DocKind.Null ? "null" : node.Text;
                bool plain = node.Kind != DocKind.Text || (KindOf(text) == DocKind.Text && PlainText().IsMatch(text));
                emitter.Emit(
                    new Scalar(
                        AnchorName.Empty,
                        TagName.Empty,
                        text,
                        plain ? ScalarStyle.Plain : ScalarStyle.DoubleQuoted,
                        isPlainImplicit: true,
                        isQuotedImplicit: true
                    )
                );
                break;
        }
    }

    private static DocKind KindOf(string plain)
    {
        if (plain is "" or "~" or "null" or "Null" or "NULL")
        {
            return DocKind.Null;
        }

        if (plain is "true" or "True" or "TRUE" or "false" or "False" or "FALSE")
        {
            return DocKind.Bool;
        }

        return Number().IsMatch(plain) ? DocKind.Number : DocKind.Text;
    }

    [GeneratedRegex(
        @"\A(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
            + @"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\z"
    )]
    private static partial Regex Number();

    /// <summary>Conservative: whatever YAML 1.1 or a person could read otherwise is put in quotes.</summary>
    [GeneratedRegex(
        @"\A(?!(?:y|Y|n|N|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)\z)[A-Za-z_/](?:[A-Za-z0-9_./ ,;()+@-]*[A-Za-z0-9_./)+])?\z"
    )]
    private static partial Regex PlainText();

    private sealed class Reader(IParser parser)
    {
        private readonly Dictionary<AnchorName, DocNode> _anchors = [];
        private int _nodes;
        private long _characters;

        public DocNode ReadDocument()
        {
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
            {
                throw new DocumentException(1, 1, "The file is empty.");
            }

            parser.Consume<DocumentStart>();
            DocNode root = Read(0);
            parser.Consume<DocumentEnd>();
            return parser.Accept<StreamEnd>(out _) ? root : throw At(parser.Current!, "A second document begins here; there must be one.");
        }

        /// <summary>All documents of a stream; an empty one is left out.</summary>
        public List<DocNode> ReadDocuments()
        {
            List<DocNode> documents = [];
            parser.Consume<StreamStart>();
            while (!parser.TryConsume<StreamEnd>(out _))
            {
                parser.Consume<DocumentStart>();
                // An anchor holds within its document.
                _anchors.Clear();
                DocNode root = Read(0);
                parser.Consume<DocumentEnd>();
                if (root.Kind != DocKind.Null)
                {
                    documents.Add(root);
                }
            }

            return documents;
        }

        private DocNode Read(int depth)
        {
            ParsingEvent at = parser.Current ?? throw new DocumentException(1, 1, "The file ends too early.");
            if (depth > MaxDepth)
            {
                throw At(at, "The nesting is too deep.");
            }

            if (at is AnchorAlias alias)
            {
                return ReadAlias(alias);
            }

            NodeEvent start = RequireNode(at);
            parser.MoveNext();
            DocNode node = ReadNode(start, depth);
            if (!start.Anchor.IsEmpty)
            {
                _anchors[start.Anchor] = node;
            }

            return node;
        }

        private DocNode ReadAlias(AnchorAlias alias)
        {
            parser.MoveNext();
            DocNode target = _anchors.TryGetValue(alias.Value, out DocNode? found)
                ? found
                : throw At(alias, $"There is no anchor '{alias.Value}' before this line.");
            Count(alias, target);
            return target;
        }

        /// <summary>Counts the node, and requires that it is one with a meaning here.</summary>
        private NodeEvent RequireNode(ParsingEvent at)
        {
            if (++_nodes > MaxNodes)
            {
                throw At(at, "The document is too large.");
            }

            if (at is not NodeEvent start)
            {
                throw At(at, "A value was expected.");
            }

            return start.Tag.IsEmpty || start.Tag.IsNonSpecific ? start : throw At(at, $"The tag '{start.Tag}' has no meaning here.");
        }

        /// <param name="start">The node's first event, which the parser has passed already.</param>
        private DocNode ReadNode(NodeEvent start, int depth)
        {
            int line = (int)start.Start.Line;
            int column = (int)start.Start.Column;
            switch (start)
            {
                case Scalar scalar:
                    _characters += scalar.Value.Length;
                    DocKind kind = scalar.Style == ScalarStyle.Plain ? KindOf(scalar.Value) : DocKind.Text;
                    return DocNode.Scalar(kind, kind == DocKind.Null ? "" : scalar.Value, line, column);
                case SequenceStart:
                    return DocNode.List(ReadItems(depth), line, column);
                default:
                    return DocNode.Map(ReadEntries(depth), line, column);
            }
        }

        private List<DocNode> ReadItems(int depth)
        {
            List<DocNode> items = [];
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(Read(depth + 1));
            }

            return items;
        }

        private List<KeyValuePair<DocNode, DocNode>> ReadEntries(int depth)
        {
            List<KeyValuePair<DocNode, DocNode>> entries = [];
            HashSet<string> seen = new(StringComparer.Ordinal);
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                ParsingEvent at = parser.Current!;
                DocNode key = Read(depth + 1);
                if (key.Kind is DocKind.Map or DocKind.List or DocKind.Null)
                {
                    throw At(at, "A key must be text.");
                }

                if (!seen.Add(key.Text))
                {
                    throw At(at, $"The key '{key.Text}' stands twice.");
                }

                entries.Add(KeyValuePair.Create(key, Read(depth + 1)));
            }

            return entries;
        }

        private void Count(ParsingEvent at, DocNode node)
        {
            _characters += node.Text.Length;
            if (++_nodes > MaxNodes || _characters > MaxCharacters)
            {
                throw At(at, "The aliases make the document too large.");
            }

            foreach (DocNode child in node.Items.Concat(node.Entries.SelectMany(static e => new[] { e.Key, e.Value })))
            {
                Count(at, child);
            }
        }

        private static DocumentException At(ParsingEvent at, string message) => new((int)at.Start.Line, (int)at.Start.Column, message);
    }
}
