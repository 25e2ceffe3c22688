BeforeAll { Import-Module $PSScriptRoot/Support.psm1 -Force }

Describe 'Backup-FlowSecretStore' {
    BeforeEach {
        $sandbox = New-Sandbox
        Add-Secret llm-openai 'value-one', 'value-two'
        $passphrase = ConvertTo-Secret 'correct horse battery staple'
    }
    AfterEach { Remove-Sandbox $sandbox }

    It 'writes a backup for its owner alone, and leaves the store as it is' {
        (Backup-FlowSecretStore ./shop.backup -Passphrase $passphrase).Status | Should -Be 'Updated'
        './shop.backup' | Should -Exist
        Assert-OwnerOnly "$PWD/shop.backup"
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'value-two'
    }
    It 'writes what only its own passphrase opens, without the key file' {
        $null = Backup-FlowSecretStore ./shop.backup -Passphrase $passphrase
        Get-ChildItem (Join-Path $sandbox.Path home config) -Recurse -File -Filter *.key | Remove-Item
        Assert-Failure StoreLocked { Connect-FlowSecretStore -Path ./shop.backup -Passphrase (ConvertTo-Secret 'wrong') }
        $null = Connect-FlowSecretStore -Path ./shop.backup -Passphrase $passphrase
        Get-FlowSecretValue -StoreName shop-llm-openai -AsPlainText | Should -BeExactly 'value-two'
    }
    It 'holds no value in the clear' {
        $null = Backup-FlowSecretStore ./shop.backup -Passphrase $passphrase
        $text = [System.Text.Encoding]::Latin1.GetString([System.IO.File]::ReadAllBytes("$PWD/shop.backup"))
        $text | Should -Not -Match 'value-|correct horse'
    }
    It 'replaces a file that is there only with -Force' {
        Set-Content ./shop.backup old
        Assert-Failure FileExists { Backup-FlowSecretStore ./shop.backup -Passphrase $passphrase }
        Get-Content ./shop.backup | Should -Be 'old'
        $null = Backup-FlowSecretStore ./shop.backup -Passphrase $passphrase -Force
        (Get-Item ./shop.backup).Length | Should -BeGreaterThan 100
    }
    It 'writes nothing with -WhatIf, and emits the plan' {
        (Backup-FlowSecretStore ./shop.backup -Passphrase $passphrase -WhatIf).Status | Should -Be 'Planned'
        './shop.backup' | Should -Not -Exist
    }
    It 'leaves nothing behind beside the backup' {
        $null = Backup-FlowSecretStore ./shop.backup -Passphrase $passphrase
        (Get-ChildItem . -File -Force).Name | Sort-Object | Should -Be '.gitignore', 'flowsecrets.yaml', 'shop.backup'
    }
    It 'refuses the store''s own file as the backup''s, and the store stays readable' {
        Get-Failure { Backup-FlowSecretStore $sandbox.StoreFile -Passphrase $passphrase } | Should -Not -BeNullOrEmpty
        Set-FlowSecret llm-openai -Value (ConvertTo-Secret 'value-three') | ForEach-Object Status | Should -Be 'Updated'
    }
    It 'refuses <what>' -ForEach @(
        @{
            what = 'an empty passphrase'; id = 'EmptyValue'
            run = { Backup-FlowSecretStore ./shop.backup -Passphrase ([securestring]::new()) }
        }
        @{
            what = 'a store that is not there yet'; id = 'StoreUnavailable'
            run = { $null = Connect-FlowSecretStore -Path ./new.db; Backup-FlowSecretStore ./shop.backup -Passphrase $passphrase }
        }
        @{
            what = 'a folder'; id = 'FileUnsafe'
            run = { $null = New-Item ./folder -ItemType Directory; Backup-FlowSecretStore ./folder -Passphrase $passphrase }
        }
        @{
            what = 'a cloud whose region is not set'; id = 'NoRegion'
            run = { Backup-FlowSecretStore ./shop.backup -Passphrase $passphrase -Store Aws }
        }
    ) { Assert-Failure $id $run }
    It 'shows a table without the passphrase' {
        $backup = Backup-FlowSecretStore ./shop.backup -Passphrase $passphrase
        Assert-View $backup Store, Environment, Status, Identity, Location 'correct horse'
    }
    It 'completes environments' { Get-Completion 'Backup-FlowSecretStore -Environment ' | Should -Be 'local', 'second' }
}
