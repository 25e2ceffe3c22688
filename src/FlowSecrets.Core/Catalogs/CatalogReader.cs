using System.Security.Cryptography;
using FlowSecrets.Catalogs.Grammar;
using FlowSecrets.Files;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Catalogs;

/// <summary>Reads a catalog's text: its grammar first, then what its parts say of each other; every problem at once.</summary>
internal static class CatalogReader
{
    /// <summary>A larger file is no catalog.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    /// <returns>The catalog; null when there are problems.</returns>
    public static Catalog? Read(string path, byte[] content, IDocumentFormat documents, out IReadOnlyList<CatalogProblem> problems)
    {
        ProblemList list = new(path);
        try
        {
            DocNode root = documents.Parse(DecodeText(content));
            Catalog? catalog = Check(root, Convert.ToHexStringLower(SHA256.HashData(content)), path, list);
            problems = list.All;
            return catalog;
        }
        catch (DocumentException e)
        {
            problems = [new CatalogProblem(path, e.Line, e.Column, e.Message)];
            return null;
        }
    }

    /// <summary>A document that is not written yet: its problems have no places.</summary>
    public static IReadOnlyList<CatalogProblem> Problems(string path, DocNode root)
    {
        ProblemList list = new(path);
        Check(root, "", path, list);
        return list.All;
    }

    private static Catalog? Check(DocNode root, string hash, string path, ProblemList list)
    {
        DocNode? right = ShapeChecker.Check(root, CatalogShape.Root, "", list);
        Catalog? catalog = right is null ? null : new CatalogBuilder(path, hash, right, root, list).Build();
        return list.Any ? null : catalog;
    }

    private static string DecodeText(byte[] content)
    {
        if (content.Length > MaxBytes)
        {
            throw new DocumentException(1, 1, $"The file is larger than {MaxBytes / 1024 / 1024} MiB.");
        }

        ReadOnlySpan<byte> bytes = content;
        if (bytes.StartsWith("\uFEFF"u8))
        {
            bytes = bytes[3..];
        }

        return FileReader.IsUtf8(bytes)
            ? System.Text.Encoding.UTF8.GetString(bytes)
            : throw new DocumentException(1, 1, "The file is not UTF-8 text.");
    }
}
