BeforeAll {
    Import-Module $PSScriptRoot/Support.psm1 -Force
    $ci = 'GITHUB_ACTIONS', 'GITHUB_ENV', 'GITHUB_OUTPUT', 'TF_BUILD', 'AGENT_TEMPDIRECTORY', 'DECODE_PERCENTS', 'GITLAB_CI',
        'CI_PROJECT_DIR'
    $before = @{}
    foreach ($name in $ci) { $before[$name] = [Environment]::GetEnvironmentVariable($name) }
    function Clear-Ci { foreach ($name in $ci) { [Environment]::SetEnvironmentVariable($name, $null) } }
}
AfterAll { foreach ($name in $ci) { [Environment]::SetEnvironmentVariable($name, $before[$name]) } }

Describe 'Export-FlowSecret' {
    BeforeEach {
        Clear-Ci
        $sandbox = New-Sandbox
        Add-Secret jwt-secret 'fetched-token'
        Add-Secret db-config '{"host":"db.test","password":"fetched-password"}'
        $list = 'DATABASE_URL', 'DB_HOST', 'DB_PASSWORD', 'JWT_SECRET', 'NODE_ENV'
    }
    AfterEach { Remove-Sandbox $sandbox; Clear-Ci }

    It 'gives a job of GitHub Actions its variables after their masks, and results without values' {
        $env:GITHUB_ACTIONS = 'true'
        $env:GITHUB_ENV = Join-Path $sandbox.Path github-env
        $child = Invoke-Child 'Export-FlowSecret | ConvertTo-Json -Compress; "done"'
        $child.ExitCode | Should -Be 0
        $lines = $child.Output -split '\r?\n'
        $lines | Should -Contain '::add-mask::fetched-password'
        $lines | Should -Contain '::add-mask::fetched-token'
        $lines -match 'add-mask::db.test' | Should -BeNullOrEmpty
        ($lines | Where-Object { $_ -notlike '::add-mask::*' }) -join "`n" | Should -Not -Match 'fetched-'
        Get-Content $env:GITHUB_ENV | Should -Contain 'fetched-password'
        $results = $lines | Where-Object { $_ -like '`[*' } | ConvertFrom-Json
        ($results | Where-Object Status -EQ Written).Name | Sort-Object | Should -Be $list
        ($results | Where-Object Name -EQ DB_PASSWORD).Masked | Should -BeTrue
        ($results | Where-Object Name -EQ DB_HOST).Masked | Should -BeFalse
        ($results | Where-Object Name -EQ OPENAI_API_KEY).Status | Should -Be 'Missing'
    }
    It 'gives a job of Azure Pipelines its variables, and prints the env block' {
        $env:TF_BUILD = 'True'
        $child = Invoke-Child @'
$all = Export-FlowSecret db-config -Verbose 4>&1
$all | Where-Object { "$_" -like '*$(*' } | Out-String
'@
        $lines = $child.Output -split '\r?\n'
        $lines | Should -Contain '##vso[task.setvariable variable=DB_PASSWORD;issecret=true]fetched-password'
        $lines | Should -Contain '##vso[task.setvariable variable=DB_HOST]db.test'
        $child.Output | Should -Match 'DB_PASSWORD: \$\(DB_PASSWORD\)'
        ($lines | Where-Object { $_ -notlike '##vso*' }) -join "`n" | Should -Not -Match 'fetched-'
    }
    It 'needs a format, or a file whose name says it, in a plain session' {
        Assert-Failure BadArgument { Export-FlowSecret }
        Assert-Failure BadArgument { Export-FlowSecret -Path ./x.xml }
        Assert-Failure BadArgument { Export-FlowSecret -Format Json }
        Set-Content .gitignore '*.json'
        $results = Export-FlowSecret -Path ./x.json
        $results.Format | Select-Object -Unique | Should -Be 'Json'
        (Get-Content ./x.json -Raw | ConvertFrom-Json).DB_PASSWORD | Should -Be 'fetched-password'
        Assert-OwnerOnly (Join-Path $PWD x.json)
        Assert-Failure FileExists { Export-FlowSecret -Path ./x.json }
        $null = Export-FlowSecret -Path ./x.json -Force
        Assert-Failure NotIgnoredByGit { Export-FlowSecret -Path ./x.yaml }
    }
    It 'gives out plain text that this session runs' {
        Export-FlowSecret jwt-secret -Format PowerShell -AsPlainText | Should -Be "`$env:JWT_SECRET = 'fetched-token'"
        try {
            Export-FlowSecret jwt-secret -Format PowerShell -AsPlainText | Invoke-Expression
            $env:JWT_SECRET | Should -Be 'fetched-token'
        }
        finally { $env:JWT_SECRET = $null }
        (Export-FlowSecret -Format Json -AsPlainText | ConvertFrom-Json -AsHashtable).Keys | Sort-Object | Should -Be $list
    }
    It 'takes names down the pipeline' {
        'jwt-secret', 'db-config' | Export-FlowSecret -Format Portable -AsPlainText |
            Should -Be "DB_HOST=db.test`nDB_PASSWORD=fetched-password`nJWT_SECRET=fetched-token"
        Get-FlowSecret jwt* | Export-FlowSecret -Format Portable -AsPlainText | Should -Be 'JWT_SECRET=fetched-token'
    }
    It 'reads and writes nothing under -WhatIf' {
        Set-Content .gitignore '*.json'
        $results = Export-FlowSecret -Path ./x.json -WhatIf
        $results.Status | Select-Object -Unique | Should -Be 'Planned'
        './x.json' | Should -Not -Exist
        (Export-FlowSecret -Format Json -AsPlainText -WhatIf).Status | Select-Object -Unique | Should -Be 'Planned'
    }
    It 'names every missing required secret in one error' {
        $null = Remove-FlowSecret jwt-secret -Permanent -Confirm:$false
        Assert-Failure RequiredSecretMissing { Export-FlowSecret -Format Json -AsPlainText }
    }
    It 'refuses by name what the format cannot carry' {
        $null = Set-FlowSecret jwt-secret -Value (ConvertTo-Secret "a`nb-canary")
        $failure = Get-Failure { Export-FlowSecret jwt-secret -Format Docker -AsPlainText }
        $failure.FullyQualifiedErrorId | Should -BeLike 'ValueNotExpressible,*'
        $failure.TargetObject | Should -Be 'JWT_SECRET'
        "$failure" | Should -Match 'Portable'
        "$failure" | Should -Not -Match 'canary'
    }
    It 'shows a table within 80 columns, without values' {
        Set-Content .gitignore '*.json'
        $results = Export-FlowSecret -Path ./x.json
        Assert-View $results Status, Masked, Name, Secret fetched-password, fetched-token
        $lines = $results | Out-String -Width 80 -Stream
        ($lines | ForEach-Object { ($_ -replace '\e\[[0-9;]*m').Length } | Measure-Object -Maximum).Maximum | Should -BeLessOrEqual 80
        $lines -match 'db-config.password' | Should -HaveCount 1
    }
    It 'completes formats and workloads' {
        Get-Completion 'Export-FlowSecret -Format GitH' | Should -Be 'GitHubEnv', 'GitHubOutput'
    }
}
