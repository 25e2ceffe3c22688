BeforeAll { Import-Module $PSScriptRoot/Support.psm1 -Force }

Describe 'Connect-FlowSecretStore' {
    BeforeEach {
        $sandbox = New-Sandbox
        $passphrase = ConvertTo-Secret 'correct horse battery staple'
    }
    AfterEach { Remove-Sandbox $sandbox }

    It 'says which store, place and identity are in use' {
        $status = Connect-FlowSecretStore
        $status.Status, $status.Store, $status.Environment, $status.Identity | Should -Be 'Ready', 'Local', 'local', 'key file'
        $status.Location | Should -Be $sandbox.StoreFile
        $status.Catalog | Should -Be (Join-Path $sandbox.Repository flowsecrets.yaml)
        $status.Capabilities.MaxValueBytes | Should -Be 65536
    }
    It 'chooses an environment for the session' {
        $null = Connect-FlowSecretStore -Environment second
        (Get-FlowSecret llm-openai).StoreName | Should -Be 'second-llm-openai'
    }
    It 'goes before FLOWSECRETS_ENVIRONMENT and after a parameter' {
        $env:FLOWSECRETS_ENVIRONMENT = 'second'
        (Get-FlowSecretStore).Environment | Should -Be 'second'
        $null = Connect-FlowSecretStore -Environment local
        (Get-FlowSecretStore).Environment | Should -Be 'local'
        (Get-FlowSecretStore -Environment second).Environment | Should -Be 'second'
    }
    It 'takes the file of a Local store' {
        (Connect-FlowSecretStore -Path ./team.db).Location | Should -Be (Join-Path $sandbox.Repository team.db)
        $null = New-FlowSecret -StoreName one -Value (ConvertTo-Secret 'a')
        './team.db' | Should -Exist
        $sandbox.StoreFile | Should -Not -Exist
    }
    It 'protects a new store by the passphrase, which alone opens it' {
        (Connect-FlowSecretStore -Path ./team.db -Passphrase $passphrase).Identity | Should -Be 'passphrase'
        $null = New-FlowSecret -StoreName one -Value (ConvertTo-Secret 'a')
        Disconnect-FlowSecretStore
        Assert-Failure StoreLocked { Connect-FlowSecretStore -Path ./team.db -Passphrase (ConvertTo-Secret 'wrong') }
        Assert-Failure StoreLocked { Connect-FlowSecretStore -Path ./team.db }
        (Connect-FlowSecretStore -Path ./team.db -Passphrase $passphrase).Status | Should -Be 'Ready'
    }
    It 'takes the passphrase from <variable>' -ForEach @(
        @{ variable = 'FLOWSECRETS_PASSPHRASE'; text = { 'correct horse battery staple' } }
        @{ variable = 'FLOWSECRETS_PASSPHRASE_FILE'; text = { Set-Content ./pass.txt 'correct horse battery staple'; "$PWD/pass.txt" } }
    ) {
        $null = Connect-FlowSecretStore -Path ./team.db -Passphrase $passphrase
        $null = New-FlowSecret -StoreName one -Value (ConvertTo-Secret 'a')
        Disconnect-FlowSecretStore
        [Environment]::SetEnvironmentVariable($variable, (& $text))
        (Connect-FlowSecretStore -Path ./team.db).Status | Should -Be 'Ready'
    }
    It 'keeps the choice before when the new one cannot be opened' {
        $null = Connect-FlowSecretStore -Environment second
        Set-Content ./broken.db 'no database at all, but a text of some length'
        Assert-Failure StoreCorrupt { Connect-FlowSecretStore -Path ./broken.db }
        (Get-FlowSecretStore).Environment | Should -Be 'second'
    }
    It 'says what opens the store, not what was given for it' {
        Add-Secret llm-openai 'value'
        $useless = ConvertTo-Secret 'of no use'
        $status = try { Connect-FlowSecretStore -Path $sandbox.StoreFile -Passphrase $useless } catch { $_.FullyQualifiedErrorId }
        $status.Identity | Should -Not -Be 'passphrase' -Because 'a key file opens it'
    }
    It 'changes nothing on the disk' {
        $null = Connect-FlowSecretStore -Path ./team.db -Passphrase $passphrase
        './team.db' | Should -Not -Exist
    }
    It 'refuses <what>' -ForEach @(
        @{
            what = 'an environment that the catalog lacks'; id = 'EnvironmentNotFound'
            run = { Connect-FlowSecretStore -Environment nowhere }
        }
        @{
            what = 'such an environment with a file'; id = 'EnvironmentNotFound'
            run = { Connect-FlowSecretStore -Environment nowhere -Path ./a.db }
        }
        @{ what = 'a passphrase for a cloud'; id = 'BadArgument'; run = { Connect-FlowSecretStore -Store Aws -Passphrase $passphrase } }
        @{ what = 'a cloud whose project is not set'; id = 'NoProject'; run = { Connect-FlowSecretStore -Store Gcp } }
        @{
            what = 'an environment without a catalog'; id = 'NoCatalog'
            run = { Remove-Item ./flowsecrets.yaml; Connect-FlowSecretStore -Environment local }
        }
    ) { Assert-Failure $id $run }
    It 'shows a table without the passphrase' {
        $store = Connect-FlowSecretStore -Path ./team.db -Passphrase $passphrase
        Assert-View $store Store, Environment, Status, Identity, Location 'correct horse'
    }
    It 'completes environments and kinds of store' {
        Get-Completion 'Connect-FlowSecretStore -Store ' | Should -Be 'Aws', 'Gcp', 'Local'
        Get-Completion 'Connect-FlowSecretStore -Environment ' | Should -Be 'local', 'second'
    }
}
