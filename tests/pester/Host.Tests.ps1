BeforeDiscovery {
    $noTmux = -not (Get-Command tmux -ErrorAction Ignore)
    $noPython = -not (Get-Command python3 -ErrorAction Ignore)
}
BeforeAll {
    Import-Module $PSScriptRoot/Support.psm1 -Force
    $value = ConvertTo-Secret 'value-two'
}

Describe 'Errors' {
    BeforeEach { $sandbox = New-Sandbox; Add-Secret llm-openai 'value-one' }
    AfterEach { Remove-Sandbox $sandbox }

    It 'does all the work before it fails under $ErrorActionPreference Stop' {
        $ErrorActionPreference = 'Stop'
        { Set-FlowSecret llm-google, partner-token, llm-openai -Value $value } | Should -Throw
        (Get-FlowSecret llm-openai).Version | Should -Be '2'
    }
    It 'ends with one error for several failures, after one for each' {
        $ids = Get-FailureId {
            $ErrorActionPreference = 'Continue'
            Set-FlowSecret llm-google, partner-token, llm-openai -Value $value
        }
        $ids | Should -Be 'SecretNotFound', 'SecretNotFound', 'ItemsFailed'
    }
    It 'ends nothing with -AllowPartial, whatever $ErrorActionPreference says: <preference>' -ForEach @(
        @{ preference = 'Continue' }
        @{ preference = 'Stop' }
    ) {
        $ErrorActionPreference = $preference
        $wentOn = $false
        try { $null = Set-FlowSecret llm-google, llm-openai -Value $value -AllowPartial 2> $null; $wentOn = $true } catch { $null = $_ }
        (Get-FlowSecret llm-openai).Version | Should -Be '2'
        $wentOn | Should -BeTrue
    }
    It 'writes the errors of all failed items with -AllowPartial' {
        $failures = Get-Failure {
            $ErrorActionPreference = 'Continue'
            Set-FlowSecret llm-google, partner-token -Value $value -AllowPartial
        }
        $failures.TargetObject | Should -Be 'shop-llm-google', 'shop-partner-token'
    }
    It 'writes the error of one failed item without ending the script' {
        $ErrorActionPreference = 'Continue'
        $wentOn = $false
        try { $read = Get-FlowSecretValue llm-openai, llm-google, nowhere 2> $null; $wentOn = $true } catch { $null = $_ }
        $wentOn | Should -BeTrue
        $read.Name | Should -Be 'llm-openai'
    }
    It 'obeys -ErrorAction <action>, whatever $ErrorActionPreference says: <preference>' -ForEach @(
        foreach ($action in 'SilentlyContinue', 'Ignore') {
            foreach ($preference in 'Continue', 'Stop') { @{ action = $action; preference = $preference } }
        }
    ) {
        $ErrorActionPreference = $preference
        $seen = @(Get-FlowSecretValue llm-google -ErrorAction $action 2>&1)
        $seen | Should -BeNullOrEmpty
        -not (Get-FlowSecretValue llm-google -ErrorAction $action) | Should -BeTrue
        @(Get-FlowSecretValue llm-google, nowhere -ErrorAction $action 2>&1 3>&1) | Should -BeNullOrEmpty
    }
    It 'fills -ErrorVariable with a record for each item, and sets $?' {
        $null = Get-FlowSecretValue llm-google, nowhere -ErrorAction SilentlyContinue -ErrorVariable failed
        $ok = $?
        $ok | Should -BeFalse
        $failed | ForEach-Object { $_ | Should -BeOfType ([System.Management.Automation.ErrorRecord]) }
        $failed.FullyQualifiedErrorId -replace ',.*' | Should -Be 'SecretNotInCatalog', 'SecretNotFound', 'ItemsFailed'
        $null = Get-FlowSecretValue llm-google -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed.FullyQualifiedErrorId | Should -BeLike 'SecretNotFound,*'
    }
    It 'ends the script with the one error under Stop, and with one that names all where several failed' {
        $one = try { Get-FlowSecretValue llm-google -ErrorAction Stop } catch { $_ }
        $one.FullyQualifiedErrorId | Should -BeLike 'SecretNotFound,*'
        $several = try { Get-FlowSecretValue llm-google, nowhere -ErrorAction Stop 3> $null } catch { $_ }
        $several.FullyQualifiedErrorId | Should -BeLike 'ItemsFailed,*'
        $several.Exception.Message | Should -Match 'nowhere \(SecretNotInCatalog\), shop-llm-google \(SecretNotFound\)'
    }
    It 'ends with what is about the whole command, also under -ErrorAction Ignore' {
        { Get-FlowSecretValue llm-openai -Environment nowhere -ErrorAction Ignore } | Should -Throw -ErrorId 'EnvironmentNotFound,*'
    }
    It 'writes each problem of a catalog, or under Stop one error with all' {
        Set-Content ./flowsecrets.yaml "application: a`nenvironments: { local: { store: nowhere } }`nsecrets: { a: { x: 1 } }"
        $problems = (Test-FlowSecretCatalog -ErrorAction SilentlyContinue -ErrorVariable failed).Problems
        $problems.Count | Should -BeGreaterThan 1
        $failed | Should -HaveCount $problems.Count
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'CatalogInvalid,*'
        $all = try { Test-FlowSecretCatalog -ErrorAction Stop } catch { $_ }
        foreach ($problem in $problems) { $all.Exception.Message | Should -BeLike "*$([WildcardPattern]::Escape("$problem"))*" }
        Test-FlowSecretCatalog -Quiet -ErrorAction Stop | Should -BeFalse
    }
    It 'writes dates by the same calendar everywhere: <culture>' -ForEach @(
        @{ culture = 'th-TH' }
        @{ culture = 'ar-SA' }
        @{ culture = 'fa-IR' }
    ) {
        $before = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = $culture
            $year = [datetime]::UtcNow.Year
            $table = Get-FlowSecret llm-openai | Out-String
            $versions = Get-FlowSecretVersion llm-openai | Out-String
            $null = Remove-FlowSecret llm-openai -Confirm:$false
            $message = (Get-Failure { Set-FlowSecret llm-openai -Value $value } | Select-Object -First 1).Exception.Message
        }
        finally { [cultureinfo]::CurrentCulture = $before }
        $table | Should -Match "$year-\d\d-\d\d"
        $versions | Should -Match "$year-\d\d-\d\d"
        $message | Should -Match "until ($year|$($year + 1))-\d\d-\d\d"
    }
    It 'gives <id> the category <category>' -ForEach @(
        @{ id = 'SecretNotFound'; category = 'ObjectNotFound'; run = { Get-FlowSecretValue llm-google } }
        @{ id = 'SecretExists'; category = 'ResourceExists'; run = { New-FlowSecret llm-openai -Value $value } }
        @{ id = 'InvalidName'; category = 'InvalidArgument'; run = { New-FlowSecret -StoreName 'a b' -Value $value } }
        @{
            id = 'StoreLocked'; category = 'PermissionDenied'
            run = {
                $null = Set-FlowSecretStore -NewPassphrase $value
                Disconnect-FlowSecretStore
                Get-FlowSecretValue llm-openai
            }
        }
        @{ id = 'ValueNotJson'; category = 'InvalidData'; run = { Get-FlowSecretValue llm-openai -Field a } }
        @{ id = 'NoProject'; category = 'InvalidArgument'; run = { Get-FlowSecret -Store Gcp } }
    ) {
        $failure = Get-Failure $run | Select-Object -Last 1
        $failure.FullyQualifiedErrorId | Should -BeLike "$id,*"
        $failure.CategoryInfo.Category | Should -Be $category
        $failure.Exception.Id | Should -Be $id
    }
    It 'works in ForEach-Object -Parallel' {
        $module, $folder = (Get-ModulePath), $sandbox.Repository
        $ids = 1..4 | ForEach-Object -ThrottleLimit 2 -Parallel {
            Import-Module $using:module
            Set-Location $using:folder
            try { Get-FlowSecretValue llm-google -ErrorAction Stop } catch { $_.FullyQualifiedErrorId }
        }
        $ids | Should -HaveCount 4
        $ids | Sort-Object -Unique | Should -BeLike 'SecretNotFound,*'
    }
}

Describe 'Exit codes' {
    BeforeAll { $sandbox = New-Sandbox; Add-Secret llm-openai 'value-one' }
    AfterAll { Remove-Sandbox $sandbox }

    It 'is 1 for a script that stops at an error' {
        $child = Invoke-Child "`$ErrorActionPreference = 'Stop'; Get-FlowSecretValue llm-google; 'went on'"
        $child.ExitCode | Should -Be 1
        $child.Output | Should -Not -Match 'went on'
    }
    It 'is 0 for a script that succeeds' {
        (Invoke-Child "`$ErrorActionPreference = 'Stop'; `$null = Get-FlowSecretValue llm-openai").ExitCode | Should -Be 0
    }
    It 'is <code> for -Command <what>' -ForEach @(
        @{ code = 1; what = 'whose last command fails'; command = 'Get-FlowSecretValue llm-google' }
        @{ code = 0; what = 'that succeeds'; command = 'Get-FlowSecretValue llm-openai' }
        @{ code = 1; what = 'with failed items and -AllowPartial'; command = 'Get-FlowSecretValue llm-google -AllowPartial' }
    ) {
        & (Get-PwshPath) -NoProfile -Command "Import-Module '$(Get-ModulePath)'; $command" *> $null
        $LASTEXITCODE | Should -Be $code
    }
    It 'cannot prompt with -NonInteractive: <command>' -ForEach @(
        @{ command = 'New-FlowSecret llm-google' }
        @{ command = 'Initialize-FlowSecret' }
        @{ command = 'Remove-FlowSecret llm-openai' }
    ) {
        $script = "try { $command 6> `$null } catch { `$_.FullyQualifiedErrorId; `$_.ErrorDetails.RecommendedAction.Length -gt 0 }"
        $child = Invoke-Child $script -Argument '-NonInteractive'
        $child.Output | Should -Match '(?s)CannotPrompt,.*True'
    }
    It 'cannot prompt when standard input comes from elsewhere' {
        $script = "Import-Module '$(Get-ModulePath)'; try { New-FlowSecret llm-google } catch { `$_.FullyQualifiedErrorId }"
        $output = 'y', 'text' | & (Get-PwshPath) -NoProfile -Command $script
        "$output" | Should -Match 'CannotPrompt,'
        (Get-FlowSecret llm-google).State | Should -Be 'Missing'
    }
}

Describe 'Prompts' {
    BeforeEach { $sandbox = New-Sandbox }
    AfterEach { Remove-Sandbox $sandbox }

    It 'asks for a value without echo' {
        $run = Invoke-Hosted 'New-FlowSecret llm-openai' 'typed-value'
        $run.Failure | Should -BeNullOrEmpty
        $run.Person.Hidden | Should -Be 1
        $run.Person.Shown | Should -Not -Match 'typed-value'
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'typed-value'
    }
    It 'does not ask for a value that it could not store: <script>' -ForEach @(
        @{ script = 'Set-FlowSecret llm-openai' }
        @{ script = 'Set-FlowSecret nowhere' }
    ) {
        $run = Invoke-Hosted $script 'typed-value'
        $run.Failure | Should -HaveCount 1
        $run.Person.Hidden | Should -Be 0
    }
    It 'says that nobody can confirm where the host cannot ask' {
        Add-Secret llm-openai
        (Invoke-Hosted 'Remove-FlowSecret llm-openai').Failure[-1].FullyQualifiedErrorId | Should -BeLike 'CannotPrompt,*'
        (Get-FlowSecret llm-openai).State | Should -Be 'Present'
    }
    It 'takes no empty answer for a value' {
        (Invoke-Hosted 'New-FlowSecret llm-openai' '').Failure[-1].FullyQualifiedErrorId | Should -BeLike 'EmptyValue,*'
    }
    It 'asks nothing with -WhatIf' {
        $run = Invoke-Hosted 'New-FlowSecret llm-openai -WhatIf'
        $run.Failure | Should -BeNullOrEmpty
        $run.Output.Status | Should -Be 'Planned'
    }
    It 'says the place, asks, and stops at no' {
        $run = Invoke-Hosted 'Initialize-FlowSecret' 'n'
        $run.Person.Shown | Should -Match ([regex]::Escape($sandbox.StoreFile))
        $run.Output | Should -BeNullOrEmpty
        $sandbox.StoreFile | Should -Not -Exist
    }
    It 'takes answers, defaults on Enter, and makes what may be made' {
        # yes; jwt, encryption key: made; host: default; password: made; openai: typed; google, partner: none.
        $run = Invoke-Hosted 'Initialize-FlowSecret' 'y', '', '', '', '', 'typed-openai', '', ''
        $run.Failure | Should -BeNullOrEmpty
        $run.Person.AnswersLeft | Should -Be 0
        $run.Person.Hidden | Should -Be 6
        $run.Output.Status | Should -Be 'Created', 'Created', 'Created', 'Created', 'Skipped', 'Skipped'
        Get-FlowSecretValue db-config -Field host -AsPlainText | Should -BeExactly 'localhost'
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'typed-openai'
        foreach ($name in 'jwt-secret', 'encryption-key', 'llm-openai') {
            $made = [regex]::Escape((Get-FlowSecretValue $name -AsPlainText))
            $run.Person.Shown | Should -Not -Match $made
        }
    }
    It 'asks again with -PromptAll, and Enter keeps' {
        Add-Secret llm-openai 'before'; Add-Secret llm-google 'before'
        $run = Invoke-Hosted 'Initialize-FlowSecret llm-* -PromptAll -Force' '', 'after'
        $run.Output.Status | Should -Be 'Kept', 'Updated'
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'before'
        Get-FlowSecretValue llm-google -AsPlainText | Should -BeExactly 'after'
    }
    It 'shows what was made once, with -ShowGenerated, on a terminal and past its transcript (tmux)' -Skip:$noTmux {
        $session = "flowsecrets-$(New-Guid)"
        $log = Join-Path $sandbox.Path transcript.txt
        $script = Join-Path $sandbox.Path show.ps1
        Set-Content $script @(
            "Import-Module '$(Get-ModulePath)'"
            "`$null = Start-Transcript '$log'"
            '$null = Initialize-FlowSecret jwt-secret -NonInteractive -ShowGenerated'
            '$null = Stop-Transcript'
            "'done'"
            'Start-Sleep 60'
        )
        $program = "'$(Get-PwshPath)' -NoProfile -File '$script'"
        tmux new-session -d -s $session -c $sandbox.Repository -x 200 -y 50 -e "FLOWSECRETS_HOME=$env:FLOWSECRETS_HOME" $program
        try {
            for ($i = 0; $i -lt 100; $i++) {
                $screen = (tmux capture-pane -t $session -p) -join "`n"
                if ($screen -match 'done') { break }
                Start-Sleep -Milliseconds 200
            }
            $made = [regex]::Escape((Get-FlowSecretValue jwt-secret -AsPlainText))
            [regex]::Matches($screen, $made) | Should -HaveCount 1
            Get-Content $log -Raw | Should -Not -Match $made
        }
        finally { tmux kill-session -t $session }
    }
    It 'writes nothing when the person is gone halfway' {
        $run = Invoke-Hosted 'Initialize-FlowSecret' 'y', ''
        $run.Failure[-1].FullyQualifiedErrorId | Should -BeLike 'CannotPrompt,*'
        $sandbox.StoreFile | Should -Not -Exist
    }
}

Describe 'Streams' {
    BeforeEach { $sandbox = New-Sandbox }
    AfterEach { Remove-Sandbox $sandbox }

    It 'takes the progress away, also when the command fails or is stopped: <script>' -ForEach @(
        @{ script = 'Set-FlowSecret llm-openai, llm-google -Value (ConvertTo-SecureString a -AsPlainText -Force)' }
        @{ script = 'New-FlowSecret llm-openai, llm-google -Value (ConvertTo-SecureString a -AsPlainText -Force)' }
        @{ script = 'New-FlowSecret jwt-secret, encryption-key -Generate | Select-Object -First 1' }
    ) {
        $progress = (Invoke-Hosted $script).Progress
        $progress | Should -Not -BeNullOrEmpty
        $progress[-1].RecordType | Should -Be 'Completed'
    }
    It 'makes no further effect after Select-Object -First 1' {
        $first = New-FlowSecret jwt-secret, encryption-key -Generate | Select-Object -First 1
        $first.Name | Should -Be 'jwt-secret'
        (Get-FlowSecret encryption-key).State | Should -Be 'Missing'
    }
    It 'stops within a second while the store is locked, and nothing takes effect after (python3)' -Skip:$noPython {
        Add-Secret llm-openai 'before'
        $program = "import sqlite3; c = sqlite3.connect('$($sandbox.StoreFile)', isolation_level=None); " +
            "c.execute('BEGIN EXCLUSIVE'); print('locked', flush=True); input()"
        $lock = [System.Diagnostics.Process]::Start([System.Diagnostics.ProcessStartInfo]@{
                FileName = 'python3'; Arguments = "-c `"$program`""
                RedirectStandardInput = $true; RedirectStandardOutput = $true
            })
        try {
            $lock.StandardOutput.ReadLine() | Should -Be 'locked'
            $command = New-HostedCommand 'Set-FlowSecret llm-openai -Value (ConvertTo-SecureString after -AsPlainText -Force)'
            $running = $command.Shell.BeginInvoke()
            $running.AsyncWaitHandle.WaitOne(700) | Should -BeFalse -Because 'it waits for the lock'
            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            $command.Shell.Stop()
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 1.1
        }
        finally { $lock.StandardInput.WriteLine(); $lock.WaitForExit() }
        # Long enough for one that had not stopped to get its turn.
        Start-Sleep -Milliseconds 1500
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'before'
    }
    It 'makes no effect when it is stopped while it waits for an answer' {
        $command = New-HostedCommand 'New-FlowSecret llm-openai' 'too-late' 400
        $null = $command.Shell.BeginInvoke()
        $command.Person.Asked.Wait(5000) | Should -BeTrue
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        $command.Shell.Stop()
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 1.1
        $command.Shell.InvocationStateInfo.State | Should -Be 'Stopped'
        (Get-FlowSecret llm-openai).State | Should -Be 'Missing'
    }
}
