BeforeAll { Import-Module $PSScriptRoot/Support.psm1 -Force }

Describe 'Initialize-FlowSecret' {
    BeforeEach { $sandbox = New-Sandbox }
    AfterEach { Remove-Sandbox $sandbox }

    It 'sets up without asking: defaults, and the rest made' {
        $results = Initialize-FlowSecret -NonInteractive 6> $null
        $results.Name | Should -Be 'jwt-secret', 'encryption-key', 'db-config', 'llm-openai', 'llm-google', 'partner-token'
        $results.Status | Should -Be 'Created', 'Created', 'Created', 'Skipped', 'Skipped', 'Skipped'
        ($results | Where-Object Name -EQ jwt-secret).Source | Should -Be 'Generated'
        $members = Get-FlowSecretValue db-config -AsPlainText | ConvertFrom-Json
        $members.host | Should -Be 'localhost'
        $members.password.Length | Should -Be 24
    }
    It 'keeps what exists, and may be run again' {
        Add-Secret jwt-secret 'mine'
        $null = Initialize-FlowSecret -NonInteractive 6> $null
        (Initialize-FlowSecret -NonInteractive 6> $null | Select-Object -First 3).Status | Should -Be 'Kept', 'Kept', 'Kept'
        Get-FlowSecretValue jwt-secret -AsPlainText | Should -BeExactly 'mine'
        Get-FlowSecretVersion jwt-secret, encryption-key, db-config | Should -HaveCount 3
    }
    It 'takes values from <file>' -ForEach @(
        @{ file = 'in.tfvars'; text = "llm_openai = `"from-file`"`ndb_config = { host = `"db.test`" }" }
        @{ file = 'in.env'; text = "OPENAI_API_KEY=from-file`nDB_HOST=db.test" }
        @{ file = 'in.json'; text = '{ "llm-openai": "from-file", "db-config.host": "db.test" }' }
    ) {
        Set-Content $file $text
        $results = Initialize-FlowSecret -NonInteractive -InputPath $file 6> $null
        ($results | Where-Object Name -EQ llm-openai).Source | Should -Be 'Input'
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'from-file'
        Get-FlowSecretValue db-config -Field host -AsPlainText | Should -BeExactly 'db.test'
    }
    It 'adds fields to a JSON secret and keeps those that are there' {
        Add-Secret db-config '{"host":"kept","extra":"kept too"}'
        $null = Initialize-FlowSecret -NonInteractive 6> $null
        $members = Get-FlowSecretValue db-config -AsPlainText | ConvertFrom-Json
        $members.host, $members.extra, $members.password.Length | Should -Be 'kept', 'kept too', 24
    }
    It 'gives a container without a version its first' {
        $null = New-FlowSecret jwt-secret -NoValue
        (Initialize-FlowSecret jwt-secret -NonInteractive 6> $null).Status | Should -Be 'Updated'
        (Get-FlowSecret jwt-secret).Version | Should -Be '1'
    }
    It 'takes names with wildcards' {
        (Initialize-FlowSecret jwt-*, enc* -NonInteractive 6> $null).Name | Should -Be 'jwt-secret', 'encryption-key'
    }
    It 'sets up no more than the names that come down the pipeline' {
        $results = Get-FlowSecret jwt-secret | Initialize-FlowSecret -NonInteractive 6> $null
        $results.Name | Should -Be 'jwt-secret'
        (Get-FlowSecret encryption-key).State | Should -Be 'Missing'
    }
    It 'overwrites an encryption key only with its own switch' {
        Add-Secret encryption-key 'old'
        Set-Content ./in.env 'ENCRYPTION_KEY=other'
        $update = @{ NonInteractive = $true; InputPath = './in.env'; UpdateExisting = $true }
        Assert-Failure EncryptionKeyProtected { Initialize-FlowSecret encryption-key @update 6> $null }
        Get-FlowSecretValue encryption-key -AsPlainText | Should -BeExactly 'old'
        $null = Initialize-FlowSecret encryption-key @update -OverwriteEncryptionKey 6> $null
        Get-FlowSecretValue encryption-key -AsPlainText | Should -BeExactly 'other'
    }
    It 'reports a required secret without a value after it has set up the rest' {
        Edit-Catalog 'category: llm, env: OPENAI' 'required: true, category: llm, env: OPENAI'
        $done = [System.Collections.Generic.List[object]]::new()
        Assert-Failure RequiredSecretMissing { Initialize-FlowSecret -NonInteractive 6> $null | ForEach-Object { $done.Add($_) } }
        ($done | Where-Object Status -EQ Missing).Name | Should -Be 'llm-openai'
        (Get-FlowSecret jwt-secret).State | Should -Be 'Present'
    }
    It 'writes nothing with -WhatIf, and emits the plan' {
        $plan = Initialize-FlowSecret -NonInteractive -WhatIf 6> $null
        ($plan | Where-Object Status -EQ Planned).Name | Should -Be 'jwt-secret', 'encryption-key', 'db-config'
        $sandbox.StoreFile | Should -Not -Exist
    }
    It 'refuses <what>, and writes nothing' -ForEach @(
        @{
            what = 'a folder without a catalog'; id = 'NoCatalog'
            run = { Remove-Item ./flowsecrets.yaml; Initialize-FlowSecret -NonInteractive }
        }
        @{ what = 'a name that the catalog lacks'; id = 'SecretNotInCatalog'; run = { Initialize-FlowSecret nowhere -NonInteractive } }
        @{ what = 'an input that is not there'; id = 'BadInput'; run = { Initialize-FlowSecret -NonInteractive -InputPath ./nowhere.env } }
        @{
            what = 'an input that is no literal'; id = 'BadInput'
            run = { Set-Content ./in.tfvars 'a = file("x")'; Initialize-FlowSecret -NonInteractive -InputPath ./in.tfvars }
        }
        @{
            what = 'text for a JSON secret'; id = 'BadInput'
            run = { Set-Content ./in.tfvars 'db_config = "text"'; Initialize-FlowSecret -NonInteractive -InputPath ./in.tfvars }
        }
        @{
            what = 'an environment that the catalog lacks'; id = 'EnvironmentNotFound'
            run = { Initialize-FlowSecret -NonInteractive -Environment nowhere }
        }
    ) {
        Assert-Failure $id { & $run 6> $null }
        $sandbox.StoreFile | Should -Not -Exist
    }
    It 'shows a table without values' {
        $results = Initialize-FlowSecret -NonInteractive 6> $null
        Assert-View $results Status, Name, Category, Version, Source, Detail (Get-FlowSecretValue jwt-secret -AsPlainText)
    }
    It 'completes names and environments' {
        Get-Completion 'Initialize-FlowSecret jw' | Should -Be 'jwt-secret'
        Get-Completion 'Initialize-FlowSecret -Environment ' | Should -Be 'local', 'second'
    }
}
