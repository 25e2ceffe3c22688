using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using System.Text;
using System.Threading;

namespace FlowSecrets.PesterSupport
{
    /// <summary>A host whose person answers from a queue, and which keeps all that it showed.</summary>
    public sealed class QueuedHost : PSHost
    {
        private readonly QueuedUI _ui;

        public QueuedHost(string[] answers, int delay) => _ui = new QueuedUI(answers, delay);

        public QueuedUI Person => _ui;

        public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;

        public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;

        public override Guid InstanceId { get; } = Guid.NewGuid();

        public override string Name => "QueuedHost";

        public override PSHostUserInterface UI => _ui;

        public override Version Version => new Version(1, 0);

        public override void EnterNestedPrompt() => throw new NotSupportedException();

        public override void ExitNestedPrompt() => throw new NotSupportedException();

        public override void NotifyBeginApplication() { }

        public override void NotifyEndApplication() { }

        public override void SetShouldExit(int exitCode) { }
    }

    public sealed class QueuedUI : PSHostUserInterface
    {
        private readonly Queue<string> _answers;
        private readonly int _delay;
        private readonly StringBuilder _shown = new StringBuilder();

        public QueuedUI(string[] answers, int delay) => (_answers, _delay) = (new Queue<string>(answers), delay);

        public ManualResetEventSlim Asked { get; } = new ManualResetEventSlim();

        /// <summary>All that a person at this host would have seen.</summary>
        public string Shown => _shown.ToString();

        /// <summary>How often input without echo was asked for.</summary>
        public int Hidden { get; private set; }

        public int AnswersLeft => _answers.Count;

        public override PSHostRawUserInterface RawUI => null;

        public override string ReadLine() => Next();

        public override SecureString ReadLineAsSecureString()
        {
            Hidden++;
            SecureString text = new SecureString();
            foreach (char c in Next())
            {
                text.AppendChar(c);
            }

            return text;
        }

        public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
        {
            WriteLine(caption + " " + message);
            return Next() == "y" ? 0 : 1;
        }

        public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
            throw new NotSupportedException();

        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
            throw new NotSupportedException();

        public override PSCredential PromptForCredential(
            string caption,
            string message,
            string userName,
            string targetName,
            PSCredentialTypes allowedCredentialTypes,
            PSCredentialUIOptions options
        ) => throw new NotSupportedException();

        public override void Write(string value) => _shown.Append(value);

        public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => _shown.Append(value);

        public override void WriteLine(string value) => _shown.AppendLine(value);

        public override void WriteDebugLine(string message) => _shown.AppendLine(message);

        public override void WriteErrorLine(string value) => _shown.AppendLine(value);

        public override void WriteVerboseLine(string message) => _shown.AppendLine(message);

        public override void WriteWarningLine(string message) => _shown.AppendLine(message);

        public override void WriteProgress(long sourceId, ProgressRecord record) { }

        private string Next()
        {
            Asked.Set();
            Thread.Sleep(_delay);
            return _answers.Count > 0 ? _answers.Dequeue() : throw new HostException("Nobody answers any more.");
        }
    }
}
