BeforeAll { Import-Module $PSScriptRoot/Support.psm1 -Force }

# The job of examples/ci, as a scheduled task runs it: nobody can answer.
Describe 'examples/ci/rotate.ps1' -Skip:$IsWindows {
    BeforeEach {
        $sandbox = New-Sandbox @'
application: shop
environments: { local: { store: local } }
secrets:
  one: { generate: { kind: hex }, rotate: { every: 1s, target: { kind: script, set: ops/one, test: ops/one } } }
  two: { generate: { kind: hex }, rotate: { every: 1s, target: { kind: script, set: ops/two, test: ops/two } } }
'@ -Untrusted
        $null = New-Item ops -ItemType Directory
        foreach ($name in 'one', 'two') {
            Set-Content "ops/$name" "#!/bin/sh`ncat > /dev/null"
            chmod 755 "ops/$name"
            $null = New-FlowSecret $name -Value (ConvertTo-Secret "old-$name")
        }
        Start-Sleep -Milliseconds 1100
        $modules = Split-Path (Get-ModulePath)
        $script = Join-Path (Split-Path (Split-Path $PSScriptRoot)) examples ci rotate.ps1
        $run = "`$env:PSModulePath = '$modules' + [IO.Path]::PathSeparator + `$env:PSModulePath`n" +
            "& '$script' -Environment local`nexit `$LASTEXITCODE"
    }
    AfterEach { Remove-Sandbox $sandbox }

    It 'rotates nothing that was not approved, and says which approval is missing' {
        $job = Invoke-Child $run
        $job.ExitCode | Should -Be 1
        $job.Output | Should -Match 'CatalogNotTrusted'
        'one', 'two' | ForEach-Object { Get-FlowSecretValue $_ -AsPlainText } | Should -BeExactly 'old-one', 'old-two'
    }
    It 'rotates everything of the catalog that FLOWSECRETS_TRUSTED_CATALOG names' {
        $env:FLOWSECRETS_TRUSTED_CATALOG = (Resolve-Path flowsecrets.yaml).Path
        $job = Invoke-Child $run
        $job.ExitCode | Should -Be 0 -Because $job.Output
        'one', 'two' | ForEach-Object { (Get-FlowSecret $_).Version } | Should -Be '2', '2'
    }
    It 'fails only for the secret whose script is another one since the approval' {
        $null = Approve-FlowSecretCatalog
        Add-Content ops/two '# changed'
        $job = Invoke-Child $run
        $job.ExitCode | Should -Be 1
        $job.Output | Should -Match 'CatalogNotTrusted'
        (Get-FlowSecret one).Version | Should -Be '2'
        Get-FlowSecretValue two -AsPlainText | Should -BeExactly 'old-two'
    }
}
