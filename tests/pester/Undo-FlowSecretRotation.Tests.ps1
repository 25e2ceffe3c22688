BeforeAll { Import-Module $PSScriptRoot/Support.psm1 -Force }

Describe 'Undo-FlowSecretRotation' {
    BeforeEach { $sandbox = New-RotationScene }
    AfterEach { Remove-Sandbox $sandbox }

    It 'brings the value before back, once' {
        $null = Invoke-FlowSecretRotation jwt-secret
        $result = Undo-FlowSecretRotation jwt-secret
        $result.Status | Should -Be Undone
        $result.State | Should -Be Undone
        Get-FlowSecretValue jwt-secret -AsPlainText | Should -BeExactly 'old-jwt-secret'
        Assert-Failure NothingToUndo { Undo-FlowSecretRotation jwt-secret }
        Get-FlowSecretValue jwt-secret -AsPlainText | Should -BeExactly 'old-jwt-secret'
    }
    It 'brings the carriers back with it' {
        $null = Invoke-FlowSecretRotation db-config
        (Undo-FlowSecretRotation db-config).Status | Should -Be Undone
        Get-FlowSecretValue db-config -Field password -AsPlainText | Should -BeExactly 'old-db-password'
        Get-FlowSecretValue db-password -AsPlainText | Should -BeExactly 'old-db-password'
        Get-FlowSecretValue db-copy -Field pass -AsPlainText | Should -BeExactly 'old-db-password'
    }
    It 'lets it be rotated again at once' {
        $null = Invoke-FlowSecretRotation jwt-secret
        $null = Undo-FlowSecretRotation jwt-secret
        (Invoke-FlowSecretRotation jwt-secret).Status | Should -Be Rotated
        Get-FlowSecretValue jwt-secret -Stage previous -AsPlainText | Should -BeExactly 'old-jwt-secret'
    }
    It 'writes it into the journal' {
        $null = Invoke-FlowSecretRotation jwt-secret
        Start-Sleep -Milliseconds 1100
        $null = Undo-FlowSecretRotation jwt-secret
        (Get-FlowSecretRotation jwt-secret).Journal.State | Should -Be Undone, Overlap
    }
    It 'sets the old value at the target again' -Skip:$IsWindows {
        $null = Invoke-FlowSecretRotation scripted -TrustCatalog
        Set-Script test -Body 'grep -q ''"value":"old-scripted"'' && test ! -e undone && exit 10; exit 0'
        Set-Script set -Body 'cat > last-set.json; touch undone'
        (Undo-FlowSecretRotation scripted -TrustCatalog).Status | Should -Be Undone
        (Get-Content ops/last-set.json -Raw | ConvertFrom-Json).value | Should -BeExactly 'old-scripted'
        Get-FlowSecretValue scripted -AsPlainText | Should -BeExactly 'old-scripted'
    }
    It 'gives a rotation up whose value never became current' -Skip:$IsWindows {
        Set-Script test -Body 'grep -q ''"value":"old-scripted"'' && exit 0; exit 10'
        Set-Script set 3
        $null = Get-Failure { Invoke-FlowSecretRotation scripted -TrustCatalog }
        (Get-FlowSecretRotation scripted).State | Should -Be Created
        (Undo-FlowSecretRotation scripted -TrustCatalog).Status | Should -Be Undone
        Get-FlowSecretValue scripted -AsPlainText | Should -BeExactly 'old-scripted'
        (Get-FlowSecretRotation scripted).Due | Should -BeFalse
        (Get-FlowSecretVersion scripted | Where-Object { 'pending' -in $_.Stages }) | Should -BeNullOrEmpty
    }
    It 'changes nothing with -WhatIf, and emits the plan' {
        $null = Invoke-FlowSecretRotation jwt-secret
        (Undo-FlowSecretRotation jwt-secret -WhatIf).Status | Should -Be Planned
        (Get-FlowSecret jwt-secret).Version | Should -Be '2'
        (Get-FlowSecretRotation jwt-secret).State | Should -Be Overlap
    }
    It 'refuses <what>' -ForEach @(
        @{ what = 'what was never rotated'; id = 'NothingToUndo'; run = { Undo-FlowSecretRotation jwt-secret } }
        @{
            what = 'what is out of use already'; id = 'NothingToUndo'
            run = { $null = Invoke-FlowSecretRotation jwt-secret -Force; Undo-FlowSecretRotation jwt-secret }
        }
        @{
            what = 'what somebody set by hand after'; id = 'NothingToUndo'
            run = {
                $null = Invoke-FlowSecretRotation jwt-secret
                $null = Set-FlowSecret jwt-secret -Value (ConvertTo-Secret by-hand)
                Undo-FlowSecretRotation jwt-secret
            }
        }
        @{
            what = 'a script of a catalog that was not approved'; id = 'CatalogNotTrusted'
            run = { $null = Invoke-FlowSecretRotation scripted -TrustCatalog; Undo-FlowSecretRotation scripted }
        }
        @{ what = 'a secret without rotate'; id = 'RotationNotConfigured'; run = { Undo-FlowSecretRotation plain } }
        @{ what = 'a secret of somebody else'; id = 'ExternallyOwned'; run = { Undo-FlowSecretRotation partner-token } }
        @{ what = 'nothing named'; id = 'BadArgument'; run = { Undo-FlowSecretRotation } }
        @{
            what = 'a folder without a catalog'; id = 'NoCatalog'
            run = { Remove-Item flowsecrets.yaml; Undo-FlowSecretRotation jwt-secret }
        }
    ) { Assert-Failure $id $run }
    It 'takes the good one back though the other fails, under $ErrorActionPreference Stop' {
        $null = Invoke-FlowSecretRotation jwt-secret
        $ErrorActionPreference = 'Stop'
        { Undo-FlowSecretRotation quick, jwt-secret } | Should -Throw -ErrorId 'NothingToUndo,*'
        Get-FlowSecretValue jwt-secret -AsPlainText | Should -BeExactly 'old-jwt-secret'
    }
    It 'shows a table without values' {
        $null = Invoke-FlowSecretRotation jwt-secret
        Assert-View (Undo-FlowSecretRotation jwt-secret) Status, Name, State, Version 'old-'
    }
}
