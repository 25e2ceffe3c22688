BeforeAll {
    Import-Module $PSScriptRoot/Support.psm1 -Force
    $catalog = @'
application: shop
prefix: shop-
default: local
environments:
  local: { store: local }
  production: { store: gcp, project: shop-prod }
  dr: { store: aws, region: eu-west-1, prefix: shop/ }
secrets:
  jwt-secret: { env: JWT_SECRET, workloads: [web], generate: { kind: base64, bytes: 48 }, rotate: { every: 90d } }
  stripe_key: { env: STRIPE_KEY, workloads: [web] }
access:
  - { principal: "serviceAccount:web@shop-prod.iam.gserviceaccount.com", role: reader, secrets: ["*"] }
  - { principal: "arn:aws:iam::123456789012:role/web", role: reader, secrets: ["*"] }
workloads:
  web: { kind: cloudrun, region: us-central1, service: web }
'@
    $sandbox = New-Sandbox $catalog
    $fake = Start-Fake
}
AfterAll {
    Stop-Fake $fake
    Remove-Sandbox $sandbox
}

Describe 'Export-FlowTerraform' {
    BeforeEach {
        Set-Content flowsecrets.yaml $catalog
        $env:FLOWSECRETS_TRUSTED_CATALOG = Join-Path $sandbox.Repository flowsecrets.yaml
        Remove-Item terraform, infra -Recurse -ErrorAction Ignore
    }

    It 'writes the files of <environment>, one object each, and writes them again without a change' -ForEach @(
        @{ environment = 'production'; imports = 2; files = 'versions.tf', 'secrets.tf', 'access.tf', 'workloads.tf' }
        @{ environment = 'dr'; imports = 2; files = 'versions.tf', 'secrets.tf', 'access.tf' }
    ) {
        $value = ConvertTo-Secret 'hidden-value'
        $null = New-FlowSecret jwt-secret, stripe_key -Value $value -Environment $environment
        $made = Export-FlowTerraform -Environment $environment 6> $null 3> $null
        $made.Name | Should -Be $files
        $made.Status | Select-Object -Unique | Should -Be Created
        ($made | Measure-Object Imports -Sum).Sum | Should -Be $imports
        $made[0] | Should -BeOfType FlowSecrets.TerraformFile
        $made[0].Path | Should -Be (Join-Path $sandbox.Repository terraform $environment versions.tf)
        Get-ChildItem terraform/$environment | Get-Content -Raw | Should -Not -Match 'hidden-value'
        $again = Export-FlowTerraform -Environment $environment 6> $null 3> $null
        $again.Status | Select-Object -Unique | Should -Be Unchanged
    }
    It 'writes nothing with -WhatIf, and says what it would' {
        $planned = Export-FlowTerraform -Environment production -WhatIf 6> $null 3> $null
        $planned.Status | Select-Object -Unique | Should -Be Planned
        $planned | Should -HaveCount 4
        Test-Path terraform | Should -BeFalse
    }
    It 'writes into the folder that is named, from the current folder' {
        $null = New-Item infra -ItemType Directory
        Push-Location infra
        try { $made = Export-FlowTerraform ./secrets -Environment dr 6> $null 3> $null }
        finally { Pop-Location }
        $made[0].Path | Should -Be (Join-Path $sandbox.Repository infra secrets versions.tf)
    }
    It 'keeps what somebody edited unless -Force is given' {
        $null = Export-FlowTerraform -Environment dr 6> $null 3> $null
        Add-Content terraform/dr/secrets.tf '# mine'
        Assert-Failure FileEdited { Export-FlowTerraform -Environment dr 6> $null 3> $null }
        Get-Content terraform/dr/secrets.tf | Should -Contain '# mine'
        $forced = Export-FlowTerraform -Environment dr -Force 6> $null 3> $null
        ($forced | Where-Object Status -EQ Updated).Name | Should -Be secrets.tf
        Get-Content terraform/dr/secrets.tf | Should -Not -Contain '# mine'
    }
    It 'fails as <id> where <what>' -ForEach @(
        @{ id = 'BadArgument'; what = 'the environment is local'; run = { Export-FlowTerraform -Environment local } }
        @{ id = 'EnvironmentNotFound'; what = 'there is no such environment'; run = { Export-FlowTerraform -Environment nowhere } }
        @{ id = 'NoCatalog'; what = 'there is no catalog'; run = { Remove-Item flowsecrets.yaml; Export-FlowTerraform } }
        @{
            id = 'FolderInUse'; what = 'the folder has another environment'
            run = {
                $null = Export-FlowTerraform ./infra -Environment dr 6> $null 3> $null
                Export-FlowTerraform ./infra -Environment production 6> $null 3> $null
            }
        }
        @{
            id = 'FileUnsafe'; what = 'a file stands in place of the folder'
            run = { Set-Content infra x; Export-FlowTerraform ./infra -Environment dr 6> $null 3> $null }
        }
    ) { Assert-Failure $id $run }
    It 'asks for approval of whom the catalog gives access' {
        $env:FLOWSECRETS_TRUSTED_CATALOG = $null
        Assert-Failure CatalogNotTrusted { Export-FlowTerraform -Environment dr 6> $null 3> $null }
        Test-Path terraform | Should -BeFalse
        (Export-FlowTerraform -Environment dr -TrustCatalog 6> $null 3> $null)[0].Status | Should -Be Created
    }
    It 'shows a table within 80 columns' {
        $made = Export-FlowTerraform -Environment production -SeedValue 6> $null 3> $null
        Assert-View $made Status, Name, Environment, Detail
        $lines = ($made | Out-String -Width 80) -split '\r?\n' -replace '\e\[[0-9;]*m'
        ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 80
        $lines -match 'secrets\.tf +production +2 resources, \d to import' | Should -HaveCount 1
    }
    It 'warns of secrets that do not exist yet' {
        Set-Content flowsecrets.yaml ($catalog -replace 'shop/', 'fresh/')
        $null = Export-FlowTerraform -Environment dr -WarningVariable warned 6> $null 3> $null
        $warned -match 'fresh/jwt-secret, fresh/stripe_key' | Should -HaveCount 1
    }
}
