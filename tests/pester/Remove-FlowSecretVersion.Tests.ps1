BeforeAll { Import-Module $PSScriptRoot/Support.psm1 -Force }

Describe 'Remove-FlowSecretVersion' {
    BeforeEach {
        $sandbox = New-Sandbox
        Add-Secret llm-openai 'value-one', 'value-two', 'value-three'
    }
    AfterEach { Remove-Sandbox $sandbox }
    It 'destroys a version for good, and keeps it in the history' {
        (Remove-FlowSecretVersion llm-openai 1 -Confirm:$false).Status | Should -Be 'Removed'
        (Get-FlowSecretVersion llm-openai).State | Should -Be 'Enabled', 'Enabled', 'Destroyed'
        Assert-Failure VersionDestroyed { Get-FlowSecretValue llm-openai -Version 1 }
    }
    It 'destroys what comes down the pipeline, each its own version' {
        $null = Set-FlowSecretVersion llm-openai 1 -State Disabled
        $null = Set-FlowSecretVersion llm-openai 2 -State Disabled
        $changes = Get-FlowSecretVersion llm-openai | Where-Object State -EQ Disabled | Remove-FlowSecretVersion -Confirm:$false
        $changes.Version | Should -Be '2', '1'
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'value-three'
    }
    It 'destroys no current version of a piped list without -AllowCurrent' {
        Assert-Failure VersionInUse { Get-FlowSecret llm-openai | Remove-FlowSecretVersion -Confirm:$false }
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'value-three'
        (Get-FlowSecret llm-openai | Remove-FlowSecretVersion -AllowCurrent -Confirm:$false).Status | Should -Be 'Removed'
    }
    It 'destroys nothing with -WhatIf, and emits the plan' {
        (Remove-FlowSecretVersion llm-openai 1 -WhatIf).Status | Should -Be 'Planned'
        Get-FlowSecretValue llm-openai -Version 1 -AsPlainText | Should -BeExactly 'value-one'
    }
    It 'counts as what cannot be undone, so it asks' {
        Get-ConfirmImpact Remove-FlowSecretVersion | Should -Be 'High'
    }
    It 'goes on after a version that is not there, and then fails' {
        $done = [System.Collections.Generic.List[object]]::new()
        $asked = '99', '1' | ForEach-Object { [pscustomobject] @{ Name = 'llm-openai'; Version = $_ } }
        Assert-Failure VersionNotFound { $asked | Remove-FlowSecretVersion -Confirm:$false | ForEach-Object { $done.Add($_) } }
        $done.Status | Should -Be 'Failed', 'Removed'
    }
    It 'refuses <what>' -ForEach @(
        @{ what = 'a version that is not there'; id = 'VersionNotFound'; run = { Remove-FlowSecretVersion llm-openai 99 -Confirm:$false } }
        @{ what = 'a secret that the store lacks'; id = 'SecretNotFound'; run = { Remove-FlowSecretVersion jwt-secret 1 -Confirm:$false } }
        @{ what = 'a name that the catalog lacks'; id = 'SecretNotInCatalog'; run = { Remove-FlowSecretVersion nowhere 1 -Confirm:$false } }
        @{
            what = 'one whose deletion is pending'; id = 'PendingDeletion'
            run = { $null = Remove-FlowSecret llm-openai -Confirm:$false; Remove-FlowSecretVersion llm-openai 1 -Confirm:$false }
        }
    ) { Assert-Failure $id $run }
    It 'shows a table without values' { Assert-View (Remove-FlowSecretVersion llm-openai 1 -Confirm:$false) Status, Name, Version 'value-' }
    It 'completes names and versions that were listed' {
        $null = Get-FlowSecretVersion llm-openai
        Get-Completion 'Remove-FlowSecretVersion llm-openai ' | Sort-Object | Should -Be '1', '2', '3'
        Get-Completion 'Remove-FlowSecretVersion llm-o' | Should -Be 'llm-openai'
    }
}
