BeforeAll { Import-Module $PSScriptRoot/Support.psm1 -Force }

Describe 'Set-FlowSecretStore' {
    BeforeEach {
        $sandbox = New-Sandbox
        Add-Secret llm-openai 'value-one', 'value-two'
        $passphrase = ConvertTo-Secret 'correct horse battery staple'
    }
    AfterEach { Remove-Sandbox $sandbox }

    It 'protects the store by a passphrase, and then by a key file again' {
        (Set-FlowSecretStore -NewPassphrase $passphrase).Status | Should -Be 'Updated'
        Disconnect-FlowSecretStore
        Assert-Failure StoreLocked { Get-FlowSecretValue llm-openai }
        $null = Connect-FlowSecretStore -Passphrase $passphrase
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'value-two'
        (Set-FlowSecretStore -UseKeyFile).Status | Should -Be 'Updated'
        Disconnect-FlowSecretStore
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'value-two'
    }
    It 'lets a session that connected by <by> go on with the new passphrase' -ForEach @(
        @{ by = 'environment'; connect = { Connect-FlowSecretStore -Environment local } }
        @{ by = 'file'; connect = { Connect-FlowSecretStore -Path $sandbox.StoreFile } }
        @{ by = 'the catalog''s default alone'; connect = { } }
    ) {
        $null = & $connect
        $null = Set-FlowSecretStore -NewPassphrase $passphrase
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'value-two'
    }
    It 'makes a new key and keeps every value' {
        $before = (Get-FileHash $sandbox.StoreFile).Hash
        (Set-FlowSecretStore -RotateKey).Status | Should -Be 'Updated'
        (Get-FileHash $sandbox.StoreFile).Hash | Should -Not -Be $before
        Get-FlowSecretValue llm-openai -Version 1 -AsPlainText | Should -BeExactly 'value-one'
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'value-two'
    }
    It 'changes key file and key at once' {
        $old = Get-ChildItem (Join-Path $sandbox.Path home config) -Recurse -File -Filter *.key
        (Set-FlowSecretStore -UseKeyFile -RotateKey).Status | Should -Be 'Updated', 'Updated'
        $old.FullName | Should -Not -Exist
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'value-two'
    }
    It 'changes nothing with -WhatIf, and emits the plan' {
        $before = (Get-FileHash $sandbox.StoreFile).Hash
        (Set-FlowSecretStore -UseKeyFile -RotateKey -WhatIf).Status | Should -Be 'Planned', 'Planned'
        (Get-FileHash $sandbox.StoreFile).Hash | Should -Be $before
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'value-two'
    }
    It 'refuses <what>' -ForEach @(
        @{ what = 'nothing to do'; id = 'BadArgument'; run = { Set-FlowSecretStore } }
        @{
            what = 'passphrase and key file at once'; id = 'BadArgument'
            run = { Set-FlowSecretStore -UseKeyFile -NewPassphrase $passphrase }
        }
        @{ what = 'an empty passphrase'; id = 'EmptyValue'; run = { Set-FlowSecretStore -NewPassphrase ([securestring]::new()) } }
        @{
            what = 'a store that is not there yet'; id = 'StoreUnavailable'
            run = { $null = Connect-FlowSecretStore -Path ./new.db; Set-FlowSecretStore -RotateKey }
        }
        @{
            what = 'an environment that the catalog lacks'; id = 'EnvironmentNotFound'
            run = { Set-FlowSecretStore -RotateKey -Environment nowhere }
        }
    ) { Assert-Failure $id $run }
    It 'shows a table without the passphrase' {
        Assert-View (Set-FlowSecretStore -NewPassphrase $passphrase) Store, Environment, Status, Identity, Location 'correct horse'
    }
    It 'completes environments' { Get-Completion 'Set-FlowSecretStore -Environment ' | Should -Be 'local', 'second' }
}
