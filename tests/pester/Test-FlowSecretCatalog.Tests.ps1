BeforeAll { Import-Module $PSScriptRoot/Support.psm1 -Force }

Describe 'Test-FlowSecretCatalog' {
    BeforeEach { $sandbox = New-Sandbox }
    AfterEach { Remove-Sandbox $sandbox }

    It 'says that a catalog is valid' {
        $test = Test-FlowSecretCatalog
        $test.Status, $test.IsValid, $test.IsTrusted, $test.Application, $test.Secrets | Should -Be 'Valid', $true, $true, 'shop', 6
        $test.Environments | Should -Be 'local', 'second'
        $test.Problems | Should -BeNullOrEmpty
    }
    It 'reports all problems at once, each with line and column, and fails' {
        Set-Content ./flowsecrets.yaml @'
application: shop
environments: { local: { store: nowhere } }
secrets:
  one: { env: SAME, colour: red }
  two: { env: SAME, default: "{{ three }}" }
'@
        $found = [System.Collections.Generic.List[object]]::new()
        Assert-Failure CatalogInvalid { Test-FlowSecretCatalog | ForEach-Object { $found.Add($_) } }
        $found[0].Status, $found[0].IsValid | Should -Be 'Invalid', $false
        $found[0].Problems.Line | Should -Contain 2
        $found[0].Problems.Line | Should -Contain 4
        $found[0].Problems.Line | Should -Contain 5
        $found[0].Problems | ForEach-Object { $_.Column | Should -BeGreaterThan 0 }
        Assert-View $found[0].Problems Line, Column, Message
    }
    It 'answers with a boolean and nothing else under -Quiet' {
        Test-FlowSecretCatalog -Quiet | Should -BeTrue
        Add-Content ./flowsecrets.yaml 'nothing: 1'
        Test-FlowSecretCatalog -Quiet | Should -BeFalse
        Get-Failure { Test-FlowSecretCatalog -Quiet } | Should -BeNullOrEmpty
    }
    It 'tests every catalog that comes down the pipeline' {
        Set-Content ./other.yaml 'nothing: 1'
        $records = './other.yaml', './flowsecrets.yaml' | ForEach-Object { [pscustomobject] @{ CatalogPath = $_ } }
        $answers = $records | Test-FlowSecretCatalog -Quiet
        $answers | Should -Be $false, $true
    }
    It 'refuses <what>' -ForEach @(
        @{ what = 'a path that is not there'; id = 'NoCatalog'; run = { Test-FlowSecretCatalog ./nowhere.yaml } }
        @{ what = 'a folder without one'; id = 'NoCatalog'; run = { Remove-Item ./flowsecrets.yaml; Test-FlowSecretCatalog } }
        @{ what = 'an empty file'; id = 'CatalogInvalid'; run = { Set-Content ./flowsecrets.yaml ''; Test-FlowSecretCatalog } }
    ) { Assert-Failure $id $run }
    It 'shows a table within 100 columns' { Assert-View (Test-FlowSecretCatalog) Status, Application, Secrets, Environments, Trusted, Path }
}
