using System.Buffers;
using FlowSecrets.Redaction;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Redaction;

/// <summary>The redactor against a naive one, over a small alphabet in which values repeat, contain and overlap each other.</summary>
public sealed class StreamRedactorPropertyTests
{
    private static readonly byte[] Alphabet = "ab-\n\\"u8.ToArray();

    [Fact]
    public void AnyCutsGiveWhatTheNaiveRedactorGives()
    {
        Random random = new(20261201);
        for (int round = 0; round < 3000; round++)
        {
            byte[][] values = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Word(random, random.Next(4, 10)))];
            using RedactionPatterns patterns = Build(values);
            byte[] text = [.. Word(random, random.Next(0, 30)), .. values[0], .. Word(random, random.Next(0, 20)), .. values[^1][..3]];
            byte[] expected = Naive(text, [.. values.SelectMany(ValueForms.Of).Where(static f => f.Length >= 4)]);
            List<byte[]> chunks = [];
            for (int at = 0; at < text.Length; )
            {
                int length = Math.Min(random.Next(0, 7), text.Length - at);
                chunks.Add(text[at..(at + length)]);
                at += length;
            }

            Assert.Equal(expected, StreamRedactorTests.RedactBytes(patterns, [.. chunks]));
        }
    }

    [Fact]
    public void NothingIsHeldBackThatIsNotTheBeginningOfAForm()
    {
        Random random = new(7);
        for (int round = 0; round < 1000; round++)
        {
            byte[] value = Word(random, random.Next(4, 12));
            byte[][] forms = [.. ValueForms.Of(value).Where(static f => f.Length >= 4)];
            using RedactionPatterns patterns = Build([value]);
            byte[] text = Word(random, random.Next(0, 40));
            StreamRedactor redactor = new(patterns);
            ArrayBufferWriter<byte> shown = new();
            redactor.Write(text, shown);
            int before = shown.WrittenCount;
            redactor.Flush(shown);
            int held = Enumerable
                .Range(0, text.Length + 1)
                .Where(i => i == text.Length || forms.Any(f => f.Length > text.Length - i && f.AsSpan().StartsWith(text.AsSpan(i))))
                .Select(i => text.Length - i)
                .First();
            Assert.True(shown.WrittenCount - before <= held + 3, "More was held back than what can become a value.");
        }
    }

    private static RedactionPatterns Build(byte[][] values) =>
        RedactionPatterns.Build(
            [.. values.Select(static v => new HiddenValue("v", SecretValue.FromBytes(v), IsPart: false))],
            showName: false
        );

    private static byte[] Word(Random random, int length) =>
        [.. Enumerable.Range(0, length).Select(_ => Alphabet[random.Next(Alphabet.Length)])];

    /// <summary>All places of all forms; those that overlap are one.</summary>
    private static byte[] Naive(byte[] text, byte[][] forms)
    {
        List<byte> shown = [];
        int hidden = 0;
        for (int i = 0; i < text.Length; i++)
        {
            int longest = forms.Where(f => text.AsSpan(i).StartsWith(f)).Select(static f => f.Length).DefaultIfEmpty(0).Max();
            if (longest > 0 && i >= hidden)
            {
                shown.AddRange("***"u8);
            }

            hidden = Math.Max(hidden, longest > 0 ? i + longest : 0);
            if (i >= hidden)
            {
                shown.Add(text[i]);
            }
        }

        return [.. shown];
    }
}
