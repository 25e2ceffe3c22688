using System.ComponentModel;
using Xunit.Sdk;
using Xunit.v3;

namespace FlowSecrets.Tests.Pester;

/// <summary>One <c>It</c> block. It reports every case that Pester made of the block, each with its own name, time and message.</summary>
public sealed class PesterTestCase : XunitTestCase, ISelfExecutingXunitTestCase
{
    [EditorBrowsable(EditorBrowsableState.Never)]
    [Obsolete("For deserialization.")]
    public PesterTestCase() { }

    public PesterTestCase(IXunitTestMethod testMethod, string file, int line, string name, bool isFirst)
        : base(
            testMethod,
            $"{NameOf(file)}: {name}",
            $"{testMethod.UniqueID}-{file}-{line}",
            @explicit: false,
            traits: testMethod.Traits.ToDictionary(
                static t => t.Key,
                static t => t.Value.ToHashSet(StringComparer.OrdinalIgnoreCase),
                StringComparer.OrdinalIgnoreCase
            ),
            testMethodArguments: [file, line, isFirst],
            sourceFilePath: Path.Combine(PesterDiscoverer.Folder, file),
            sourceLineNumber: line
        ) { }

    private string File => (string)TestMethodArguments[0]!;

    private int Line => (int)TestMethodArguments[1]!;

    private bool IsFirst => (bool)TestMethodArguments[2]!;

    public async ValueTask<RunSummary> Run(
        ExplicitOption explicitOption,
        IMessageBus messageBus,
        object?[] constructorArguments,
        ExceptionAggregator aggregator,
        CancellationTokenSource cancellationTokenSource,
        ParallelMode parallelMode,
        ExecutionScheduler scheduler,
        FixtureMappingManager methodFixtureMappings
    )
    {
        RunSummary summary = default;
        Send(
            messageBus,
            cancellationTokenSource,
            new TestCaseStarting
            {
                AssemblyUniqueID = AssemblyId,
                Explicit = false,
                SkipReason = null,
                SourceFilePath = SourceFilePath,
                SourceLineNumber = SourceLineNumber,
                StartTime = DateTimeOffset.UtcNow,
                TestCaseDisplayName = TestCaseDisplayName,
                TestCaseUniqueID = UniqueID,
                TestClassMetadataToken = TestClassMetadataToken,
                TestClassName = TestClassName,
                TestClassNamespace = TestClassNamespace,
                TestClassSimpleName = TestClassSimpleName,
                TestClassUniqueID = TestMethod.TestClass.UniqueID,
                TestCollectionUniqueID = TestCollection.UniqueID,
                TestMethodArity = TestMethodArity,
                TestMethodMetadataToken = TestMethodMetadataToken,
                TestMethodName = TestMethodName,
                TestMethodParameterTypesVSTest = TestMethodParameterTypesVSTest,
                TestMethodReturnTypeVSTest = TestMethodReturnTypeVSTest,
                TestMethodUniqueID = TestMethod.UniqueID,
                Traits = AllTraits,
            }
        );

        foreach ((int i, PesterResult result) in (await ResultsAsync(cancellationTokenSource.Token)).Index())
        {
            Report(messageBus, cancellationTokenSource, UniqueIDGenerator.ForTest(UniqueID, i), result);
            summary.Total++;
            summary.Failed += result.IsFailed ? 1 : 0;
            summary.Skipped += result.IsSkipped ? 1 : 0;
            summary.Time += result.Seconds;
        }

        Send(
            messageBus,
            cancellationTokenSource,
            new TestCaseFinished
            {
                AssemblyUniqueID = AssemblyId,
                ExecutionTime = summary.Time,
                FinishTime = DateTimeOffset.UtcNow,
                TestCaseUniqueID = UniqueID,
                TestClassUniqueID = TestMethod.TestClass.UniqueID,
                TestCollectionUniqueID = TestCollection.UniqueID,
                TestMethodUniqueID = TestMethod.UniqueID,
                TestsFailed = summary.Failed,
                TestsNotRun = 0,
                TestsSkipped = summary.Skipped,
                TestsTotal = summary.Total,
            }
        );
        return summary;
    }

    private string AssemblyId => TestCollection.TestAssembly.UniqueID;

    private IReadOnlyDictionary<string, IReadOnlyCollection<string>> AllTraits =>
        Traits.ToDictionary(static t => t.Key, static t => (IReadOnlyCollection<string>)t.Value, StringComparer.OrdinalIgnoreCase);

    /// <summary>Names the file once: most files have one outermost block of the same name.</summary>
    private string DisplayName(PesterResult result) =>
        result.Name.StartsWith(NameOf(File) + ".", StringComparison.Ordinal) ? result.Name : $"{NameOf(File)}: {result.Name}";

    private static string NameOf(string file) => file[..^".Tests.ps1".Length];

    /// <summary>What Pester says of this block; a run that broke off fails the block.</summary>
    private async Task<IReadOnlyList<PesterResult>> ResultsAsync(CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<PesterResult> all = await PesterRuns.OfAsync(File).WaitAsync(cancellationToken);
            HashSet<int> known = IsFirst ? [.. PesterDiscoverer.CasesOf(File).Select(static c => c.Line)] : [];
            PesterResult[] own = [.. all.Where(r => r.Line == Line || (IsFirst && !known.Contains(r.Line)))];
            return own.Length > 0
                ? own
                : [PesterResult.Skip(Line, TestCaseDisplayName, "Pester made no case of this block on this machine.")];
        }
        catch (PesterException e)
        {
            return [PesterResult.Fail(Line, TestCaseDisplayName, e.Message)];
        }
    }

    private void Report(IMessageBus bus, CancellationTokenSource cancellation, string id, PesterResult result)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        Send(
            bus,
            cancellation,
            new TestStarting
            {
                AssemblyUniqueID = AssemblyId,
                Explicit = false,
                StartTime = now - TimeSpan.FromSeconds((double)result.Seconds),
                TestCaseUniqueID = UniqueID,
                TestClassUniqueID = TestMethod.TestClass.UniqueID,
                TestCollectionUniqueID = TestCollection.UniqueID,
                TestDisplayName = DisplayName(result),
                TestLabel = null,
                TestMethodUniqueID = TestMethod.UniqueID,
                TestUniqueID = id,
                Timeout = 0,
                Traits = AllTraits,
            }
        );
        Send(bus, cancellation, ResultMessage(id, result, now));
        Send(
            bus,
            cancellation,
            new TestFinished
            {
                AssemblyUniqueID = AssemblyId,
                Attachments = new Dictionary<string, TestAttachment>(StringComparer.Ordinal),
                ExecutionTime = result.Seconds,
                FinishTime = now,
                Output = "",
                TestCaseUniqueID = UniqueID,
                TestClassUniqueID = TestMethod.TestClass.UniqueID,
                TestCollectionUniqueID = TestCollection.UniqueID,
                TestMethodUniqueID = TestMethod.UniqueID,
                TestUniqueID = id,
                Warnings = null,
            }
        );
    }

    private TestResultMessage ResultMessage(string id, PesterResult result, DateTimeOffset now) =>
        result switch
        {
            { IsFailed: true } => new TestFailed
            {
                AssemblyUniqueID = AssemblyId,
                Cause = FailureCause.Assertion,
                ExceptionParentIndices = [-1],
                ExceptionTypes = ["Pester"],
                ExecutionTime = result.Seconds,
                FinishTime = now,
                Messages = [result.Message],
                Output = "",
                StackTraces = [result.StackTrace],
                TestCaseUniqueID = UniqueID,
                TestClassUniqueID = TestMethod.TestClass.UniqueID,
                TestCollectionUniqueID = TestCollection.UniqueID,
                TestMethodUniqueID = TestMethod.UniqueID,
                TestUniqueID = id,
                Warnings = null,
            },
            { IsSkipped: true } => new TestSkipped
            {
                AssemblyUniqueID = AssemblyId,
                ExecutionTime = 0,
                FinishTime = now,
                Output = "",
                Reason = result.Message,
                TestCaseUniqueID = UniqueID,
                TestClassUniqueID = TestMethod.TestClass.UniqueID,
                TestCollectionUniqueID = TestCollection.UniqueID,
                TestMethodUniqueID = TestMethod.UniqueID,
                TestUniqueID = id,
                Warnings = null,
            },
            _ => new TestPassed
            {
                AssemblyUniqueID = AssemblyId,
                ExecutionTime = result.Seconds,
                FinishTime = now,
                Output = "",
                TestCaseUniqueID = UniqueID,
                TestClassUniqueID = TestMethod.TestClass.UniqueID,
                TestCollectionUniqueID = TestCollection.UniqueID,
                TestMethodUniqueID = TestMethod.UniqueID,
                TestUniqueID = id,
                Warnings = null,
            },
        };

    private static void Send(IMessageBus bus, CancellationTokenSource cancellation, IMessageSinkMessage message)
    {
        if (!bus.QueueMessage(message))
        {
            cancellation.Cancel();
        }
    }
}
