BeforeAll {
    Import-Module $PSScriptRoot/Support.psm1 -Force
    # The commands of the SecretManagement module, with one vault.
    $vault = {
        function Get-SecretVault { [pscustomobject] @{ Name = 'Team' } }
        function Get-SecretInfo {
            param($Name, $Vault)
            'JWT_SECRET', 'DB', 'Login', 'Bytes', 'Broken' | ForEach-Object { [pscustomobject] @{ Name = $_ } }
        }
        function Get-Secret {
            [CmdletBinding()] param($Name, $Vault)
            $secure = { param($Text) $s = [securestring]::new(); $Text.ToCharArray().ForEach{ $s.AppendChar($_) }; $s }
            switch ($Name) {
                'JWT_SECRET' { & $secure 'from-vault' }
                'DB' { @{ host = 'db'; port = 5432; password = (& $secure 'p') } }
                'Login' { [pscredential]::new('me', (& $secure 'pw')) }
                'Bytes' { , [byte[]] (255, 0, 1) }
                'Broken' { Write-Error -ErrorId VaultLocked -Message 'MARKED' }
            }
        }
        Export-ModuleMember -Function *
    }
}

Describe 'Import-FlowSecret' {
    BeforeEach { $sandbox = New-Sandbox }
    AfterEach { Remove-Sandbox $sandbox }

    It 'I1 shows the plan and changes nothing under -WhatIf' {
        Set-Content ./in.env "JWT_SECRET=a`nDB_HOST=h`nUNKNOWN=1`nOPENAI_API_KEY="
        $plan = Import-FlowSecret ./in.env -WhatIf -ErrorAction SilentlyContinue
        $plan.Action | Should -Be 'Create', 'Create', 'Refuse', 'Skip'
        $plan.Name | Should -Be 'jwt-secret', 'db-config', 'llm-openai', $null
        (Get-FlowSecret jwt-secret).State | Should -Be 'Missing'
    }
    It 'I2 keeps what exists unless -UpdateExisting, and makes no version of an equal value' {
        Add-Secret jwt-secret 'old'
        Set-Content ./in.env 'JWT_SECRET=new'
        (Import-FlowSecret ./in.env).Status | Should -Be 'Differs'
        (Import-FlowSecret ./in.env -UpdateExisting).Status | Should -Be 'Updated'
        (Import-FlowSecret ./in.env -UpdateExisting).Status | Should -Be 'Unchanged'
        Get-FlowSecretVersion jwt-secret | Should -HaveCount 2
    }
    It 'I3 I5 names each that is refused' {
        Set-Content ./in.json '{ "jwt-secret": "", "JWT_SECRET": "x", "llm_openai": "1", "LLM-OPENAI": "2" }'
        Get-FailureId { Import-FlowSecret ./in.json } | Sort-Object -Unique | Should -Be 'ItemsFailed', 'NameConflict'
    }
    It 'I7 takes imported lines out of the file' {
        Set-Content ./.env "# mine`nJWT_SECRET='a'`nPORT=1" -NoNewline
        (Import-FlowSecret ./.env -RemoveSource).Status | Should -Be 'Created', 'Skipped'
        Get-Content ./.env -Raw | Should -BeExactly "# mine`nPORT=1"
        Get-FlowSecretValue jwt-secret -AsPlainText | Should -BeExactly 'a'
    }
    It 'I7 leaves the file if one value is not in the store' {
        Add-Secret jwt-secret 'other'
        Set-Content ./.env "JWT_SECRET=a`nDB_HOST=b"
        Get-FailureId { Import-FlowSecret ./.env -RemoveSource } | Should -Be 'SourceNotRemoved'
        Get-Content ./.env | Should -HaveCount 2
    }
    It 'I8 takes the lines of a document that is piped, with -Format' {
        '{', '"jwt-secret": "a"', '}' | Import-FlowSecret -Format Json | ForEach-Object Status | Should -Be 'Created'
        Get-FlowSecretValue jwt-secret -AsPlainText | Should -BeExactly 'a'
        (Get-Command Import-FlowSecret).Parameters.Values.Where{ $_.Name -match 'Value|Secret$' } | Should -BeNullOrEmpty
    }
    It 'I8 refuses <what> and does not echo it' -ForEach @(
        @{ what = 'text without a format'; script = { 'MARKED=1' | Import-FlowSecret } }
        @{ what = 'text beside a path'; script = { 'MARKED=1' | Import-FlowSecret ./in.env } }
        @{ what = 'text beside a vault'; script = { 'MARKED=1' | Import-FlowSecret -FromVault Team } }
        @{ what = 'what is no text'; script = { [pscustomobject] @{ A = 'MARKED' } | Import-FlowSecret -Format Json } }
        @{ what = 'no source'; script = { Import-FlowSecret } }
    ) {
        Set-Content ./in.env 'JWT_SECRET=a'
        $failure = Get-Failure $script
        $failure.FullyQualifiedErrorId | Should -BeLike 'BadArgument,*'
        $failure | Format-List * -Force | Out-String | Should -Not -Match 'MARKED=1|A = MARKED'
        (Get-FlowSecret jwt-secret).State | Should -Be 'Missing'
    }
    It 'I9 reads the user secrets of a .NET project' {
        $before = $env:APPDATA
        try {
            $env:APPDATA = $sandbox.Path
            $folder = New-Item (Join-Path $sandbox.Path Microsoft/UserSecrets/my-id) -ItemType Directory
            Set-Content (Join-Path $folder secrets.json) '{ "Jwt": { "Secret": "a" }, /* c */ "DB_HOST": "h", }'
            $results = Import-FlowSecret -UserSecretsId my-id
            $results.Name | Should -Be 'jwt-secret', 'db-config'
            Get-FlowSecretValue jwt-secret -AsPlainText | Should -BeExactly 'a'
        }
        finally { $env:APPDATA = $before }
    }
    It 'splits a variable with -Expand' {
        Set-Content ./in.tfvars 'secrets = { "jwt-secret" = "a", llm_openai = { value = "b" } }'
        (Import-FlowSecret ./in.tfvars -Expand secrets).Name | Should -Be 'jwt-secret', 'llm-openai'
    }
    It 'emits objects whose table fits 80 columns' {
        Set-Content ./in.env 'JWT_SECRET=a'
        $table = Import-FlowSecret ./in.env | Out-String -Width 80
        $table | Should -Match 'Created +Create +jwt-secret'
        $table -split "`n" | ForEach-Object { $_.TrimEnd().Length | Should -BeLessOrEqual 80 }
    }

    Context 'from a vault' {
        BeforeEach { New-Module -Name StandInVault -ScriptBlock $vault | Import-Module -Global }
        AfterEach { Remove-Module StandInVault -ErrorAction Ignore }

        It 'I9 reads each type that a vault has' {
            $results = Import-FlowSecret -FromVault team -Environment second -ErrorVariable failed -ErrorAction SilentlyContinue
            ($results | Where-Object Name -EQ jwt-secret).Status | Should -Be 'Created'
            Get-FlowSecretValue jwt-secret -Environment second -AsPlainText | Should -BeExactly 'from-vault'
            $failed[0].FullyQualifiedErrorId | Should -BeLike 'VaultFailed,*'
            $failed[0].TargetObject | Should -Be 'Broken'
            $failed | Format-List * -Force | Out-String | Should -Not -Match MARKED
        }
        It 'I9 makes JSON of tables and credentials, and keeps bytes' {
            Remove-Item ./flowsecrets.yaml
            $env:FLOWSECRETS_TRUSTED_CATALOG = $null
            (Import-FlowSecret -FromVault Team -Name DB, Login, Bytes).Status | Should -Be 'Created', 'Created', 'Created'
            Get-FlowSecretValue -StoreName DB -AsPlainText | Should -BeExactly '{"host":"db","password":"p","port":5432}'
            Get-FlowSecretValue -StoreName Login -AsPlainText | Should -BeExactly '{"username":"me","password":"pw"}'
            Get-FlowSecretValue -StoreName Bytes -OutFile ./bytes
            [System.IO.File]::ReadAllBytes("$PWD/bytes") | Should -Be 255, 0, 1
        }
        It 'says which vaults there are' {
            $failure = Get-Failure { Import-FlowSecret -FromVault Nope }
            $failure.FullyQualifiedErrorId | Should -BeLike 'VaultNotFound,*'
            $failure.Exception.Message | Should -Match 'Team'
        }
    }
    It 'says that no vault can be read without the module' {
        if (Get-Command Get-SecretInfo -ErrorAction Ignore) { Set-ItResult -Skipped -Because 'the module is installed' }
        Get-FailureId { Import-FlowSecret -FromVault Team } | Should -Be 'VaultNotAvailable'
    }
}

Describe 'Get-FlowSecretValue with a field in the name' {
    BeforeEach { $sandbox = New-Sandbox }
    AfterEach { Remove-Sandbox $sandbox }

    It 'reads key.field and nested paths' {
        Add-Secret db-config '{"host":"h","password":{"primary":"p","a.b":"q"}}'
        Get-FlowSecretValue db-config.host -AsPlainText | Should -BeExactly 'h'
        Get-FlowSecretValue db-config.password.primary, db-config.host -AsPlainText | Should -Be 'p', 'h'
        Get-FlowSecretValue db-config -Field 'password["a.b"]' -AsPlainText | Should -BeExactly 'q'
        Get-FailureId { Get-FlowSecretValue db-config.nope } | Should -Be 'FieldNotFound'
    }
}
