BeforeAll { Import-Module $PSScriptRoot/Support.psm1 -Force }

Describe 'Restore-FlowSecretStore' {
    BeforeEach {
        $sandbox = New-Sandbox
        $passphrase = ConvertTo-Secret 'correct horse battery staple'
        Add-Secret llm-openai 'value-one', 'value-two'
        $null = Backup-FlowSecretStore ./shop.backup -Passphrase $passphrase
    }
    AfterEach { Remove-Sandbox $sandbox }

    It 'puts a backup where no store is, opened by a new key file' {
        Remove-Item (Join-Path $sandbox.Path home) -Recurse
        (Restore-FlowSecretStore ./shop.backup -Passphrase $passphrase -Confirm:$false).Status | Should -Be 'Updated'
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'value-two'
        Get-FlowSecretValue llm-openai -Version 1 -AsPlainText | Should -BeExactly 'value-one'
    }
    It 'replaces a store only with -Force' {
        $null = Set-FlowSecret llm-openai -Value (ConvertTo-Secret 'value-three')
        Assert-Failure SecretExists { Restore-FlowSecretStore ./shop.backup -Passphrase $passphrase -Confirm:$false }
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'value-three'
        $null = Restore-FlowSecretStore ./shop.backup -Passphrase $passphrase -Force -Confirm:$false
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'value-two'
    }
    It 'counts as what cannot be undone, so it asks' {
        Get-ConfirmImpact Restore-FlowSecretStore | Should -Be 'High'
    }
    It 'restores nothing with -WhatIf, and emits the plan' {
        $null = Set-FlowSecret llm-openai -Value (ConvertTo-Secret 'value-three')
        (Restore-FlowSecretStore ./shop.backup -Passphrase $passphrase -Force -WhatIf).Status | Should -Be 'Planned'
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'value-three'
    }
    It 'refuses <what>, and the store stays' -ForEach @(
        @{
            what = 'another passphrase'; id = 'StoreLocked'
            run = { Restore-FlowSecretStore ./shop.backup -Passphrase (ConvertTo-Secret 'wrong') -Force -Confirm:$false }
        }
        @{
            what = 'a file that is not there'; id = 'BadInput'
            run = { Restore-FlowSecretStore ./nowhere -Passphrase $passphrase -Force -Confirm:$false }
        }
        @{
            what = 'a file that is no backup'; id = 'StoreCorrupt'
            run = {
                Set-Content ./text.backup 'a text that is no database'
                Restore-FlowSecretStore ./text.backup -Passphrase $passphrase -Force -Confirm:$false
            }
        }
        @{ what = 'a backup that was cut off'; id = 'StoreCorrupt'; run = {
                $bytes = [System.IO.File]::ReadAllBytes("$PWD/shop.backup")
                [System.IO.File]::WriteAllBytes("$PWD/cut.backup", $bytes[0..($bytes.Length / 2)])
                Restore-FlowSecretStore ./cut.backup -Passphrase $passphrase -Force -Confirm:$false
            } }
    ) {
        Assert-Failure $id $run
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'value-two'
    }
    It 'names the backup in its error, not a file of its own making' {
        $failure = Get-Failure { Restore-FlowSecretStore ./shop.backup -Passphrase (ConvertTo-Secret 'wrong') -Force -Confirm:$false }
        $failure.TargetObject | Should -BeIn (Join-Path $sandbox.Repository shop.backup), $sandbox.StoreFile
    }
    It 'shows a table without the passphrase' {
        $store = Restore-FlowSecretStore ./shop.backup -Passphrase $passphrase -Force -Confirm:$false
        Assert-View $store Store, Environment, Status, Identity, Location 'correct horse'
    }
    It 'completes environments' { Get-Completion 'Restore-FlowSecretStore -Environment ' | Should -Be 'local', 'second' }
}
