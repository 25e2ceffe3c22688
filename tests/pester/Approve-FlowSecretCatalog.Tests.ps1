BeforeAll { Import-Module $PSScriptRoot/Support.psm1 -Force }

Describe 'Approve-FlowSecretCatalog' {
    BeforeEach {
        $sandbox = New-Sandbox @'
application: shop
environments: { local: { store: local } }
secrets: { jwt-secret: { env: JWT_SECRET, local: dev } }
localEnv: { path: ../outside.env }
'@
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
    It 'approves the content: after a change it is asked for again' {
        $null = Approve-FlowSecretCatalog
        Add-Content ./flowsecrets.yaml '# another line'
        (Test-FlowSecretCatalog).IsTrusted | Should -BeFalse
        Assert-Failure CatalogNotTrusted { Sync-FlowLocalEnv }
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
