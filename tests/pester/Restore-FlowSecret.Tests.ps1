BeforeAll { Import-Module $PSScriptRoot/Support.psm1 -Force }

Describe 'Restore-FlowSecret' {
    BeforeEach {
        $sandbox = New-Sandbox
        Add-Secret llm-openai 'value-one', 'value-two'
        Add-Secret llm-google 'value-three'
        $null = Remove-FlowSecret llm-openai, llm-google -Confirm:$false
    }
    AfterEach { Remove-Sandbox $sandbox }
    It 'brings a secret back with all its versions' {
        (Restore-FlowSecret llm-openai).Status | Should -Be 'Restored'
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'value-two'
        Get-FlowSecretVersion llm-openai | Should -HaveCount 2
    }
    It 'leaves one alone that is not deleted' {
        $null = Restore-FlowSecret llm-openai
        (Restore-FlowSecret llm-openai).Status | Should -Be 'Unchanged'
    }
    It 'takes names from the pipeline by property name' {
        (Get-FlowSecret | Where-Object State -EQ PendingDeletion | Restore-FlowSecret).Status | Should -Be 'Restored', 'Restored'
    }
    It 'restores nothing with -WhatIf, and emits the plan' {
        (Restore-FlowSecret llm-openai -WhatIf).Status | Should -Be 'Planned'
        (Get-FlowSecret llm-openai).State | Should -Be 'PendingDeletion'
    }
    It 'refuses <what>' -ForEach @(
        @{ what = 'a secret that the store lacks'; id = 'SecretNotFound'; run = { Restore-FlowSecret jwt-secret } }
        @{
            what = 'one that was deleted for good'; id = 'SecretNotFound'
            run = {
                Add-Secret jwt-secret
                $null = Remove-FlowSecret jwt-secret -Permanent -Confirm:$false
                Restore-FlowSecret jwt-secret
            }
        }
        @{ what = 'a name that the catalog lacks'; id = 'SecretNotInCatalog'; run = { Restore-FlowSecret nowhere } }
        @{ what = 'no name at all'; id = 'BadArgument'; run = { Restore-FlowSecret } }
    ) { Assert-Failure $id $run }
    It 'shows a table without values' {
        Assert-View (Restore-FlowSecret llm-openai, llm-google) Status, Name, Version, Environment 'value-'
    }
    It 'completes names' { Get-Completion 'Restore-FlowSecret llm-g' | Should -Be 'llm-google' }
}
