using FlowSecrets.Errors;
using FlowSecrets.Model;
using FsCheck;
using FsCheck.Fluent;

namespace FlowSecrets.Tests.Operations.Rotation;

/// <summary>What is written down of a rotation: it fits in a tag, and is read as it was written.</summary>
public sealed class RotationRecordTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void AnyRecordFitsInATagAndComesBack() =>
        Prop.ForAll(
                (
                    from state in Gen.Elements(Enum.GetValues<RotationState>())
                    from numbers in Gen.ArrayOf(Gen.Choose(0, 1_000_000_000), 6)
                    from who in ArbMap.Default.GeneratorFor<string>()
                    from step in Gen.Elements<RotationState?>(null, RotationState.Applied, RotationState.Retired)
                    select new RotationRecord(state)
                    {
                        From = numbers[0] % 2 == 0 ? $"{numbers[0]}" : null,
                        To = numbers[1] % 2 == 0 ? new Guid(numbers[1], 1, 2, new byte[8]).ToString() : null,
                        Started = DateTimeOffset.FromUnixTimeSeconds(numbers[2]),
                        Ended = numbers[3] % 2 == 0 ? DateTimeOffset.FromUnixTimeSeconds(numbers[3]) : null,
                        RetireAt = numbers[4] % 2 == 0 ? DateTimeOffset.FromUnixTimeSeconds(numbers[4]) : null,
                        FailedStep = step,
                        Failures = numbers[5] % 5,
                        ErrorId = step is null ? null : ErrorIds.TargetUnavailable,
                        By = who ?? "",
                    }
                ).ToArbitrary(),
                static record =>
                {
                    string text = record.ToText();
                    Assert.True(text.Length <= 256, text);
                    Assert.DoesNotContain(
                        text,
                        static c => !char.IsAsciiLetterOrDigit(c) && !" _.:/=+-@".Contains(c, StringComparison.Ordinal)
                    );
                    RotationRecord read = RotationRecord.Parse(text)!;
                    Assert.Equal(record with { By = "" }, read with { By = "" });
                    Assert.Equal(text, read.ToText());
                }
            )
            .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("v2 Overlap start=1")]
    [InlineData("v1 Nonsense start=1")]
    [InlineData("v1 99 start=1")]
    public void WhatIsNoneOfOursIsNone(string? text) => Assert.Null(RotationRecord.Parse(text));

    [Fact]
    public void TheJournalKeepsTheLastFive()
    {
        Dictionary<string, string> notes = new(StringComparer.Ordinal);
        for (int i = 1; i <= 8; i++)
        {
            RotationRecord record = new(RotationState.Retired)
            {
                From = $"{i}",
                To = $"{i + 1}",
                Started = Start.AddDays(i),
                Ended = Start.AddDays(i).AddHours(1),
                By = "me",
            };

            // Written twice after a crash, it stands there once.
            foreach (int _ in new[] { 1, 2 })
            {
                foreach ((string key, string value) in RotationNotes.Changes(notes, record, ends: true))
                {
                    notes[key] = value;
                }
            }
        }

        Assert.Equal(["8", "7", "6", "5", "4"], RotationNotes.JournalOf(notes).Select(static r => r.From));
        Assert.Equal("8", RotationNotes.RecordOf(notes)!.From);
        Assert.Equal(6, notes.Count);
    }
}
