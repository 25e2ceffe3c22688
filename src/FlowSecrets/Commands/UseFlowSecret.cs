using System.Collections;
using System.Management.Automation;
using System.Text;
using FlowSecrets.Commands.Base;
using FlowSecrets.Completion;
using FlowSecrets.Errors;
using FlowSecrets.Hosting;
using FlowSecrets.Operations.Use;

namespace FlowSecrets.Commands;

/// <summary>Which value a program gets if the environment has a variable of the same name.</summary>
public enum UsePrecedence
{
    /// <summary>The store's value.</summary>
    Store,

    /// <summary>The value that is there.</summary>
    Environment,
}

/// <summary>Runs a program or a script block with secrets in its environment, and hides their values in its output.</summary>
/// <remarks>Nothing is written to disk. The program gets the variables of the catalog, of one workload, or of the secrets that you name.
/// If a required secret is missing, it is not started. At a terminal the program behaves as if you had called it by itself. Its output is
/// redacted if it goes anywhere else, such as a variable, a file, or the log of a CI job. $LASTEXITCODE is the program's exit code; one
/// that is not 0 is also an error (ProgramFailed). Write -- before the program, so that PowerShell leaves its arguments alone.</remarks>
/// <example>
/// <summary>Runs a program with the variables of the workload 'api'.</summary>
/// <code>Use-FlowSecret -Workload api -- node server.js</code>
/// </example>
/// <example>
/// <summary>In a CI job: runs a migration with one secret and nothing else of the environment.</summary>
/// <code>Use-FlowSecret -Name db-url -Pristine -- ./migrate.sh</code>
/// </example>
/// <example>
/// <summary>Runs commands of PowerShell. The variables are gone afterwards.</summary>
/// <code>Use-FlowSecret -Name stripe-key { ./Get-Balance.ps1 -Token $env:STRIPE_KEY }</code>
/// </example>
[Cmdlet(VerbsOther.Use, "FlowSecret", SupportsShouldProcess = true)]
[OutputType(typeof(string))]
public sealed class UseFlowSecretCommand : StoreCmdlet
{
    private const int NotFoundCode = 127;
    private const int NotRunnableCode = 126;

    private readonly CancellationTokenSource _programStop = new();
    private ProgramInput? _input;
    private SteppablePipeline? _formatter;
    private Execution? _execution;
    private ProgramEnd? _end;

    /// <summary>The program, by its name on PATH or by its path; or a script block.</summary>
    [Parameter(Position = 0)]
    [Alias("ScriptBlock", "FilePath", "Command")]
    [AllowNull]
    public object? Program { get; set; }

    /// <summary>Arguments of the program.</summary>
    [Parameter(ValueFromRemainingArguments = true, DontShow = true)]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? Argument { get; set; }

    /// <summary>The arguments of the program exactly, instead of on the command line.</summary>
    [Parameter]
    [AllowEmptyCollection]
    [AllowEmptyString]
    public string[]? ArgumentList { get; set; }

    /// <summary>Keys of the catalog's secrets, with wildcards.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SecretNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>The store's own names of secrets, literally; for those beyond the catalog.</summary>
    [Parameter]
    public string[]? StoreName { get; set; }

    /// <summary>The variables of this workload. Those of other workloads are removed from the program's environment.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(WorkloadCompleter))]
    public string? Workload { get; set; }

    /// <summary>Give the program only the variables that every program needs (PATH, HOME, TMP*, LANG, TERM), and the secrets.</summary>
    [Parameter]
    public SwitchParameter Pristine { get; set; }

    /// <summary>With -Pristine: further variables that stay, with wildcards.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[] Keep { get; set; } = [];

    /// <summary>Do not start the program if a value is empty, if the environment has another value, or if a variable makes programs load
    /// code.</summary>
    [Parameter]
    public SwitchParameter Strict { get; set; }

    /// <summary>Which value the program gets if the environment has a variable of the same name.</summary>
    [Parameter]
    public UsePrecedence Precedence { get; set; }

    /// <summary>Hide values in the output at a terminal too. The program then has no terminal.</summary>
    [Parameter]
    public SwitchParameter Redact { get; set; }

    /// <summary>Hide nothing.</summary>
    [Parameter]
    public SwitchParameter NoRedact { get; set; }

    /// <summary>Show [name] in place of a value instead of ***.</summary>
    [Parameter]
    public SwitchParameter ShowName { get; set; }

    /// <summary>Write no error if the exit code is not 0. $LASTEXITCODE has it.</summary>
    [Parameter]
    public SwitchParameter IgnoreExitCode { get; set; }

    /// <summary>Seconds that the program may go on after it was asked to end. Then it is killed, with what it started: after 10
    /// seconds, and after Ctrl+C at a terminal only if you give this.</summary>
    [Parameter]
    [ValidateRange(0, 3600)]
    public int KillAfter { get; set; }

    /// <summary>Restart the program if one of its secrets has a new version.</summary>
    [Parameter]
    public SwitchParameter Watch { get; set; }

    /// <summary>With -Watch: seconds between two looks at the versions.</summary>
    [Parameter]
    [ValidateRange(1, 86400)]
    public int Interval { get; set; } = 30;

    /// <summary>With -Watch: seconds between a new version and the restart, because several secrets can change together.</summary>
    [Parameter]
    [ValidateRange(0, 3600)]
    public int Debounce { get; set; } = 5;

    /// <summary>Let a coding agent that runs this session see values.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Lines or bytes for the program's standard input.</summary>
    [Parameter(ValueFromPipeline = true, DontShow = true)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    private protected override TimeSpan Patience => TimeSpan.FromSeconds((IsKillAfterTyped ? KillAfter : 10) + 2);

    private bool IsKillAfterTyped => IsTyped(nameof(KillAfter));

    private ScriptBlock? Block => (Program is PSObject wrapped ? wrapped.BaseObject : Program) as ScriptBlock;

    /// <summary>Ctrl+C: the program is asked to end, and what it still prints is written.</summary>
    protected override void StopProcessing() => _programStop.Cancel();

    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        SetExitCode(1);
        Guarded(() =>
        {
            RequireSense();
            if (Block is null)
            {
                _input = MyInvocation.ExpectingInput ? new ProgramInput() : null;
                _execution = Begin();
            }
        });
    }

    protected override void ProcessRecord()
    {
        if (_input is null || _execution is null)
        {
            return;
        }

        Feed(InputObject);
        Leading(() => _execution.Serve(() => _input.IsFull));
    }

    protected override void EndProcessing()
    {
        if (Block is null && _input is not null)
        {
            FeedLines(_formatter?.End());
            _input.Complete();
        }

        Leading(() =>
        {
            using Execution execution = _execution ??= Begin();
            execution.Finish();
        });
        if (Stopping)
        {
            throw new PipelineStoppedException();
        }

        base.EndProcessing();
        Report();
    }

    protected override void Run() => throw new NotSupportedException();

    private Execution Begin()
    {
        Encoding encoding = Console.OutputEncoding;
        UseOptions options = Fill(new UseOptions()) with
        {
            Names = Name ?? [],
            StoreNames = StoreName ?? [],
            Workload = string.IsNullOrEmpty(Workload) ? null : Workload,
            Program = Block is null ? LanguagePrimitives.ConvertTo<string>(Program) : null,
            Arguments = Block is null ? ArgumentList ?? ProgramArguments.Of(Argument ?? [], MyInvocation.InvocationName, Statement) : [],
            Pristine = Pristine,
            Keep = Keep,
            Strict = Strict,
            Precedence = Precedence == UsePrecedence.Store ? Operations.Use.Precedence.Store : Operations.Use.Precedence.Environment,
            Redact = Redact,
            NoRedact = NoRedact,
            ShowName = ShowName,
            Force = Force,
            Output = new StreamState(Engine.OutputEnd(this), !Console.IsOutputRedirected),
            Errors = new StreamState(Engine.ErrorEnd(this), !Console.IsErrorRedirected),
            Encoding = encoding,
            Input = _input,
            KillAfter = IsKillAfterTyped ? TimeSpan.FromSeconds(KillAfter) : null,
            Watch = Watch,
            Interval = TimeSpan.FromSeconds(Interval),
            Debounce = TimeSpan.FromSeconds(Debounce),
            Stop = _programStop.Token,
        };
        return Start(new UseSecretsOperation(Context), options, Take);
    }

    private string? Statement => Engine.Statement(MyInvocation);

    /// <summary>Writes what came of the program; on the pipeline's thread.</summary>
    private object? Take(UseOutput output)
    {
        if (output.Secrets is { } secrets)
        {
            BlockRunner.Run(this, Block!, secrets, NoRedact);
        }
        else if (output.End is { } end)
        {
            _end = end;
        }
        else if (!Stopping)
        {
            WriteLines(output);
        }

        return null;
    }

    private void WriteLines(UseOutput output)
    {
        if (!output.IsError)
        {
            WriteObject(output.Lines, enumerateCollection: true);
            return;
        }

        foreach (string line in output.Lines)
        {
            Engine.WriteProgramError(this, line);
        }
    }

    /// <summary>Runs a part of the command; if it fails, $LASTEXITCODE says so.</summary>
    private void Leading(Action part) =>
        Guarded(() =>
        {
            try
            {
                part();
            }
            catch (FlowSecretException e)
            {
                SetExitCode(
                    e.Id switch
                    {
                        ErrorIds.ProgramNotFound => NotFoundCode,
                        ErrorIds.ProgramNotRunnable => NotRunnableCode,
                        _ => 1,
                    }
                );
                throw;
            }
            finally
            {
                if (_end is { } end)
                {
                    SetExitCode(end.ExitCode);
                }
            }
        });

    private void SetExitCode(int code) => SessionState.PSVariable.Set("global:LASTEXITCODE", code);

    /// <summary>A cmdlet makes $? false, and stops what follows &amp;&amp;, only by an error.</summary>
    private void Report()
    {
        if (_end is not { ExitCode: not 0 } end || IgnoreExitCode)
        {
            return;
        }

        bool isWanted = LanguagePrimitives.IsTrue(SessionState.PSVariable.GetValue("PSNativeCommandUseErrorActionPreference"));
        WriteError(
            isWanted && Engine.ProgramError(end) is { } own
                ? own
                : Failures.Record(
                    new FlowSecretException(
                        ErrorIds.ProgramFailed,
                        end.Program,
                        $"'{end.Program}' ended with exit code {end.ExitCode}",
                        "See what it printed. With -IgnoreExitCode only $LASTEXITCODE tells the exit code."
                    )
                )
        );
    }

    /// <exception cref="FlowSecretException">BadArgument.</exception>
    private void RequireSense()
    {
        if (Program is null || (Block is null && LanguagePrimitives.ConvertTo<string>(Program).Length == 0))
        {
            throw Bad("No program is named", "Name one after --, or give a script block: Use-FlowSecret -- node server.js");
        }

        bool hasArguments = Argument is { Length: > 0 };
        if (Block is not null && (hasArguments || ArgumentList is not null || MyInvocation.ExpectingInput))
        {
            throw Bad(
                "A script block is given, and a program, arguments or input too",
                "Give a script block alone; what it needs stands in it. Or name a program."
            );
        }

        if (hasArguments && ArgumentList is not null)
        {
            throw Bad("Arguments stand on the command line and in -ArgumentList", "Give them in one of the two ways.");
        }
    }

    private FlowSecretException Bad(string cause, Remedy remedy) => new(ErrorIds.BadArgument, CommandName, cause, remedy);

    private void Feed(PSObject? input)
    {
        switch (input?.BaseObject)
        {
            case null:
                break;
            case byte[] bytes:
                _input!.Write(bytes);
                break;
            case byte one:
                _input!.Write([one]);
                break;
            case string line:
                FeedLine(line);
                break;
            default:
                if (_formatter is null)
                {
                    _formatter = ScriptBlock.Create("Microsoft.PowerShell.Utility\\Out-String -Stream").GetSteppablePipeline();
                    _formatter.Begin(true);
                }

                FeedLines(_formatter.Process(input));
                break;
        }
    }

    private void FeedLines(IEnumerable? lines)
    {
        foreach (object? line in lines ?? Array.Empty<object>())
        {
            FeedLine(LanguagePrimitives.ConvertTo<string>(line));
        }
    }

    private void FeedLine(string line)
    {
        Encoding encoding = SessionState.PSVariable.GetValue("OutputEncoding") as Encoding ?? Encoding.UTF8;
        _input!.Write(encoding.GetBytes(line + System.Environment.NewLine));
    }
}
