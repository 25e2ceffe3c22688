BeforeAll {
    Import-Module $PSScriptRoot/Support.psm1 -Force
    function Sync { Sync-FlowLocalEnv @args 3> $null 6> $null }
}

Describe 'Sync-FlowLocalEnv' {
    BeforeEach {
        $sandbox = New-Sandbox
        Add-Secret llm-openai 'fetched-value'
        Add-Secret db-config '{"host":"db.test","password":"fetched-password"}'
        $file = Join-Path $sandbox.Repository backend .env
    }
    AfterEach { Remove-Sandbox $sandbox }

    It 'writes local values, fetched ones and templates, and says where each is from' {
        $results = Sync
        $at = @{}; $results | ForEach-Object { $at[$_.Name] = "$($_.Source) $($_.Status)" }
        $at.JWT_SECRET, $at.OPENAI_API_KEY | Should -Be 'Local Created', 'Store Created'
        $at.NODE_ENV, $at.GOOGLE_API_KEY | Should -Be 'Template Created', 'Store Missing'
        $openai = $results | Where-Object Name -EQ OPENAI_API_KEY
        $openai.Secret, $openai.Environment | Should -Be 'llm-openai', 'local'
        $text = Get-Content $file
        $text | Should -Contain 'JWT_SECRET=dev-jwt'
        $text | Should -Contain 'OPENAI_API_KEY=fetched-value'
        ($text | Where-Object { $_ -like 'DATABASE_URL=*' }) | Should -Match 'db://localhost'
        ($text | Where-Object { $_ -like 'DB_PASSWORD=*' }) | Should -Match 'fetched-password'
    }
    It 'writes the file for its owner alone' -Skip:$IsWindows {
        $null = Sync
        Assert-OwnerOnly $file
    }
    It 'warns once of each optional one that is left empty' {
        $null = Sync-FlowLocalEnv -WarningVariable warned 3> $null 6> $null
        $warned | Where-Object { $_ -match 'GOOGLE_API_KEY' } | Should -HaveCount 1
        Get-Content $file | Should -Contain 'GOOGLE_API_KEY='
    }
    It 'keeps the user''s lines, a system value that stands, and what is marked' {
        $null = New-Item (Split-Path $file) -ItemType Directory
        Set-Content $file "# mine`nEXTRA=1`nJWT_SECRET=my-own`n# flowsecrets:keep`nOPENAI_API_KEY=my-key"
        $results = Sync
        ($results | Where-Object Name -EQ JWT_SECRET).Status | Should -Be 'Differs'
        ($results | Where-Object Name -EQ OPENAI_API_KEY).Status | Should -Be 'Kept'
        (Get-Content $file)[0..4] | Should -Be '# mine', 'EXTRA=1', 'JWT_SECRET=my-own', '# flowsecrets:keep', 'OPENAI_API_KEY=my-key'
    }
    It 'builds the file anew with -Clean, but for what is marked' {
        $null = New-Item (Split-Path $file) -ItemType Directory
        Set-Content $file "EXTRA=1`nJWT_SECRET=my-own`n# flowsecrets:keep`nMINE=2"
        ((Sync -Clean) | Where-Object Name -EQ EXTRA).Status | Should -Be 'Removed'
        $text = Get-Content $file
        $text | Should -Contain 'JWT_SECRET=dev-jwt'
        $text | Should -Contain 'MINE=2'
        $text | Should -Not -Contain 'EXTRA=1'
    }
    It 'does not write an unchanged file again' {
        $null = Sync
        $null = [System.IO.File]::SetLastWriteTimeUtc($file, [datetime] '2020-01-01')
        (Sync).Status | Sort-Object -Unique | Should -Be 'Kept', 'Missing', 'Unchanged'
        [System.IO.File]::GetLastWriteTimeUtc($file).Year | Should -Be 2020
    }
    It 'writes a CRLF file with LF, and says so' {
        $null = New-Item (Split-Path $file) -ItemType Directory
        [System.IO.File]::WriteAllText($file, "# mine`r`nEXTRA=1`r`n")
        $null = Sync-FlowLocalEnv -WarningVariable warned 3> $null 6> $null
        [System.IO.File]::ReadAllText($file) | Should -Not -Match "`r"
        Get-Content $file | Should -Contain 'EXTRA=1'
        $warned | Where-Object { $_ -match 'CRLF' } | Should -HaveCount 1
    }
    It 'checks without writing: fails while behind, and is content afterwards' {
        Assert-Failure EnvFileOutdated { Sync -Check -AllowPartial }
        $file | Should -Not -Exist
        $null = Sync
        Get-Failure { Sync -Check } | Should -BeNullOrEmpty
        $null = Set-FlowSecret llm-openai -Value (ConvertTo-Secret 'newer')
        Assert-Failure EnvFileOutdated { Sync -Check }
    }
    It 'writes other files and dialects' {
        $null = Sync ./out.json -Target Json
        (Get-Content ./out.json -Raw | ConvertFrom-Json).OPENAI_API_KEY | Should -Be 'fetched-value'
        $null = Sync ./out.ps1 -Format PowerShell
        (Get-Content ./out.ps1 -Raw) | Should -Match 'fetched-value'
    }
    It 'warns of a file that git would take, and adds it to .gitignore on request' {
        Remove-Item ./.gitignore -Force
        $null = Sync-FlowLocalEnv -WarningVariable warned 3> $null 6> $null
        $warned | Where-Object { $_ -match '^NotIgnoredByGit' } | Should -HaveCount 1
        $null = Sync-FlowLocalEnv -AddToGitIgnore 3> $null 6> $null
        git check-ignore --quiet $file
        $LASTEXITCODE | Should -Be 0
    }
    It 'reports a required one that is missing after it has written the rest' {
        Edit-Catalog 'category: llm, env: GOOGLE' 'required: true, category: llm, env: GOOGLE'
        Assert-Failure RequiredSecretMissing { Sync }
        Get-Content $file | Should -Contain 'OPENAI_API_KEY=fetched-value'
    }
    It 'writes nothing with -WhatIf, and emits the plan' {
        ((Sync -WhatIf) | Where-Object Name -EQ OPENAI_API_KEY).Status | Should -Be 'Planned'
        $file | Should -Not -Exist
    }
    It 'refuses <what>, and leaves the file as it is' -ForEach @(
        @{
            what = 'a value that no dialect spells alike'; id = 'EnvValueNotPortable'
            run = { $null = Set-FlowSecret llm-openai -Value (ConvertTo-Secret "a`0b"); Sync }
        }
        @{ what = 'a link'; id = 'FileUnsafe'; run = { $null = New-Item -ItemType SymbolicLink ./link.env -Target $file; Sync ./link.env } }
        @{
            what = 'a file that is no UTF-8'; id = 'EnvFileInvalid'
            run = { [System.IO.File]::WriteAllBytes("$PWD/bad.env", [byte[]] (65, 61, 255)); Sync ./bad.env }
        }
        @{ what = 'a folder without a catalog'; id = 'NoCatalog'; run = { Remove-Item ./flowsecrets.yaml; Sync } }
        @{
            what = 'a store whose secret is disabled'; id = 'VersionDisabled'
            run = { $null = Set-FlowSecretVersion llm-openai 1 -State Disabled; Sync }
        }
    ) {
        $null = Sync
        Assert-Failure $id $run
        Get-Content $file | Should -Contain 'OPENAI_API_KEY=fetched-value'
    }
    It 'shows a table without values' {
        Assert-View (Sync) Status, Name, Source, Secret, Detail 'fetched-value', 'fetched-password', 'dev-jwt'
    }
    It 'completes environments and dialects' {
        Get-Completion 'Sync-FlowLocalEnv -Format Po' | Should -Be 'Portable', 'PowerShell'
        Get-Completion 'Sync-FlowLocalEnv -Environment ' | Should -Be 'local', 'second'
    }
}
