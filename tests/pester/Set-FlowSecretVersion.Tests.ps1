BeforeAll { Import-Module $PSScriptRoot/Support.psm1 -Force }

Describe 'Set-FlowSecretVersion' {
    BeforeEach {
        $sandbox = New-Sandbox
        Add-Secret llm-openai 'value-one', 'value-two', 'value-three'
    }
    AfterEach { Remove-Sandbox $sandbox }
    It 'brings an older value back by moving the stage current' {
        (Set-FlowSecretVersion llm-openai 1 -Stage current).Status | Should -Be 'Updated'
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'value-one'
        Get-FlowSecretValue llm-openai -Stage previous -AsPlainText | Should -BeExactly 'value-three'
    }
    It 'disables a version so that nobody reads it, and enables it again' {
        $null = Set-FlowSecretVersion llm-openai 3 -State Disabled
        Assert-Failure VersionDisabled { Get-FlowSecretValue llm-openai }
        (Get-FlowSecret llm-openai).State | Should -Be 'Disabled'
        $null = Set-FlowSecretVersion llm-openai 3 -State Enabled
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'value-three'
    }
    It 'sets a stage of the user''s own' {
        $null = Set-FlowSecretVersion llm-openai 2 -Stage canary
        Get-FlowSecretValue llm-openai -Stage canary -AsPlainText | Should -BeExactly 'value-two'
    }
    It 'takes name and version from the pipeline by property name, each its own' {
        $changes = Get-FlowSecretVersion llm-openai | Where-Object { 'current' -notin $_.Stages } | Set-FlowSecretVersion -State Disabled
        $changes.Version | Should -Be '2', '1'
        (Get-FlowSecretVersion llm-openai).State | Should -Be 'Enabled', 'Disabled', 'Disabled'
    }
    It 'changes nothing with -WhatIf, and emits the plan' {
        (Set-FlowSecretVersion llm-openai 1 -Stage current -WhatIf).Status | Should -Be 'Planned'
        (Get-FlowSecretVersion llm-openai)[2].State | Should -Be 'Enabled'
        (Get-FlowSecret llm-openai).Version | Should -Be '3'
    }
    It 'refuses <what>' -ForEach @(
        @{ what = 'nothing to set'; id = 'BadArgument'; run = { Set-FlowSecretVersion llm-openai 1 } }
        @{ what = 'a version that is not there'; id = 'VersionNotFound'; run = { Set-FlowSecretVersion llm-openai 99 -State Disabled } }
        @{
            what = 'a version that is no number'; id = 'VersionNotFound'
            run = { Set-FlowSecretVersion llm-openai nowhere -State Disabled }
        }
        @{
            what = 'a destroyed version'; id = 'VersionDestroyed'
            run = { $null = Remove-FlowSecretVersion llm-openai 1 -Confirm:$false; Set-FlowSecretVersion llm-openai 1 -State Enabled }
        }
        @{ what = 'a stage that is no name'; id = 'BadArgument'; run = { Set-FlowSecretVersion llm-openai 1 -Stage 'no spaces' } }
        @{ what = 'a secret that the store lacks'; id = 'SecretNotFound'; run = { Set-FlowSecretVersion jwt-secret 1 -State Disabled } }
        @{ what = 'a name that the catalog lacks'; id = 'SecretNotInCatalog'; run = { Set-FlowSecretVersion nowhere 1 -State Disabled } }
    ) { Assert-Failure $id $run }
    It 'shows a table without values' {
        Assert-View (Set-FlowSecretVersion llm-openai 1 -Stage current) Status, Name, Version, Environment 'value-'
    }
    It 'completes names, versions that were listed, states and stages' {
        $null = Get-FlowSecretVersion llm-openai
        Get-Completion 'Set-FlowSecretVersion llm-openai ' | Sort-Object | Should -Be '1', '2', '3'
        Get-Completion 'Set-FlowSecretVersion llm-openai 1 -State ' | Should -Be 'Disabled', 'Enabled'
        Get-Completion 'Set-FlowSecretVersion llm-openai 1 -Stage ' | Should -Be 'current', 'pending', 'previous'
        Get-Completion 'Set-FlowSecretVersion llm-o' | Should -Be 'llm-openai'
    }
}
