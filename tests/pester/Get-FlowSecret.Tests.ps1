BeforeAll {
    Import-Module $PSScriptRoot/Support.psm1 -Force
    $sandbox = New-Sandbox
    Add-Secret llm-openai 'first-value', 'second-value'
    Add-Secret llm-google 'third-value'
    $null = New-FlowSecret partner-token -NoValue
    $null = New-FlowSecret -StoreName beyond -Value (ConvertTo-Secret 'fourth-value')
}
AfterAll { Remove-Sandbox $sandbox }

Describe 'Get-FlowSecret' {
    It 'lists every secret of the catalog in its order' {
        (Get-FlowSecret).Name | Should -Be 'jwt-secret', 'encryption-key', 'db-config', 'llm-openai', 'llm-google', 'partner-token'
    }
    It 'says the state of <name> is <state>' -ForEach @(
        @{ name = 'llm-openai'; state = 'Present' }
        @{ name = 'jwt-secret'; state = 'Missing' }
        @{ name = 'partner-token'; state = 'NoVersion' }
    ) { (Get-FlowSecret $name).State | Should -Be $state }
    It 'describes a secret without reading its value' {
        $item = Get-FlowSecret llm-openai
        $item.StoreName, $item.Version, $item.Category, $item.Environment | Should -Be 'shop-llm-openai', '2', 'llm', 'local'
        $item.Env | Should -Be 'OPENAI_API_KEY'
        $item.Updated | Should -BeOfType [datetime]
        $item | ConvertTo-Json -Depth 4 | Should -Not -Match 'second-value'
    }
    It 'takes wildcards, and finds nothing for one that matches nothing' {
        (Get-FlowSecret llm*).Name | Should -Be 'llm-openai', 'llm-google'
        Get-FlowSecret nothing-* | Should -BeNullOrEmpty
    }
    It 'takes names from the pipeline, as text and by property' {
        ('jwt-secret', 'llm-google' | Get-FlowSecret).Name | Should -Be 'jwt-secret', 'llm-google'
        (Get-FlowSecret llm* | Get-FlowSecret).Name | Should -Be 'llm-openai', 'llm-google'
    }
    It 'lists with -All also what the store holds beyond the catalog' {
        $beyond = Get-FlowSecret -All | Where-Object { -not $_.Name }
        $beyond.StoreName | Should -Be 'beyond'
        (Get-FlowSecret).StoreName | Should -Not -Contain 'beyond'
    }
    It 'takes the store''s own name literally' {
        (Get-FlowSecret -StoreName shop-llm-openai).Name | Should -Be 'llm-openai'
        (Get-FlowSecret -StoreName beyond).Name | Should -BeNullOrEmpty
    }
    It 'asks the environment that is named' { (Get-FlowSecret llm-openai -Environment second).State | Should -Be 'Missing' }
    It 'keeps each environment''s own answer when both come down the pipeline' {
        $both = 'local', 'second' | ForEach-Object { [pscustomobject] @{ Name = 'llm-openai'; Environment = $_ } } | Get-FlowSecret
        $both.Environment | Should -Be 'local', 'second'
        $both.State | Should -Be 'Present', 'Missing'
    }
    It 'lists the store where there is no catalog' {
        Push-Location $sandbox.Path
        try { (Get-FlowSecret).StoreName | Should -Contain 'beyond' } finally { Pop-Location }
    }
    It 'refuses <what>' -ForEach @(
        @{ what = 'a name that the catalog lacks'; id = 'SecretNotInCatalog'; run = { Get-FlowSecret nowhere } }
        @{ what = 'a store''s name that the store lacks'; id = 'SecretNotFound'; run = { Get-FlowSecret -StoreName nowhere } }
        @{ what = 'an environment that the catalog lacks'; id = 'EnvironmentNotFound'; run = { Get-FlowSecret -Environment nowhere } }
        @{ what = 'a catalog that is not there'; id = 'NoCatalog'; run = { Get-FlowSecret -CatalogPath ./nowhere.yaml } }
        @{ what = 'a cloud whose project is not set'; id = 'NoProject'; run = { Get-FlowSecret -Store Gcp } }
    ) { Assert-Failure $id $run }
    It 'shows a table within 100 columns' {
        $header = 'Name', 'Category', 'State', 'Version', 'Updated', 'Required', 'Environment'
        Assert-View (Get-FlowSecret -All) $header 'second-value', 'third-value', 'fourth-value'
    }
    It 'completes from a large catalog as soon as it is read, and holds no prompt up meanwhile' {
        $secrets = 1..20000 | ForEach-Object { "  secret-$($_): {}" }
        Set-Content ./large.yaml (@('application: a', 'environments: { local: { store: local } }', 'secrets:') + $secrets)
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        do {
            $found = Get-Completion 'Get-FlowSecret -CatalogPath ./large.yaml -Name secret-1999'
        } until ($found -or $clock.Elapsed.TotalSeconds -gt 60)
        $found | Should -HaveCount 11
    }
    It 'completes names, environments and kinds of store' {
        Get-Completion 'Get-FlowSecret llm' | Should -Be 'llm-openai', 'llm-google'
        Get-Completion 'Get-FlowSecret -Environment ' | Should -Be 'local', 'second'
        Get-Completion 'Get-FlowSecret -Store L' | Should -Be 'Local'
    }
}
