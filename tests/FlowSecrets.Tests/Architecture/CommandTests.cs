using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using FlowSecrets.Errors;
using FlowSecrets.Providers;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Architecture;

/// <summary>Commands in messages are values until they are shown, and no name gets into one as raw text.</summary>
public sealed partial class CommandTests
{
    /// <summary>
    /// A hole right after the name of a program, a cmdlet or one of our parameters is only allowed inside <c>Shell($"…")</c>.
    /// </summary>
    [Fact]
    public void NoTextGetsIntoACommandUnquoted()
    {
        List<string> found = [];
        foreach (
            string file in SourceFiles
                .In(Path.Combine(Repository.Root, "src"))
                .Where(static f => !f.EndsWith("SecretArgument.cs", StringComparison.Ordinal))
        )
        {
            string source = Comments().Replace(File.ReadAllText(file), "");
            foreach (string call in ShellCalls(source))
            {
                source = source.Replace(call, "Shell()", StringComparison.Ordinal);
            }

            found.AddRange(
                Strings()
                    .Matches(source)
                    .Select(static m => m.Value)
                    .Where(static s => RawHole().IsMatch(s))
                    .Select(s => $"{Path.GetFileName(file)}: {s}")
            );
        }

        Assert.Empty(found);
    }

    /// <summary>What stands in a command's template needs no quotation marks around a hole: the hole is one argument already.</summary>
    [Fact]
    public void NoHoleOfACommandIsBetweenQuotationMarks() =>
        Assert.DoesNotContain(
            SourceFiles
                .In(Path.Combine(Repository.Root, "src"))
                .SelectMany(static f => ShellCalls(Comments().Replace(File.ReadAllText(f), "")).Select(c => $"{Path.GetFileName(f)}: {c}")),
            static c => c.Contains("'{", StringComparison.Ordinal) || c.Contains("}'", StringComparison.Ordinal)
        );

    /// <summary>
    /// In an ordinary string a command would be text at once, and would never learn its environment; so would a remedy.
    /// </summary>
    [Fact]
    public void NoCommandIsMadeTextTooEarly()
    {
        string[] kinds = [nameof(ShellCommand), nameof(Remedy), nameof(SecretArgument), nameof(EnvironmentArgument)];
        List<string> found = [];
        foreach (System.Reflection.Assembly assembly in new[] { typeof(Remedy).Assembly, typeof(ProviderDoor).Assembly })
        {
            using PEReader file = new(File.OpenRead(assembly.Location));
            MetadataReader reader = file.GetMetadataReader();
            for (int row = 1; row <= reader.GetTableRowCount(TableIndex.MethodSpec); row++)
            {
                MethodSpecification method = reader.GetMethodSpecification(MetadataTokens.MethodSpecificationHandle(row));
                if (
                    method.Method.Kind == HandleKind.MemberReference
                    && reader.GetMemberReference((MemberReferenceHandle)method.Method) is var member
                    && reader.GetString(member.Name) == "AppendFormatted"
                    && member.Parent.Kind == HandleKind.TypeReference
                    && reader.GetString(reader.GetTypeReference((TypeReferenceHandle)member.Parent).Name)
                        == "DefaultInterpolatedStringHandler"
                )
                {
                    BlobReader blob = reader.GetBlobReader(method.Signature);
                    blob.ReadByte();
                    blob.ReadCompressedInteger();
                    if (blob.ReadCompressedInteger() is 0x11 or 0x12)
                    {
                        EntityHandle type = blob.ReadTypeHandle();
                        string name = type.Kind switch
                        {
                            HandleKind.TypeDefinition => reader.GetString(reader.GetTypeDefinition((TypeDefinitionHandle)type).Name),
                            HandleKind.TypeReference => reader.GetString(reader.GetTypeReference((TypeReferenceHandle)type).Name),
                            _ => "",
                        };
                        if (kinds.Contains(name, StringComparer.Ordinal))
                        {
                            found.Add($"{assembly.GetName().Name}: {name}");
                        }
                    }
                }
            }
        }

        Assert.Empty(found);
    }

    /// <summary>Each <c>Shell(…)</c>, the inner ones of one another not counted; parentheses of the texts are in pairs.</summary>
    private static IEnumerable<string> ShellCalls(string source)
    {
        int end = 0;
        for (int at; (at = source.IndexOf("Shell(", end, StringComparison.Ordinal)) >= 0; )
        {
            int open = 0;
            end = at + "Shell".Length;
            do
            {
                open += source[end] switch
                {
                    '(' => 1,
                    ')' => -1,
                    _ => 0,
                };
                end++;
            } while (open > 0);
            yield return source[at..end];
        }
    }

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comments();

    [GeneratedRegex("""\$"(?:[^"\\\n]|\\.)*["\n]""")]
    private static partial Regex Strings();

    [GeneratedRegex(
        @"(?:\b[A-Z][a-z]+-Flow(?:Secret|LocalEnv)\w*(?! from)|\b(?:gcloud|aws|kubectl) (?!did|does|prints|is|failed|auth print)[a-z-]+"
            + @"|\bgit (?!would)[a-z]+|\bchmod|\bchown)"
            + @"(?: [^;.,{}]*)? '?\{(?!Shell|Again)|-(?:CatalogPath|StoreName|Environment|Profile|Project|Region|Principal|Path) '?\{"
    )]
    private static partial Regex RawHole();
}
