BeforeAll { Import-Module $PSScriptRoot/Support.psm1 -Force }

Describe 'Get-FlowSecretCatalog' {
    BeforeEach { $sandbox = New-Sandbox }
    AfterEach { Remove-Sandbox $sandbox }

    It 'reads the catalog as objects' {
        $catalog = Get-FlowSecretCatalog
        $catalog.Application, $catalog.Prefix, $catalog.DefaultEnvironment | Should -Be 'shop', 'shop-', 'local'
        $catalog.Environments.Keys | Should -Be 'local', 'second'
        $catalog.Secrets.Key | Should -Be 'jwt-secret', 'encryption-key', 'db-config', 'llm-openai', 'llm-google', 'partner-token'
        ($catalog.Secrets | Where-Object Key -EQ db-config).Fields.Name | Should -Be 'host', 'password'
        ($catalog.Secrets | Where-Object IsEncryptionKey).Key | Should -Be 'encryption-key'
    }
    It 'finds it from a folder below, as far as the repository''s root' {
        $null = New-Item ./a/b -ItemType Directory
        Push-Location ./a/b
        try { (Get-FlowSecretCatalog).Application | Should -Be 'shop' } finally { Pop-Location }
    }
    It 'does not look above the repository' {
        Move-Item ./flowsecrets.yaml $sandbox.Path
        Assert-Failure NoCatalog { Get-FlowSecretCatalog }
    }
    It 'takes a path, by -CatalogPath, -Path, position, variable and pipeline' {
        Set-Content ./other.yaml "application: other`nenvironments: { local: { store: local } }`nsecrets: { a: { env: A } }"
        (Get-FlowSecretCatalog ./other.yaml).Application | Should -Be 'other'
        (Get-FlowSecretCatalog -Path ./other.yaml).Application | Should -Be 'other'
        ([pscustomobject] @{ CatalogPath = './other.yaml' } | Get-FlowSecretCatalog).Application | Should -Be 'other'
        $env:FLOWSECRETS_CATALOG = './other.yaml'
        (Get-FlowSecretCatalog).Application | Should -Be 'other'
    }
    It 'reads every catalog that comes down the pipeline' {
        Set-Content ./other.yaml "application: other`nenvironments: { local: { store: local } }`nsecrets: { a: { env: A } }"
        $both = './flowsecrets.yaml', './other.yaml' | ForEach-Object { [pscustomobject] @{ CatalogPath = $_ } } | Get-FlowSecretCatalog
        $both.Application | Should -Be 'shop', 'other'
    }
    It 'reads JSON as it reads YAML' {
        Remove-Item ./flowsecrets.yaml
        Set-Content ./flowsecrets.json '{"application":"json","environments":{"local":{"store":"local"}},"secrets":{"a":{"env":"A"}}}'
        (Get-FlowSecretCatalog).Application | Should -Be 'json'
    }
    It 'sees a change of the file' {
        $null = Get-FlowSecretCatalog
        Edit-Catalog 'application: shop' 'application: bazaar'
        (Get-FlowSecretCatalog).Application | Should -Be 'bazaar'
    }
    It 'refuses <what>' -ForEach @(
        @{ what = 'a path that is not there'; id = 'NoCatalog'; run = { Get-FlowSecretCatalog ./nowhere.yaml } }
        @{ what = 'a folder without one'; id = 'NoCatalog'; run = { Remove-Item ./flowsecrets.yaml; Get-FlowSecretCatalog } }
        @{
            what = 'a key that means nothing'; id = 'CatalogInvalid'
            run = { Add-Content ./flowsecrets.yaml 'nothing: 1'; Get-FlowSecretCatalog }
        }
        @{ what = 'what is no YAML'; id = 'CatalogInvalid'; run = { Set-Content ./flowsecrets.yaml 'a: [1'; Get-FlowSecretCatalog } }
    ) { Assert-Failure $id $run }
    It 'shows tables within 100 columns, of the catalog and of its secrets' {
        Assert-View (Get-FlowSecretCatalog) Application, Secrets, Environments, Path
        Assert-View (Get-FlowSecretCatalog).Secrets Key, Category, Env, Required, Description
    }
}
