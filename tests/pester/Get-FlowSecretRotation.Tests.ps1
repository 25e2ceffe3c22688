BeforeAll { Import-Module $PSScriptRoot/Support.psm1 -Force }

Describe 'Get-FlowSecretRotation' {
    BeforeEach { $sandbox = New-RotationScene }
    AfterEach { Remove-Sandbox $sandbox }

    It 'shows what the catalog rotates, in its order, and nothing else' {
        (Get-FlowSecretRotation 3>$null).Name | Should -Be jwt-secret, quick, old, db-config, api-key, scripted
    }
    It 'warns of an encryption key that cannot be rotated' {
        $warnings = Get-FlowSecretRotation 3>&1 | Where-Object { $_ -is [System.Management.Automation.WarningRecord] }
        "$warnings" | Should -Match 'encryption-key'
    }
    It 'knows age and due date of a value that was never rotated' {
        $seen = Get-FlowSecretRotation jwt-secret
        $seen.State | Should -Be None
        $seen.StoreName | Should -BeExactly shop-jwt-secret
        $seen.Version | Should -Be '1'
        $seen.Age.TotalMinutes | Should -BeLessThan 5
        $seen.DueAt | Should -BeGreaterThan (Get-Date).AddDays(89)
        $seen.Due | Should -BeFalse
        $seen.RetireAt | Should -BeNullOrEmpty
        $seen.Journal | Should -BeNullOrEmpty
    }
    It 'has no due date where the catalog does not say how often' {
        $seen = Get-FlowSecretRotation quick
        $seen.DueAt | Should -BeNullOrEmpty
        $seen.Due | Should -BeFalse
    }
    It 'shows with -Due only what is to be done' {
        Start-Sleep -Milliseconds 1100
        $due = Get-FlowSecretRotation -Due 3>$null
        $due.Name | Should -Be old
        $due.Due | Should -BeTrue
    }
    It 'shows an overlap, and what is to be retired once it is over' {
        $null = Invoke-FlowSecretRotation quick
        $seen = Get-FlowSecretRotation quick
        $seen.State | Should -Be Overlap
        $seen.RetireAt | Should -Not -BeNullOrEmpty
        Start-Sleep -Milliseconds 2100
        (Get-FlowSecretRotation quick).Due | Should -BeTrue
        $null = Invoke-FlowSecretRotation -Due quick
        $seen = Get-FlowSecretRotation quick
        $seen.State | Should -Be Retired
        $seen.Due | Should -BeFalse
        $seen.RetireAt | Should -BeNullOrEmpty
    }
    It 'keeps a journal, the newest first' {
        $null = Invoke-FlowSecretRotation jwt-secret
        Start-Sleep -Milliseconds 1100
        $null = Invoke-FlowSecretRotation jwt-secret -Force
        $journal = (Get-FlowSecretRotation jwt-secret).Journal
        $journal | Should -HaveCount 2
        $journal[0].From | Should -Be '2'
        $journal[0].To | Should -Be '3'
        $journal[1].From | Should -Be '1'
        $journal[1].To | Should -Be '2'
        foreach ($entry in $journal) {
            $entry.By | Should -Not -BeNullOrEmpty
            $entry.Started | Should -BeGreaterThan (Get-Date).AddMinutes(-5)
            $entry.Ended | Should -BeLessThan (Get-Date).AddSeconds(2)
            $entry.Duration.TotalSeconds | Should -BeLessThan 60
        }
    }
    It 'shows None for a value that somebody set by hand after' {
        $null = Invoke-FlowSecretRotation jwt-secret
        $null = Set-FlowSecret jwt-secret -Value (ConvertTo-Secret by-hand)
        (Get-FlowSecretRotation jwt-secret).State | Should -Be None
    }
    It 'changes nothing' {
        $before = (Get-FileHash $sandbox.StoreFile).Hash
        $null = Get-FlowSecretRotation 3>$null
        (Get-FileHash $sandbox.StoreFile).Hash | Should -Be $before
        Test-Path ops/scene.log | Should -BeFalse
    }
    It 'refuses <what>' -ForEach @(
        @{ what = 'a secret without rotate'; id = 'RotationNotConfigured'; run = { Get-FlowSecretRotation plain } }
        @{ what = 'a secret of somebody else'; id = 'ExternallyOwned'; run = { Get-FlowSecretRotation partner-token } }
        @{ what = 'an encryption key'; id = 'RotationWouldLoseData'; run = { Get-FlowSecretRotation encryption-key } }
        @{ what = 'a name that the catalog lacks'; id = 'SecretNotInCatalog'; run = { Get-FlowSecretRotation nowhere } }
        @{
            what = 'a secret that the store lacks'; id = 'SecretNotFound'
            run = { Remove-FlowSecret quick -Confirm:$false -Permanent; Get-FlowSecretRotation quick }
        }
        @{ what = 'a folder without a catalog'; id = 'NoCatalog'; run = { Remove-Item flowsecrets.yaml; Get-FlowSecretRotation } }
    ) { Assert-Failure $id $run }
    It 'shows the others under $ErrorActionPreference Stop before it fails' {
        $seen = [System.Collections.Generic.List[object]]::new()
        $ErrorActionPreference = 'Stop'
        try { Get-FlowSecretRotation plain, quick | ForEach-Object { $seen.Add($_) } } catch { $id = $_.FullyQualifiedErrorId }
        $id | Should -BeLike 'RotationNotConfigured,*'
        $seen.Name | Should -Be quick
    }
    It 'takes names from the pipeline' { (Get-FlowSecret jwt-secret, quick | Get-FlowSecretRotation).Name | Should -Be jwt-secret, quick }
    It 'shows a table of at most 100 columns' {
        $null = Invoke-FlowSecretRotation jwt-secret
        Start-Sleep -Milliseconds 1100
        Assert-View (Get-FlowSecretRotation 3>$null) Name, State, Version, Age, DueAt, Due, RetireAt 'old-'
    }
    It 'shows the journal as a table of at most 100 columns' {
        $null = Invoke-FlowSecretRotation jwt-secret
        Assert-View (Get-FlowSecretRotation jwt-secret).Journal Ended, State, From, To, By
    }
}
