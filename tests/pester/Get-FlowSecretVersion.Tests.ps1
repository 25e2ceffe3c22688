BeforeAll {
    Import-Module $PSScriptRoot/Support.psm1 -Force
    $sandbox = New-Sandbox
    Add-Secret llm-openai 'value-one', 'value-two', 'value-three'
    Add-Secret llm-google 'value-four'
    $null = New-FlowSecret partner-token -NoValue
}
AfterAll { Remove-Sandbox $sandbox }

Describe 'Get-FlowSecretVersion' {
    It 'lists the newest version first, with state and stages' {
        $versions = Get-FlowSecretVersion llm-openai
        $versions.Version | Should -Be '3', '2', '1'
        $versions.State | Should -Be 'Enabled', 'Enabled', 'Enabled'
        $versions[0].Stages | Should -Be 'current'
        $versions[1].Stages | Should -Be 'previous'
        $versions[2].Stages | Should -BeNullOrEmpty
        $versions[0].Created | Should -BeOfType [datetime]
    }
    It 'takes wildcards' { (Get-FlowSecretVersion llm-*).Count | Should -Be 4 }
    It 'takes names from the pipeline by property name' {
        (Get-FlowSecret llm* | Get-FlowSecretVersion).Name | Sort-Object -Unique | Should -Be 'llm-google', 'llm-openai'
    }
    It 'lists nothing for a container without a version' { Get-FlowSecretVersion partner-token | Should -BeNullOrEmpty }
    It 'lists the readable ones of several, and then fails with the one that is not there' {
        $listed = [System.Collections.Generic.List[object]]::new()
        Assert-Failure SecretNotFound { Get-FlowSecretVersion jwt-secret, llm-google | ForEach-Object { $listed.Add($_) } }
        $listed.Name | Should -Be 'llm-google'
    }
    It 'refuses <what>' -ForEach @(
        @{ what = 'a name that the catalog lacks'; id = 'SecretNotInCatalog'; run = { Get-FlowSecretVersion nowhere } }
        @{ what = 'a secret that the store lacks'; id = 'SecretNotFound'; run = { Get-FlowSecretVersion jwt-secret } }
        @{ what = 'no name at all'; id = 'BadArgument'; run = { Get-FlowSecretVersion } }
    ) { Assert-Failure $id $run }
    It 'shows a table without values' { Assert-View (Get-FlowSecretVersion llm*) Name, State, Stages, Created, Version 'value-' }
    It 'completes names and environments' {
        Get-Completion 'Get-FlowSecretVersion llm-g' | Should -Be 'llm-google'
        Get-Completion 'Get-FlowSecretVersion -Environment s' | Should -Be 'second'
    }
}
