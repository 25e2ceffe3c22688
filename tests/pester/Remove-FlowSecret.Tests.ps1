BeforeAll { Import-Module $PSScriptRoot/Support.psm1 -Force }

Describe 'Remove-FlowSecret' {
    BeforeEach {
        $sandbox = New-Sandbox
        Add-Secret llm-openai 'value-one'
        Add-Secret llm-google 'value-two'
    }
    AfterEach { Remove-Sandbox $sandbox }
    It 'deletes so that it can be restored for 30 days' {
        (Remove-FlowSecret llm-openai -Confirm:$false).Status | Should -Be 'Removed'
        $secret = Get-FlowSecret llm-openai
        $secret.State | Should -Be 'PendingDeletion'
        ($secret.PurgeAt - (Get-Date)).TotalDays | Should -BeGreaterThan 29.9
        Assert-Failure PendingDeletion { Get-FlowSecretValue llm-openai }
    }
    It 'takes another number of days' {
        $null = Remove-FlowSecret llm-openai -RecoveryDays 7 -Confirm:$false
        ((Get-FlowSecret llm-openai).PurgeAt - (Get-Date)).TotalDays | Should -BeLessOrEqual 7
    }
    It 'deletes for good on request' {
        (Remove-FlowSecret llm-openai -Permanent -Confirm:$false).Status | Should -Be 'Removed'
        (Get-FlowSecret llm-openai).State | Should -Be 'Missing'
    }
    It 'takes names from the pipeline by property name' {
        (Get-FlowSecret llm* | Remove-FlowSecret -Confirm:$false).Name | Should -Be 'llm-openai', 'llm-google'
    }
    It 'removes nothing with -WhatIf, and emits the plan' {
        (Get-FlowSecret llm* | Remove-FlowSecret -Permanent -WhatIf).Status | Should -Be 'Planned', 'Planned'
        (Get-FlowSecret llm*).State | Should -Be 'Present', 'Present'
    }
    It 'counts as what cannot be undone, so it asks' {
        Get-ConfirmImpact Remove-FlowSecret | Should -Be 'High'
    }
    It 'removes what can be removed, and then fails with what cannot' {
        $done = [System.Collections.Generic.List[object]]::new()
        Assert-Failure SecretNotFound { Remove-FlowSecret jwt-secret, llm-openai -Confirm:$false | ForEach-Object { $done.Add($_) } }
        $done.Status | Should -Be 'Failed', 'Removed'
    }
    It 'refuses <what>' -ForEach @(
        @{ what = 'a secret that the store lacks'; id = 'SecretNotFound'; run = { Remove-FlowSecret jwt-secret -Confirm:$false } }
        @{ what = 'a wildcard'; id = 'BadArgument'; run = { Remove-FlowSecret llm-* -Confirm:$false } }
        @{
            what = 'what somebody else owns'; id = 'ExternallyOwned'
            run = { Add-Secret partner-token; Remove-FlowSecret partner-token -Confirm:$false }
        }
        @{
            what = 'one whose deletion is pending'; id = 'PendingDeletion'
            run = { $null = Remove-FlowSecret llm-openai -Confirm:$false; Remove-FlowSecret llm-openai -Confirm:$false }
        }
        @{ what = 'no name at all'; id = 'BadArgument'; run = { Remove-FlowSecret -Confirm:$false } }
    ) { Assert-Failure $id $run }
    It 'refuses a window of <_> days' -ForEach 6, 31 {
        Get-Failure { Remove-FlowSecret llm-openai -RecoveryDays $_ -Confirm:$false } |
            ForEach-Object FullyQualifiedErrorId |
            Should -BeLike 'ParameterArgumentValidationError,*'
    }
    It 'shows a table without values' { Assert-View (Remove-FlowSecret llm-openai -Confirm:$false) Status, Name, Detail 'value-one' }
    It 'completes names and environments' {
        Get-Completion 'Remove-FlowSecret llm-g' | Should -Be 'llm-google'
        Get-Completion 'Remove-FlowSecret -Environment l' | Should -Be 'local'
    }
}
