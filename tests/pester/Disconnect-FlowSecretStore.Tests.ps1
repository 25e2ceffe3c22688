BeforeAll { Import-Module $PSScriptRoot/Support.psm1 -Force }

Describe 'Disconnect-FlowSecretStore' {
    BeforeEach { $sandbox = New-Sandbox }
    AfterEach { Remove-Sandbox $sandbox }

    It 'goes back to the catalog''s default, and emits nothing' {
        $null = Connect-FlowSecretStore -Environment second
        Disconnect-FlowSecretStore | Should -BeNullOrEmpty
        (Get-FlowSecretStore).Environment | Should -Be 'local'
    }
    It 'goes back to FLOWSECRETS_ENVIRONMENT where that is set' {
        $env:FLOWSECRETS_ENVIRONMENT = 'second'
        $null = Connect-FlowSecretStore -Environment local
        Disconnect-FlowSecretStore
        (Get-FlowSecretStore).Environment | Should -Be 'second'
    }
    It 'does nothing where nothing was chosen, and may be said twice' {
        Get-Failure { Disconnect-FlowSecretStore; Disconnect-FlowSecretStore } | Should -BeNullOrEmpty
    }
    It 'forgets the passphrase' {
        $null = Connect-FlowSecretStore -Path ./team.db -Passphrase (ConvertTo-Secret 'correct horse')
        $null = New-FlowSecret -StoreName one -Value (ConvertTo-Secret 'a')
        Disconnect-FlowSecretStore
        Assert-Failure StoreLocked { Connect-FlowSecretStore -Path ./team.db }
    }
    It 'changes nothing in the store' {
        $null = Connect-FlowSecretStore
        Add-Secret llm-openai 'value'
        Disconnect-FlowSecretStore
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'value'
    }
}
