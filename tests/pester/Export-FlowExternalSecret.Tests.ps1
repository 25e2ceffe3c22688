BeforeAll { Import-Module $PSScriptRoot/Support.psm1 -Force }

Describe 'Export-FlowExternalSecret' {
    BeforeEach {
        $sandbox = New-Sandbox @'
application: shop
prefix: shop-
default: prod
environments:
  prod: { store: gcp, project: shop-prod }
  eu: { store: aws, region: eu-west-1 }
  local: { store: local }
secrets:
  jwt: { env: JWT, required: true, workloads: [api] }
  db: { required: true, fields: { user: { env: DB_USER }, password: { env: DB_PASSWORD } }, workloads: [api] }
workloads:
  api: { kind: kubernetes, namespace: shop, deployment: api }
kubernetes:
  namespace: shop
  secrets:
    app: { from: jwt }
    db: { from: db, data: { URL: "p://{{ db.user }}:{{ db.password | urlencode }}@h" } }
'@
    }
    AfterEach { Remove-Sandbox $sandbox }

    It 'writes a folder for each environment in a cloud' {
        $files = Export-FlowExternalSecret -Offline
        $files.Status | Select-Object -Unique | Should -Be 'Created'
        ($files | Where-Object Kind -EQ ExternalSecret).Name | Should -Be 'app', 'db', 'app', 'db'
        Test-Path ./external-secrets/prod/kustomization.yaml | Should -BeTrue
        Test-Path ./external-secrets/eu/secret-store.yaml | Should -BeTrue
        Test-Path ./external-secrets/local | Should -BeFalse
        (Export-FlowExternalSecret -Offline).Status | Select-Object -Unique | Should -Be 'Unchanged'
    }
    It 'writes one environment to the folder that is named' {
        $files = Export-FlowExternalSecret ./k8s -Environment EU -Offline
        $files.Environment | Select-Object -Unique | Should -Be 'eu'
        Get-ChildItem ./k8s -Directory | Select-Object -ExpandProperty Name | Should -Be 'eu'
    }
    It 'writes nothing under -WhatIf' {
        (Export-FlowExternalSecret -Offline -WhatIf).Status | Select-Object -Unique | Should -Be 'Planned'
        Test-Path ./external-secrets | Should -BeFalse
    }
    It 'does not overwrite a file that somebody edited' {
        $null = Export-FlowExternalSecret -Offline
        Add-Content ./external-secrets/prod/app.yaml '# mine'
        { Export-FlowExternalSecret -Offline } | Should -Throw -ErrorId 'FileEdited*'
        Get-Content ./external-secrets/prod/app.yaml -Raw | Should -Match '# mine'
        $null = Export-FlowExternalSecret -Offline -Force
        Get-Content ./external-secrets/prod/app.yaml -Raw | Should -Not -Match '# mine'
    }
    It 'refuses a local store' {
        { Export-FlowExternalSecret -Environment local } | Should -Throw -ErrorId 'NotSupportedByStore*'
    }
    It 'shows a table of 80 columns with whole words' {
        $lines = Export-FlowExternalSecret -Offline | Out-String -Width 80 -Stream | Where-Object { $_ }
        ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 80
        $lines -match 'ClusterSecretStore +secret-store.yaml' | Should -HaveCount 2
        $lines -match '…' | Should -BeNullOrEmpty
    }
    It 'comes back as a catalog, and is merged into one' {
        $null = Export-FlowExternalSecret -Environment prod -Offline
        $made = New-FlowSecretCatalog -FromKubernetes ./external-secrets/prod -Prefix shop- -Path ./made.yaml 6> $null
        $made.Secrets | Should -Be 2
        $catalog = Get-FlowSecretCatalog -CatalogPath ./made.yaml
        $catalog.Kubernetes.Secrets.Name | Should -Be 'app', 'db'
        $mine = 'application: mine', 'prefix: shop-', 'environments:', '  p: { store: gcp, project: shop-prod }', 'secrets:'
        Set-Content ./mine.yaml ($mine + '  jwt: { env: JWT } # ours')
        (New-FlowSecretCatalog -FromKubernetes ./external-secrets/prod -Path ./mine.yaml -Merge 6> $null).Status | Should -Be 'Updated'
        Get-Content ./mine.yaml -Raw | Should -Match '# ours'
        (Get-FlowSecretCatalog -CatalogPath ./mine.yaml).Secrets.Key | Should -Be 'jwt', 'db'
    }
    It 'lists what a catalog cannot say, and writes nothing' {
        $null = New-Item ./in -ItemType Directory
        Set-Content ./in/a.yaml "apiVersion: external-secrets.io/v1`nkind: PushSecret`nmetadata: { name: a }"
        { New-FlowSecretCatalog -FromKubernetes ./in -Path ./made.yaml } | Should -Throw -ErrorId 'ManifestNotExpressible*'
        Test-Path ./made.yaml | Should -BeFalse
    }
}
