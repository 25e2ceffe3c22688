# The statements U of Use-FlowSecret: exit code, signals, arguments, environment, output and redaction, in real processes.
BeforeDiscovery {
    $noShell = $IsWindows
    $noTerminal = $IsWindows -or -not (Get-Command python3 -CommandType Application -ErrorAction Ignore)
    $signals = @(
        @{ signal = 'TERM'; number = 15 }
        @{ signal = 'HUP'; number = 1 }
        @{ signal = 'QUIT'; number = 3 }
    )
}
BeforeAll {
    Import-Module $PSScriptRoot/Support.psm1 -Force
    $watched = 'CI', 'GITHUB_ACTIONS', 'TF_BUILD', 'GITLAB_CI', 'CLAUDECODE', 'CURSOR_AGENT', 'CODEX', 'OPENCODE', 'AGENT'
    $before = @{}
    foreach ($name in $watched) { $before[$name] = [Environment]::GetEnvironmentVariable($name) }
    function Clear-Watched { foreach ($name in $watched) { [Environment]::SetEnvironmentVariable($name, $null) } }
    $catalog = @'
application: demo
default: local
environments: { local: { store: local } }
secrets:
  api-key: { env: API_KEY, workloads: [web], required: true }
  db: { fields: { password: { env: DB_PASSWORD }, host: { env: DB_HOST, sensitive: false } }, workloads: [web] }
  pin: { env: PIN, workloads: [web] }
  opt: { env: OPT, workloads: [web] }
  other: { env: OTHER_KEY, workloads: [worker] }
  cert: { workloads: [web] }
workloads:
  web: { kind: cloudrun, region: us-central1, service: web }
  worker: { kind: cloudrun, region: us-central1, service: worker }
localEnv:
  files: [{ secret: cert, path: tls/cert.pem, env: CERT_FILE }]
'@

    # Starts a PowerShell beside this one, with the module. Its output is read line by line.
    function Start-Child([string] $Script) {
        $start = [System.Diagnostics.ProcessStartInfo]::new()
        $start.FileName = Get-PwshPath
        '-NoProfile', '-Command', "Import-Module '$(Get-ModulePath)'; $Script" | ForEach-Object { $start.ArgumentList.Add($_) }
        $start.RedirectStandardOutput = $start.RedirectStandardError = $start.RedirectStandardInput = $true
        $start.WorkingDirectory = $PWD.Path
        $process = [System.Diagnostics.Process]::Start($start)
        # PowerShell enters its debugger on SIGQUIT; at the end of its input it goes on.
        $process.StandardInput.Close()
        $process
    }
    function Wait-Line($Process, [string] $Text) {
        while ($null -ne ($line = $Process.StandardOutput.ReadLine())) { if ($line -like $Text) { return $line } }
        throw "The output ended without '$Text': $($Process.StandardError.ReadToEnd())"
    }
    function Stop-Child($Process) {
        $rest = $Process.StandardOutput.ReadToEnd()
        if (-not $Process.WaitForExit(30000)) { $Process.Kill($true); throw 'It did not end.' }
        $rest
    }
    function Invoke-Terminal([string] $Script, [string[]] $Keys = @()) {
        $given = foreach ($key in $Keys) { '--keys', $key }
        python3 $PSScriptRoot/terminal.py @given @(Get-PwshPath) -NoProfile -Command "Import-Module '$(Get-ModulePath)'; $Script" |
            ConvertFrom-Json
    }
    function Get-Left { @(Get-ChildItem /dev/shm, $env:XDG_RUNTIME_DIR -Filter 'flowsecrets-run-*' -ErrorAction Ignore) }
}

Describe 'Use-FlowSecret' {
    BeforeEach {
        Clear-Watched
        $Error.Clear()
        $sandbox = New-Sandbox $catalog
        Add-Secret api-key 'value-of-api-key-7f3a'
        Add-Secret db '{"host":"db.test","password":"p@ss <word> 7f3a"}'
        Add-Secret pin '42'
        Add-Secret other 'value-of-other-7f3a'
        Add-Secret cert "-----BEGIN KEY-----`nMIIEvQIBADANBg7f3a`n-----END KEY-----`n"
    }
    AfterEach { Remove-Sandbox $sandbox; foreach ($name in $watched) { [Environment]::SetEnvironmentVariable($name, $before[$name]) } }

    Context 'exit code' -Skip:$noShell {
        It 'U1: is the global $LASTEXITCODE, also from a function, and one error with the code' {
            function Invoke-Inner { Use-FlowSecret api-key -- sh -c 'exit 7' }
            Use-FlowSecret -Name api-key -ErrorVariable failed -ErrorAction SilentlyContinue -- sh -c 'exit 7'
            $? | Should -BeFalse
            $global:LASTEXITCODE | Should -Be 7
            $failed.Count | Should -Be 1
            $failed[0].FullyQualifiedErrorId | Should -Be 'ProgramFailed,FlowSecrets.Commands.UseFlowSecretCommand'
            $failed[0].Exception.Message | Should -Match '\b7\b'
            & { Use-FlowSecret -Name api-key -ErrorAction SilentlyContinue -- sh -c 'exit 9' }
            $global:LASTEXITCODE | Should -Be 9
        }
        It 'U1: stops what follows &&, and a script with Stop, and not with -IgnoreExitCode' {
            $said = Use-FlowSecret -Name api-key -ErrorAction SilentlyContinue -- false && 'deploy'
            $said | Should -BeNullOrEmpty
            $child = Invoke-Child '$ErrorActionPreference = "Stop"; Use-FlowSecret -Name api-key -- false; "deploy"'
            $child.ExitCode | Should -Be 1
            $child.Output | Should -Not -Match '(?m)^deploy'
            Use-FlowSecret -Name api-key -IgnoreExitCode -ErrorAction Stop -- sh -c 'exit 4'
            $? | Should -BeTrue
            $global:LASTEXITCODE | Should -Be 4
        }
        It 'U1: is 128 and the number of the signal that ended the program' {
            Use-FlowSecret -Name api-key -IgnoreExitCode -- sh -c 'kill -9 $$'
            $global:LASTEXITCODE | Should -Be 137
        }
        It 'U2: throws what a native command throws if PowerShell is told so' {
            $PSNativeCommandUseErrorActionPreference = $true
            $ErrorActionPreference = 'Stop'
            $failure = try { Use-FlowSecret -Name api-key -- sh -c 'exit 3' } catch { $_ }
            $failure.Exception | Should -BeOfType ([System.Management.Automation.NativeCommandExitException])
            $failure.Exception.ExitCode | Should -Be 3
        }
        It 'is 127 or 126 for what cannot be started' {
            Assert-Failure ProgramNotFound { Use-FlowSecret -Name api-key -- flowsecrets-no-such-program }
            $global:LASTEXITCODE | Should -Be 127
            Assert-Failure ProgramNotFound { Use-FlowSecret -Name api-key -- ./absent }
            $global:LASTEXITCODE | Should -Be 127
            Assert-Failure ProgramNotRunnable { Use-FlowSecret -Name api-key -- / }
            $global:LASTEXITCODE | Should -Be 126
            Set-Content ./plain 'text'
            Assert-Failure ProgramNotRunnable { Use-FlowSecret -Name api-key -- ./plain }
            chmod +x ./plain
            Assert-Failure ProgramNotRunnable { Use-FlowSecret -Name api-key -- ./plain }
            $global:LASTEXITCODE | Should -Be 126
        }
        It 'runs a PowerShell script by its path' {
            Set-Content ./job.ps1 'param($a) "got $a $($env:API_KEY.Length)"; exit 5'
            Use-FlowSecret -Name api-key -IgnoreExitCode -- ./job.ps1 'x y' | Should -Be 'got x y 21'
            $global:LASTEXITCODE | Should -Be 5
        }
    }

    Context 'signals' -Skip:$noShell {
        It 'U3: <signal> reaches the program, and its exit code counts' -ForEach $signals {
            $script = 'Use-FlowSecret -Name api-key -IgnoreExitCode -- sh -c ''trap "exit 3" ' + $signal +
                '; echo READY; sleep 4711 & wait''; "code $LASTEXITCODE"'
            $child = Start-Child $script
            Wait-Line $child READY
            kill "-$signal" $child.Id
            Stop-Child $child | Should -Match 'code 3'
            pgrep -f 'sleep 4711' | Should -BeNullOrEmpty
        }
        It 'U3: kills what does not end, with all that it started, and starts nothing after it' {
            $child = Start-Child @'
Use-FlowSecret -Name api-key -KillAfter 1 -IgnoreExitCode -- sh -c 'trap "" TERM; echo READY; sleep 4712 & while :; do sleep 0.1; done'
"code $LASTEXITCODE"
try { Use-FlowSecret -Name api-key -- echo again } catch { "id $($_.FullyQualifiedErrorId)" }
'@
            Wait-Line $child READY
            kill -TERM $child.Id
            $rest = Stop-Child $child
            $rest | Should -Match 'code 137'
            $rest | Should -Match 'id SessionEnding'
            $rest | Should -Not -Match '(?m)^again'
            pgrep -f 'sleep 4712' | Should -BeNullOrEmpty
        }
        It 'U14: leaves no file and no process of a program that is killed' {
            $child = Start-Child @'
Use-FlowSecret -Workload web -IgnoreExitCode -- sh -c 'echo "file=$CERT_FILE"; sleep 4713 & echo "pid=$$"; wait'
"code $LASTEXITCODE"
'@
            $file = (Wait-Line $child 'file=*').Substring(5)
            Test-Path $file | Should -BeTrue
            [int] (Get-Item $file).UnixFileMode | Should -Be 384 -Because 'that is 0600'
            [int] (Get-Item (Split-Path $file)).UnixFileMode | Should -Be 448 -Because 'that is 0700'
            $id = (Wait-Line $child 'pid=*').Substring(4)
            Start-Sleep -Milliseconds 900
            kill -9 $id
            Stop-Child $child | Should -Match 'code 137'
            Test-Path (Split-Path $file) | Should -BeFalse
            pgrep -f 'sleep 4713' | Should -BeNullOrEmpty
        }
        It 'U14: removes what a killed PowerShell left, and nothing of one that lives' {
            $child = Start-Child 'Use-FlowSecret -Workload web -- sh -c ''echo "file=$CERT_FILE"; exec sleep 4714'''
            $file = (Wait-Line $child 'file=*').Substring(5)
            Use-FlowSecret -Name api-key -- true
            Test-Path $file | Should -BeTrue
            kill -9 $child.Id
            $child.WaitForExit()
            Test-Path $file | Should -BeTrue
            Use-FlowSecret -Name api-key -- true
            Test-Path (Split-Path $file) | Should -BeFalse
            pkill -f 'sleep 4714'
        }
        It 'ends the program if nobody takes its output any more' {
            Use-FlowSecret -Name api-key -- sh -c 'echo one; exec sleep 4715' | Select-Object -First 1 | Should -Be one
            pgrep -f 'sleep 4715' | Should -BeNullOrEmpty
        }
        It 'does not wait for what the program left in the background, and leaves it alone' {
            Use-FlowSecret -Name api-key -- sh -c 'sleep 4716 & echo started' | Should -Be started
            pgrep -f 'sleep 4716' | Should -Not -BeNullOrEmpty
            pkill -f 'sleep 4716'
        }
    }

    Context 'arguments' -Skip:$noTerminal {
        It 'U4: reach the program as they are written' {
            $more = '-a', 'b c', '007'
            $print = 'import sys, json; print(json.dumps(sys.argv[1:]))'
            $got = Use-FlowSecret -Name api-key -- python3 -c $print -x:1 -y: 2 007 1e3 '' 'a b' '"' '$x' '*' ';' '%PATH%' 'end\' -- @more
            $got | ConvertFrom-Json | Should -Be @(
                '-x:1', '-y:', '2', '007', '1e3', '', 'a b', '"', '$x', '*', ';', '%PATH%', 'end\', '--', '-a', 'b c', '007'
            )
            $got = Use-FlowSecret -Name api-key -ArgumentList '-c', $print, '-x:', 'a,b', '' -- python3
            $got | ConvertFrom-Json | Should -Be '-x:', 'a,b', ''
        }
        It 'U4: must be text' {
            Assert-Failure BadArgument { Use-FlowSecret -Name api-key -- echo a, b }
            Assert-Failure BadArgument { Use-FlowSecret -Name api-key -- echo x a, b }
            Assert-Failure BadArgument { Use-FlowSecret -Name api-key -- echo x @{ a = 1 } }
            Assert-Failure BadArgument { Use-FlowSecret -Name api-key -- echo x { a } }
            Assert-Failure BadArgument { Use-FlowSecret -Name api-key -- echo x $true }
            Assert-Failure BadArgument { Use-FlowSecret -Name api-key -- echo x $null }
            $list = @('-q:', '1')
            Assert-Failure BadArgument { Use-FlowSecret -Name api-key -- echo @list }
        }
    }

    Context 'environment' -Skip:$noShell {
        It 'U10: has the variables of the workload, and not those of others' {
            $env:OTHER_KEY = 'inherited'
            try {
                $got = Use-FlowSecret -Workload web -ShowName -WarningAction SilentlyContinue -- env
                $got | Should -Contain 'API_KEY=[api-key]'
                $got | Should -Contain 'DB_PASSWORD=[db.password]'
                $got | Should -Contain 'DB_HOST=db.test'
                $got -match '^(OTHER_KEY|OPT)=' | Should -BeNullOrEmpty
                Use-FlowSecret -Name api-key -- env | Should -Contain 'OTHER_KEY=inherited'
            }
            finally { $env:OTHER_KEY = $null }
        }
        It 'U11: is only the least with -Pristine, and what -Keep names' {
            $env:FLOW_KEEP_ME = 'kept'
            $env:FLOW_LEAVE_ME = 'left'
            try {
                $names = Use-FlowSecret -Name api-key -Pristine -Keep 'FLOW_KEEP*' -- env | ForEach-Object { ($_ -split '=')[0] }
                $names | Should -Contain API_KEY
                $names | Should -Contain FLOW_KEEP_ME
                $names | Should -Contain PATH
                $least = '^(PATH|HOME|USERPROFILE|TMP.*|TEMP|LANG|LC_.*|TERM|API_KEY|FLOW_KEEP_ME)$'
                $names | Where-Object { $_ -notmatch $least } | Should -BeNullOrEmpty
            }
            finally { $env:FLOW_KEEP_ME = $env:FLOW_LEAVE_ME = $null }
        }
        It 'U12: a required secret that is missing keeps the program from starting' {
            Remove-FlowSecret api-key -Permanent -Confirm:$false | Out-Null
            Assert-Failure RequiredSecretMissing { Use-FlowSecret -Workload web -- touch ./started }
            $global:LASTEXITCODE | Should -Be 1
            Test-Path ./started | Should -BeFalse
        }
        It 'U12: -Strict refuses other values, empty ones and variables that load code' {
            $env:API_KEY = 'another'
            try {
                $failure = Get-Failure { Use-FlowSecret -Name api-key -Strict -- true }
                $failure.FullyQualifiedErrorId | Should -Match '^StrictCheckFailed'
                "$failure$($failure.Exception.Message)" | Should -Match 'API_KEY'
                "$failure$($failure.Exception.Message)" | Should -Not -Match '7f3a'
                Use-FlowSecret -Name api-key -Precedence Environment -NoRedact -- sh -c 'echo $API_KEY' | Should -Be another
                $said = Use-FlowSecret -Name api-key -Verbose -ShowName -- sh -c 'echo $API_KEY' 4>&1
                $said | Should -Contain '[api-key]'
                "$said" | Should -Match 'API_KEY: the store'
            }
            finally { $env:API_KEY = $null }
        }
        It 'has no passphrase of the store' {
            $env:FLOWSECRETS_PASSPHRASE_FILE = '/tmp/nowhere'
            try { $got = Use-FlowSecret -Name other -ErrorAction SilentlyContinue -- env } catch { $got = @() }
            finally { $env:FLOWSECRETS_PASSPHRASE_FILE = $null }
            $got -match 'PASSPHRASE' | Should -BeNullOrEmpty
        }
        It 'starts nothing and reads nothing under -WhatIf' {
            Use-FlowSecret -Name api-key -WhatIf -- touch ./started
            Test-Path ./started | Should -BeFalse
        }
    }

    Context 'output' -Skip:$noShell {
        It 'U5: is redacted lines if something takes it' {
            Use-FlowSecret -Name api-key -- sh -c 'printf "a $API_KEY\nb"; printf "\r\nc"' | Should -Be 'a ***', 'b', 'c'
            $lines = Use-FlowSecret -Name api-key -- sh -c 'echo "e $API_KEY" >&2' 2>&1
            $lines | Should -BeOfType ([System.Management.Automation.ErrorRecord])
            "$lines" | Should -Be 'e ***'
            Use-FlowSecret -Name api-key -ErrorAction Stop -- sh -c 'echo x >&2; echo y' 2> $null | Should -Be y
            Use-FlowSecret -Name api-key -NoRedact -- sh -c 'echo $API_KEY' | Should -Be 'value-of-api-key-7f3a'
        }
        It 'U5: is redacted bytes in the output of the process' {
            $child = Invoke-Child 'Use-FlowSecret -Name api-key -- sh -c ''echo "k=$API_KEY"; echo "e=$API_KEY" >&2'''
            $child.Output | Should -Match 'k=\*\*\*'
            $child.Output | Should -Not -Match '7f3a'
        }
        It 'U5: piped lines, bytes and objects are the input of the program' {
            'a', 'b' | Use-FlowSecret -Name api-key -- cat | Should -Be 'a', 'b'
            , [byte[]] (1..3) | Use-FlowSecret -Name api-key -- wc -c | Should -Match '3'
            1..20000 | Use-FlowSecret -Name api-key -- wc -l | Should -Match '20000'
            1..20000 | Use-FlowSecret -Name api-key -- true
            [pscustomobject] @{ Left = 1; Right = 2 } | Use-FlowSecret -Name api-key -- grep -c Left | Should -Be 1
        }
        It 'U8: names what is too short to be hidden' {
            $said = Use-FlowSecret -Workload web -- sh -c 'echo "pin=$PIN"' 3>&1
            "$said" | Should -Match 'pin=42'
            ($said | Where-Object { $_ -is [System.Management.Automation.WarningRecord] }).Message | Should -Match '\bpin\b'
        }
        It 'U18: is hidden from a coding agent' {
            $env:CLAUDECODE = '1'
            Assert-Failure BadArgument { Use-FlowSecret -Name api-key -NoRedact -- true }
            Use-FlowSecret -Name api-key -NoRedact -Force -- sh -c 'echo $API_KEY' | Should -Be 'value-of-api-key-7f3a'
            Assert-Failure BadArgument { Get-FlowSecretValue api-key -AsPlainText }
            Get-FlowSecretValue api-key -AsPlainText -Force | Should -Be 'value-of-api-key-7f3a'
            Assert-Failure BadArgument { Export-FlowSecret api-key -Format Json -AsPlainText }
        }
    }

    Context 'terminal' -Skip:$noTerminal {
        It 'U5: is the program''s own at a terminal' {
            $shown = Invoke-Terminal 'Use-FlowSecret -Name api-key -- sh -c ''test -t 0 && test -t 1 && test -t 2 && echo TTY $API_KEY'''
            $shown.output | Should -Match 'TTY value-of-api-key-7f3a'
        }
        It 'U5: is redacted at a terminal if it is captured, piped, transcribed, in CI, or with -Redact' -ForEach @(
            @{ script = '$x = Use-FlowSecret -Name api-key -- sh -c ''test -t 1 || echo PIPE $API_KEY''; $x' }
            @{ script = 'Use-FlowSecret -Name api-key -- sh -c ''test -t 1 || echo PIPE $API_KEY'' | ForEach-Object { $_ }' }
            @{ script = 'Use-FlowSecret -Name api-key -Redact -- sh -c ''test -t 1 || echo PIPE $API_KEY''' }
            @{ script = '$env:CI = ''true''; Use-FlowSecret -Name api-key -- sh -c ''test -t 1 || echo PIPE $API_KEY''' }
            @{
                script = '$null = Start-Transcript ./t.txt; Use-FlowSecret -Name api-key -- sh -c ''test -t 1 || echo PIPE $API_KEY''; ' +
                    '$null = Stop-Transcript'
            }
        ) {
            $shown = Invoke-Terminal $script
            $shown.output | Should -Match 'PIPE \*\*\*'
            $shown.output | Should -Not -Match '7f3a'
        }
        It 'U5: shows a prompt without a line end at once with -Redact' {
            $script = 'Use-FlowSecret -Name api-key -Redact -- sh -c ''printf "Name: "; read x; echo "hello $x"'''
            (Invoke-Terminal $script 'Name: =me\n').output | Should -Match 'hello me'
        }
        It 'U3: Ctrl+C reaches the program once, and the prompt comes back with its end' {
            $script = 'Use-FlowSecret -Name api-key -- sh -c ''trap "echo INT; exit 5" INT; echo READY; while :; do sleep 0.1; done'''
            $shown = Invoke-Terminal $script 'READY=\x03'
            ([regex]::Matches($shown.output, 'INT')).Count | Should -Be 1
            $shown.secondsAfterKeys | Should -BeLessThan 3
        }
        It 'U3: kills a program that ignores Ctrl+C after -KillAfter' {
            $script = 'Use-FlowSecret -Name api-key -KillAfter 1 -- sh -c ''trap "" INT TERM; echo READY; while :; do sleep 0.1; done'''
            (Invoke-Terminal $script 'READY=\x03').secondsAfterKeys | Should -BeLessThan 8
        }
    }

    Context 'script block' {
        It 'U17: sets the environment for its duration, and restores it' {
            $env:API_KEY = 'mine'
            try {
                Use-FlowSecret -Name api-key { $env:API_KEY.Length } | Should -Be 21
                $env:API_KEY | Should -Be mine
                { Use-FlowSecret -Name api-key { throw 'x' } } | Should -Throw
                $env:API_KEY | Should -Be mine
            }
            finally { $env:API_KEY = $null }
        }
        It 'U17: redacts all streams and keeps objects' {
            $said = Use-FlowSecret -Name api-key {
                "out $env:API_KEY"
                Write-Error "err $env:API_KEY" -ErrorAction Continue
                Write-Warning "warn $env:API_KEY"
                Write-Verbose "verb $env:API_KEY" -Verbose
                Write-Debug "debug $env:API_KEY" -Debug
                Write-Host "host $env:API_KEY"
                Write-Information "info $env:API_KEY" -InformationAction Continue
                Get-Date -Year 2020
            } *>&1
            $texts = $said | ForEach-Object { "$_" }
            foreach ($stream in 'out', 'err', 'warn', 'verb', 'debug', 'host', 'info') { $texts | Should -Contain "$stream ***" }
            "$texts" | Should -Not -Match '7f3a'
            ($said | Where-Object { $_ -is [datetime] }).Year | Should -Be 2020
            $Error | ForEach-Object { "$_" } | Should -Not -Match '7f3a'
        }
        It 'U17: redacts what a program and an exception say' -Skip:$noShell {
            Use-FlowSecret -Name api-key { sh -c 'echo "k=$API_KEY"' } | Should -Be 'k=***'
            $failure = Get-Failure { Use-FlowSecret -Name api-key { throw "boom $env:API_KEY" } }
            "$failure" | Should -Be 'boom ***'
            $failure.FullyQualifiedErrorId | Should -Not -Match '7f3a'
            $Error | ForEach-Object { "$_" } | Should -Not -Match '7f3a'
        }
        It 'U17: is alone in the process' {
            $module = Get-ModulePath
            $job = Use-FlowSecret -Name api-key {
                $ready = Start-ThreadJob -ArgumentList $module, $PWD.Path {
                    param($module, $path)
                    Import-Module $module
                    Set-Location $path
                    try { Use-FlowSecret -Name api-key { 'no' } } catch { $_.FullyQualifiedErrorId }
                }
                $ready | Receive-Job -Wait -AutoRemoveJob
            }
            $job | Should -Match '^EnvironmentInUse'
            Use-FlowSecret -Name api-key { Use-FlowSecret -Name other { "$($env:API_KEY.Length) $($env:OTHER_KEY.Length)" } } |
                Should -Be '21 19'
        }
        It 'stops, and restores the environment' {
            $shell = [powershell]::Create().AddScript({
                    param($module, $path)
                    Import-Module $module
                    Set-Location $path
                    Use-FlowSecret -Name api-key { Start-Sleep 60 }
                }).AddArgument((Get-ModulePath)).AddArgument($PWD.Path)
            $run = $shell.BeginInvoke()
            $end = [datetime]::Now.AddSeconds(20)
            while (-not $env:API_KEY -and [datetime]::Now -lt $end) { Start-Sleep -Milliseconds 50 }
            $env:API_KEY.Length | Should -Be 21
            $shell.Stop()
            $env:API_KEY | Should -BeNullOrEmpty
            $shell.Dispose()
            $null = $run
        }
    }

    Context 'bad input' {
        It 'needs one program or one block' {
            Assert-Failure BadArgument { Use-FlowSecret -Name api-key }
            Assert-Failure BadArgument { Use-FlowSecret -Name api-key -- '' }
            Assert-Failure BadArgument { Use-FlowSecret -Name api-key { 1 } more }
            Assert-Failure BadArgument { 1 | Use-FlowSecret -Name api-key { 1 } }
            Assert-Failure BadArgument { Use-FlowSecret -Name api-key -Pristine { 1 } }
            Assert-Failure BadArgument { Use-FlowSecret -Name api-key -Workload web -- true }
            Assert-Failure BadArgument { Use-FlowSecret -Name api-key -Redact -NoRedact -- true }
            Assert-Failure BadArgument { Use-FlowSecret -Name api-key -Keep X -- true }
            $global:LASTEXITCODE | Should -Be 1
        }
        It 'takes only the first -- away' -Skip:$noShell {
            Use-FlowSecret -Name api-key -- echo -- x | Should -Be '-- x'
        }
    }

    Context 'watch' -Skip:$noShell {
        It 'U15: restarts the program with new values, and keeps it if a look fails' {
            $child = Start-Child @'
$program = 'echo "has $API_KEY"; while :; do test -f ./stop && exit 6; sleep 0.1; done'
Use-FlowSecret -Name api-key -NoRedact -Watch -Interval 1 -Debounce 0 -IgnoreExitCode -- sh -c $program
"code $LASTEXITCODE"
'@
            Wait-Line $child 'has value-of-api-key-7f3a'
            Set-FlowSecret api-key -Value (ConvertTo-Secret 'second-value-7f3a') | Out-Null
            Wait-Line $child 'has second-value-7f3a'
            Set-Content ./stop ''
            Stop-Child $child | Should -Match 'code 6'
        }
    }
}
