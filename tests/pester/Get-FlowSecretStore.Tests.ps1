BeforeAll { Import-Module $PSScriptRoot/Support.psm1 -Force }

Describe 'Get-FlowSecretStore' {
    BeforeEach { $sandbox = New-Sandbox }
    AfterEach { Remove-Sandbox $sandbox }

    It 'says what a command without parameters would use' {
        $status = Get-FlowSecretStore
        $status.Store, $status.Environment, $status.Status | Should -Be 'Local', 'local', 'Ready'
        $status.Location | Should -Be $sandbox.StoreFile
    }
    It 'uses the local store where there is no catalog' {
        Remove-Item ./flowsecrets.yaml
        $status = Get-FlowSecretStore
        $status.Store, $status.Environment, $status.Catalog | Should -Be 'Local', $null, $null
    }
    It 'makes no file' {
        $null = Get-FlowSecretStore
        $sandbox.StoreFile | Should -Not -Exist
    }
    It 'does not choose anything for the session' {
        $null = Get-FlowSecretStore -Environment second
        (Get-FlowSecretStore).Environment | Should -Be 'local'
    }
    It 'answers for every environment that comes down the pipeline' {
        $both = 'local', 'second' | ForEach-Object { [pscustomobject] @{ Environment = $_ } } | Get-FlowSecretStore
        $both.Environment | Should -Be 'local', 'second'
    }
    It 'finds a changed byte in the store' {
        Add-Secret llm-openai 'value'
        $bytes = [System.IO.File]::ReadAllBytes($sandbox.StoreFile)
        $name = [System.Text.Encoding]::ASCII.GetBytes('shop-llm-openai')
        $at = [System.Text.Encoding]::Latin1.GetString($bytes).IndexOf([System.Text.Encoding]::Latin1.GetString($name))
        $at | Should -BeGreaterThan 0
        $bytes[$at] = $bytes[$at] -bxor 1
        [System.IO.File]::WriteAllBytes($sandbox.StoreFile, $bytes)
        Assert-Failure StoreCorrupt { Get-FlowSecretStore }
    }
    It 'says that a store without its key is locked' {
        Add-Secret llm-openai 'value'
        Copy-Item $env:FLOWSECRETS_HOME "$($sandbox.Path)/other" -Recurse
        $env:FLOWSECRETS_HOME = "$($sandbox.Path)/other"
        Get-ChildItem $env:FLOWSECRETS_HOME -Recurse -File -Filter *.key | Remove-Item
        Assert-Failure StoreLocked { Get-FlowSecretStore }
    }
    It 'refuses <what>' -ForEach @(
        @{ what = 'an environment that the catalog lacks'; id = 'EnvironmentNotFound'; run = { Get-FlowSecretStore -Environment nowhere } }
        @{
            what = 'an environment variable that the catalog lacks'; id = 'EnvironmentNotFound'
            run = { $env:FLOWSECRETS_ENVIRONMENT = 'nowhere'; Get-FlowSecretStore }
        }
        @{
            what = 'a catalog that is not there'; id = 'NoCatalog'
            run = { $env:FLOWSECRETS_CATALOG = './nowhere.yaml'; Get-FlowSecretStore }
        }
        @{ what = 'an invalid catalog'; id = 'CatalogInvalid'; run = { Set-Content ./flowsecrets.yaml 'nothing: 1'; Get-FlowSecretStore } }
        @{ what = 'a cloud whose region is not set'; id = 'NoRegion'; run = { Get-FlowSecretStore -Store Aws } }
    ) { Assert-Failure $id $run }
    It 'shows a table within 100 columns' { Assert-View (Get-FlowSecretStore) Store, Environment, Status, Identity, Location }
    It 'completes environments' { Get-Completion 'Get-FlowSecretStore -Environment ' | Should -Be 'local', 'second' }
}
