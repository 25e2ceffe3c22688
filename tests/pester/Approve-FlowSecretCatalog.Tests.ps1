BeforeAll { Import-Module $PSScriptRoot/Support.psm1 -Force }

Describe 'Approve-FlowSecretCatalog' {
    BeforeEach {
        $sandbox = New-Sandbox @'
application: shop
environments: { local: { store: local } }
secrets: { jwt-secret: { env: JWT_SECRET, local: dev } }
localEnv: { path: ../outside.env }
'@ -Untrusted
        $outside = Join-Path $sandbox.Path outside.env
    }
    AfterEach { Remove-Sandbox $sandbox }

    It 'lets a catalog name files outside of its repository' {
        Assert-Failure CatalogNotTrusted { Sync-FlowLocalEnv }
        $outside | Should -Not -Exist
        (Approve-FlowSecretCatalog).Status | Should -Be 'Trusted'
        (Test-FlowSecretCatalog).IsTrusted | Should -BeTrue
        $null = Sync-FlowLocalEnv 3> $null 6> $null
        $outside | Should -Exist
    }
    It 'approves what the catalog reaches: what is new in it is asked for again' {
        $null = Approve-FlowSecretCatalog
        Add-Content ./flowsecrets.yaml '# another line'
        (Test-FlowSecretCatalog).IsTrusted | Should -BeTrue
        Edit-Catalog 'outside\.env' 'another.env'
        (Test-FlowSecretCatalog).IsTrusted | Should -BeFalse
        Assert-Failure CatalogNotTrusted { Sync-FlowLocalEnv }
        Join-Path $sandbox.Path another.env | Should -Not -Exist
    }
    It 'shows what is approved, missing and stale' {
        $null = Approve-FlowSecretCatalog
        Edit-Catalog 'outside\.env' 'another.env'
        (Get-FlowSecretCatalog).Approvals | Sort-Object Subject | ForEach-Object { "$($_.Kind) $($_.Status)" } |
            Should -Be 'File Missing', 'File Stale'
    }
    It 'does not approve another repository with the same catalog' {
        $null = Approve-FlowSecretCatalog
        $fork = (New-Item (Join-Path $sandbox.Path fork) -ItemType Directory).FullName
        Copy-Item flowsecrets.yaml $fork
        git init --quiet $fork
        Push-Location $fork
        try { Assert-Failure CatalogNotTrusted { Sync-FlowLocalEnv } } finally { Pop-Location }
        $outside | Should -Not -Exist
    }
    It 'is not answered by -Confirm:$false or -Force' {
        Assert-Failure CatalogNotTrusted { Sync-FlowLocalEnv -Force -Confirm:$false }
    }
    It 'trusts the one file that FLOWSECRETS_TRUSTED_CATALOG names, also by a link' -Skip:$IsWindows {
        $env:FLOWSECRETS_TRUSTED_CATALOG = Join-Path $sandbox.Path other.yaml
        Assert-Failure CatalogNotTrusted { Sync-FlowLocalEnv }
        $null = New-Item (Join-Path $sandbox.Path link.yaml) -ItemType SymbolicLink -Value (Resolve-Path flowsecrets.yaml).Path
        $env:FLOWSECRETS_TRUSTED_CATALOG = Join-Path $sandbox.Path link.yaml
        $null = Sync-FlowLocalEnv 3> $null 6> $null
        $outside | Should -Exist
    }
    It 'refuses a relative FLOWSECRETS_TRUSTED_CATALOG' {
        $env:FLOWSECRETS_TRUSTED_CATALOG = 'flowsecrets.yaml'
        Assert-Failure BadArgument { Sync-FlowLocalEnv }
    }
    It 'may be said twice' { (Approve-FlowSecretCatalog).Status, (Approve-FlowSecretCatalog).Status | Should -Be 'Trusted', 'Trusted' }
    It 'approves every catalog that comes down the pipeline' {
        Copy-Item ./flowsecrets.yaml ./other.yaml; Add-Content ./other.yaml '# other'
        $null = './flowsecrets.yaml', './other.yaml' | ForEach-Object { [pscustomobject] @{ CatalogPath = $_ } } | Approve-FlowSecretCatalog
        (Test-FlowSecretCatalog ./other.yaml).IsTrusted | Should -BeTrue
        (Test-FlowSecretCatalog ./flowsecrets.yaml).IsTrusted | Should -BeTrue
    }
    It 'approves nothing with -WhatIf, and emits the plan' {
        $plan = Approve-FlowSecretCatalog -WhatIf
        $plan.Status, $plan.IsTrusted | Should -Be 'Planned', $false
        (Test-FlowSecretCatalog).IsTrusted | Should -BeFalse
    }
    It 'refuses <what>' -ForEach @(
        @{ what = 'a path that is not there'; id = 'NoCatalog'; run = { Approve-FlowSecretCatalog ./nowhere.yaml } }
        @{
            what = 'an invalid catalog'; id = 'CatalogInvalid'
            run = { Add-Content ./flowsecrets.yaml 'nothing: 1'; Approve-FlowSecretCatalog }
        }
    ) { Assert-Failure $id $run }
    It 'shows a table within 100 columns' {
        Assert-View (Approve-FlowSecretCatalog) Status, Application, Secrets, Environments, Trusted, Path
    }
}
