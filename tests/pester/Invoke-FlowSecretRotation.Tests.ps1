BeforeAll {
    Import-Module $PSScriptRoot/Support.psm1 -Force
    $new = ConvertTo-Secret 'new-value-by-hand'
    function Get-Value([string] $Name, [string] $Field) {
        $more = $Field ? @{ Field = $Field } : @{}
        Get-FlowSecretValue $Name -AsPlainText @more
    }
    function Assert-Unchanged([string] $Name) {
        Get-Value $Name | Should -BeExactly "old-$Name"
        @(Get-FlowSecretVersion $Name) | Should -HaveCount 1
    }
}

Describe 'Invoke-FlowSecretRotation' {
    BeforeEach { $sandbox = New-RotationScene }
    AfterEach { Remove-Sandbox $sandbox }

    It 'makes a new value and keeps the one before valid for the overlap' {
        $result = Invoke-FlowSecretRotation jwt-secret
        $result.Status | Should -Be Rotated
        $result.State | Should -Be Overlap
        $result.Name | Should -BeExactly jwt-secret
        $result.StoreName | Should -BeExactly shop-jwt-secret
        $result.Version | Should -Be '2'
        $result.PreviousVersion | Should -Be '1'
        $result.RetireAt | Should -BeGreaterThan (Get-Date).AddHours(23)
        $result.RetireAt | Should -BeLessThan (Get-Date).AddHours(25)
        Get-Value jwt-secret | Should -Not -Be 'old-jwt-secret'
        [convert]::FromBase64String((Get-Value jwt-secret)).Length | Should -Be 48
        Get-FlowSecretValue jwt-secret -Stage previous -AsPlainText | Should -BeExactly 'old-jwt-secret'
        Get-FlowSecretValue jwt-secret -Version 1 -AsPlainText | Should -BeExactly 'old-jwt-secret'
    }
    It 'does not rotate again during the overlap, and does with -Force: the old values are out of use at once' {
        $null = Invoke-FlowSecretRotation jwt-secret
        Assert-Failure RotationInProgress { Invoke-FlowSecretRotation jwt-secret }
        (Get-FlowSecret jwt-secret).Version | Should -Be '2'
        $forced = Invoke-FlowSecretRotation jwt-secret -Force
        $forced.Status | Should -Be Rotated
        $forced.State | Should -Be Retired
        $forced.RetireAt | Should -BeNullOrEmpty
        $forced.PreviousVersion | Should -BeNullOrEmpty
        $versions = Get-FlowSecretVersion jwt-secret
        ($versions | Where-Object Version -EQ $forced.Version).State | Should -Be Enabled
        ($versions | Where-Object Version -EQ 2).State | Should -Be Disabled
    }
    It 'leaves no older value readable after -Force: <before>' -ForEach @(
        @{ before = 'none rotated before' ; times = 0 }
        @{ before = 'an overlap was on'; times = 1 }
    ) {
        if ($times) { $null = Invoke-FlowSecretRotation jwt-secret }
        $null = Invoke-FlowSecretRotation jwt-secret -Force
        @(Get-FlowSecretVersion jwt-secret | Where-Object State -EQ Enabled) | Should -HaveCount 1
    }
    It 'changes nothing with -WhatIf, and emits the plan' {
        $plan = Invoke-FlowSecretRotation jwt-secret, db-config -WhatIf
        $plan.Status | Should -Be Planned, Planned
        $plan.Name | Sort-Object | Should -Be db-config, jwt-secret
        Assert-Unchanged jwt-secret
        Assert-Unchanged db-password
        Get-FlowSecretRotation jwt-secret | ForEach-Object State | Should -Be None
    }
    It 'runs no script with -WhatIf' {
        (Invoke-FlowSecretRotation scripted -TrustCatalog -WhatIf).Status | Should -Be Planned
        Get-ScriptRun | Should -BeNullOrEmpty
    }
    It 'rotates what carries the same credential together with it' {
        (Invoke-FlowSecretRotation db-config).Status | Should -Be Rotated
        $password = Get-Value db-config password
        $password.Length | Should -Be 24
        Get-Value db-config user | Should -BeExactly app
        Get-Value db-password | Should -BeExactly $password
        Get-Value db-copy pass | Should -BeExactly $password
        Get-Value db-copy pool | Should -BeExactly 5
        (Get-FlowSecretVersion db-password).State | Should -Be Enabled, Enabled
    }
    It 'retires the carriers'' old values too with -Force' {
        $null = Invoke-FlowSecretRotation db-config -Force
        foreach ($name in 'db-config', 'db-password', 'db-copy') {
            $first = Get-FlowSecretVersion $name | Where-Object Version -EQ 1
            $first.State | Should -Be Disabled -Because $name
        }
    }
    It 'takes a person''s own value' {
        (Invoke-FlowSecretRotation api-key -Value $new).Status | Should -Be Rotated
        Get-Value api-key | Should -BeExactly 'new-value-by-hand'
        Get-FlowSecretValue api-key -Stage previous -AsPlainText | Should -BeExactly 'old-api-key'
    }
    It 'asks for it without echo, where a person is there' {
        $run = Invoke-Hosted 'Invoke-FlowSecretRotation api-key' 'typed-value'
        $run.Failure | Should -BeNullOrEmpty
        $run.Output.Status | Should -Be Rotated
        $run.Person.Hidden | Should -Be 1
        $run.Person.Shown | Should -Not -Match 'typed-value'
        Get-Value api-key | Should -BeExactly 'typed-value'
    }
    It 'asks nothing for what is not going to be rotated' {
        $run = Invoke-Hosted 'Invoke-FlowSecretRotation api-key -WhatIf' 'typed-value'
        $run.Output.Status | Should -Be Planned
        $run.Person.Hidden | Should -Be 0
    }
    It 'cannot prompt with -NonInteractive' {
        $script = 'try { Invoke-FlowSecretRotation api-key -ErrorAction Stop } catch { $_.FullyQualifiedErrorId }'
        $child = Invoke-Child $script -Argument '-NonInteractive'
        $child.Output | Should -Match 'CannotPrompt,'
        Assert-Unchanged api-key
    }
    It 'takes no plain text for a value' {
        { Invoke-FlowSecretRotation api-key -Value 'plain-text' } | Should -Throw -ErrorId 'BadArgument,*'
        Assert-Unchanged api-key
    }
    It 'refuses <what>' -ForEach @(
        @{
            what = 'an encryption key whose data no script encrypts anew'; id = 'RotationWouldLoseData'
            run = { Invoke-FlowSecretRotation encryption-key }
        }
        @{
            what = 'an encryption key, also with -Force'; id = 'RotationWouldLoseData'
            run = { Invoke-FlowSecretRotation encryption-key -Force }
        }
        @{ what = 'a secret of somebody else'; id = 'ExternallyOwned'; run = { Invoke-FlowSecretRotation partner-token } }
        @{ what = 'a secret without rotate'; id = 'RotationNotConfigured'; run = { Invoke-FlowSecretRotation plain } }
        @{ what = 'a secret beyond the catalog'; id = 'SecretNotInCatalog'; run = { Invoke-FlowSecretRotation nowhere } }
        @{
            what = 'a secret that the store lacks'; id = 'SecretNotFound'
            run = { Remove-FlowSecret jwt-secret -Confirm:$false -Permanent; Invoke-FlowSecretRotation jwt-secret }
        }
        @{ what = 'one value for two secrets'; id = 'BadArgument'; run = { Invoke-FlowSecretRotation jwt-secret, api-key -Value $new } }
        @{ what = 'nothing named'; id = 'BadArgument'; run = { Invoke-FlowSecretRotation } }
        @{ what = '-Native on a local store'; id = 'NotSupportedByStore'; run = { Invoke-FlowSecretRotation jwt-secret -Native } }
        @{
            what = 'a script of a catalog that was not approved'; id = 'CatalogNotTrusted'
            run = { Invoke-FlowSecretRotation scripted }
        }
        @{
            what = 'a folder without a catalog'; id = 'NoCatalog'
            run = { Remove-Item flowsecrets.yaml; Invoke-FlowSecretRotation jwt-secret }
        }
    ) { Assert-Failure $id $run }
    It 'has rotated nothing of what it refused' {
        $null = Get-Failure { Invoke-FlowSecretRotation encryption-key, partner-token, plain, scripted }
        foreach ($name in 'encryption-key', 'partner-token', 'plain', 'scripted') { Assert-Unchanged $name }
        Get-ScriptRun | Should -BeNullOrEmpty
    }
    It 'rotates the good one though the other fails, under $ErrorActionPreference Stop' {
        $ErrorActionPreference = 'Stop'
        { Invoke-FlowSecretRotation plain, jwt-secret } | Should -Throw -ErrorId 'RotationNotConfigured,*'
        (Get-FlowSecret jwt-secret).Version | Should -Be '2'
    }
    It 'ends nothing with -AllowPartial' {
        $ErrorActionPreference = 'Stop'
        $results = Invoke-FlowSecretRotation plain, jwt-secret -AllowPartial 2>$null
        ($results | Where-Object Status -EQ Rotated).Name | Should -Be jwt-secret
    }
    It 'shows a table without values' {
        $results = Invoke-FlowSecretRotation jwt-secret, db-config
        Assert-View $results Status, Name, State, Version, RetireAt 'old-', (Get-Value jwt-secret), (Get-Value db-password)
    }
    It 'shows a table of the plan' {
        Assert-View (Invoke-FlowSecretRotation jwt-secret, db-config -WhatIf) Status, Name, State, Detail
    }
    It 'completes names' { Get-Completion 'Invoke-FlowSecretRotation jwt' | Should -Be jwt-secret }
}

Describe 'What is due' {
    BeforeEach { $sandbox = New-RotationScene }
    AfterEach { Remove-Sandbox $sandbox }

    It 'is only retired where only the overlap is over' {
        $null = Invoke-FlowSecretRotation quick
        $value = Get-Value quick
        Start-Sleep -Milliseconds 2100
        $result = Get-FlowSecretRotation quick -Due | Invoke-FlowSecretRotation
        $result.Status | Should -Be Retired
        $result.State | Should -Be Retired
        Get-Value quick | Should -BeExactly $value
        (Get-FlowSecretVersion quick).State | Should -Be Enabled, Disabled
        Get-FlowSecretRotation quick -Due | Should -BeNullOrEmpty
    }
    It 'is retired and rotated without -Due' {
        $null = Invoke-FlowSecretRotation quick
        Start-Sleep -Milliseconds 2100
        (Invoke-FlowSecretRotation quick).Status | Should -Be Rotated
        (Get-FlowSecretVersion quick).State | Should -Be Enabled, Enabled, Disabled
    }
    It 'is rotated where it is old, and nothing else is touched' {
        Start-Sleep -Milliseconds 1100
        $result = Invoke-FlowSecretRotation -Due
        $result.Name | Should -Be old
        $result.Status | Should -Be Rotated
        foreach ($name in 'jwt-secret', 'quick', 'api-key', 'scripted', 'encryption-key', 'partner-token', 'plain') {
            Assert-Unchanged $name
        }
    }
    It 'is only retired with -Force as well, where only the overlap is over' {
        $null = Invoke-FlowSecretRotation quick
        Start-Sleep -Milliseconds 2100
        (Invoke-FlowSecretRotation quick -Due -Force).Status | Should -Be Retired
        (Get-FlowSecretVersion quick).State | Should -Be Enabled, Disabled
    }
    It 'is nothing for a secret of which the catalog does not say how often' {
        Invoke-FlowSecretRotation quick, api-key, jwt-secret -Due | Should -BeNullOrEmpty
        Assert-Unchanged quick
    }
    It 'is not old while the value before is valid' {
        Start-Sleep -Milliseconds 1100
        $null = Invoke-FlowSecretRotation old
        Start-Sleep -Milliseconds 1100
        Invoke-FlowSecretRotation old -Due | Should -BeNullOrEmpty
        (Get-FlowSecret old).Version | Should -Be '2'
    }
}

Describe 'A target behind scripts' -Skip:$IsWindows {
    BeforeEach { $sandbox = New-RotationScene }
    AfterEach { Remove-Sandbox $sandbox }

    It 'gets the new value by standard input with -TrustCatalog, and is asked whether it takes it' {
        (Invoke-FlowSecretRotation scripted -TrustCatalog).Status | Should -Be Rotated
        $told = Get-Content ops/last-set.json -Raw | ConvertFrom-Json
        $told.value | Should -BeExactly (Get-Value scripted)
        $told.secret | Should -BeExactly scripted
        Get-ScriptRun | Should -Contain set
        (Get-ScriptRun)[-1] | Should -Be test
        Get-ScriptRun | Should -Not -Contain revoke
    }
    It 'is run without -TrustCatalog once the catalog was approved' {
        $null = Approve-FlowSecretCatalog
        (Invoke-FlowSecretRotation scripted).Status | Should -Be Rotated
    }
    It 'has the old value revoked by -Force' {
        (Invoke-FlowSecretRotation scripted -TrustCatalog -Force).State | Should -Be Retired
        $told = Get-Content ops/last-revoke.json -Raw | ConvertFrom-Json
        $told.value | Should -BeExactly 'old-scripted'
        $told.current | Should -BeExactly (Get-Value scripted)
    }
    It 'has every older value revoked by -Force during an overlap' {
        Set-Script revoke -Body 'cat >> last-revoke.json'
        $null = Invoke-FlowSecretRotation scripted -TrustCatalog
        $second = Get-FlowSecretValue scripted -AsPlainText
        $null = Invoke-FlowSecretRotation scripted -TrustCatalog -Force
        $told = Get-Content ops/last-revoke.json -Raw
        $told | Should -Match '"value":"old-scripted"'
        $told | Should -Match "`"value`":`"$second`""
        @(Get-FlowSecretVersion scripted | Where-Object State -EQ Enabled) | Should -HaveCount 1
    }
    It 'does not keep a leaked value because an older one cannot be revoked' {
        $null = Invoke-FlowSecretRotation scripted -TrustCatalog
        Set-Script revoke -Body 'grep -q ''"value":"old-scripted"'' && exit 3; exit 0'
        $before = Get-FlowSecretValue scripted -AsPlainText
        $failure = Get-Failure { Invoke-FlowSecretRotation scripted -TrustCatalog -Force 3>$null } | Select-Object -Last 1
        $failure.FullyQualifiedErrorId | Should -BeLike 'RotationNeedsAttention,*' -Because 'version 1 still logs in'
        "$failure" | Should -Match 'version 1'
        Get-FlowSecretValue scripted -AsPlainText | Should -Not -BeExactly $before
        (Get-FlowSecretVersion scripted).State | Should -Be Enabled, Disabled, Enabled
    }
    It 'keeps the old value current where it rejects the new one (exit code 10)' {
        Set-Script set 10
        Set-Script test -Body 'grep -q ''"value":"old-scripted"'' && exit 0; exit 10'
        Assert-Failure CredentialRejected { Invoke-FlowSecretRotation scripted -TrustCatalog }
        Get-Value scripted | Should -BeExactly 'old-scripted'
        (Get-FlowSecretRotation scripted).State | Should -BeIn Created, None
    }
    It 'waits for a person after three failed runs, and goes on with -Force once it is mended' {
        Set-Script test -Body 'grep -q ''"value":"old-scripted"'' && exit 0; exit 10'
        Set-Script set 3 'cat > /dev/null; echo no such host >&2'
        Assert-Failure TargetUnavailable { Invoke-FlowSecretRotation scripted -TrustCatalog }
        $seen = Get-FlowSecretRotation scripted
        $seen.Failures | Should -Be 1
        $seen.LastError | Should -Be TargetUnavailable
        $seen.Due | Should -BeTrue
        Assert-Failure TargetUnavailable { Invoke-FlowSecretRotation scripted -TrustCatalog }
        Assert-Failure RotationNeedsAttention { Invoke-FlowSecretRotation scripted -TrustCatalog }
        (Get-FlowSecretRotation scripted).State | Should -Be NeedsAttention
        $runs = @(Get-ScriptRun).Count
        Set-Script set
        Set-Script test
        Assert-Failure RotationNeedsAttention { Invoke-FlowSecretRotation scripted -TrustCatalog }
        @(Get-ScriptRun).Count | Should -Be $runs -Because 'it waits for a person'
        Get-Value scripted | Should -BeExactly 'old-scripted'
        (Invoke-FlowSecretRotation scripted -TrustCatalog -Force).Status | Should -Be Rotated
        Get-Value scripted | Should -Not -Be 'old-scripted'
        (Get-FlowSecretRotation scripted).Failures | Should -Be 0
    }
    It 'says no value where a script tells it by its errors' {
        Set-Script test -Body 'grep -q ''"value":"old-scripted"'' && exit 0; exit 10'
        Set-Script set 3 'cat >&2'
        $failure = Get-Failure { Invoke-FlowSecretRotation scripted -TrustCatalog } | Select-Object -Last 1
        $failure | Format-List * -Force | Out-String | Should -Not -Match 'old-scripted'
        "$($failure.Exception.Message)" | Should -Not -Match '[0-9a-f]{32}'
    }
    It 'is not run where a script is not executable' {
        chmod 644 ops/set
        Assert-Failure RotationNotConfigured { Invoke-FlowSecretRotation scripted -TrustCatalog }
    }
}
