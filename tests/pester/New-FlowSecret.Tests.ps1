BeforeAll {
    Import-Module $PSScriptRoot/Support.psm1 -Force
    $value = ConvertTo-Secret 'value-one'
}

Describe 'New-FlowSecret' {
    BeforeEach { $sandbox = New-Sandbox }
    AfterEach { Remove-Sandbox $sandbox }
    It 'creates a secret with its first version' {
        $change = New-FlowSecret llm-openai -Value $value
        $change.Status, $change.Name, $change.StoreName, $change.Version | Should -Be 'Created', 'llm-openai', 'shop-llm-openai', '1'
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'value-one'
    }
    It 'gives a container without a version its first' {
        (New-FlowSecret llm-openai -NoValue).Status | Should -Be 'Created'
        (Get-FlowSecret llm-openai).State | Should -Be 'NoVersion'
        (New-FlowSecret llm-openai -Value $value).Status | Should -Be 'Updated'
        (Get-FlowSecret llm-openai).Version | Should -Be '1'
    }
    It 'takes a file''s bytes as they are, and one newline off on request' {
        Set-Content ./value.txt "two`n" -NoNewline
        $null = New-FlowSecret llm-openai -Path ./value.txt -WarningAction SilentlyContinue -WarningVariable warned
        $null = New-FlowSecret llm-google -Path ./value.txt -TrimNewline
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly "two`n"
        Get-FlowSecretValue llm-google -AsPlainText | Should -BeExactly 'two'
        $warned | Should -HaveCount 1
    }
    It 'takes an environment variable' {
        $env:PESTER_VALUE = 'from-environment'
        try { $null = New-FlowSecret llm-openai -FromEnvironment PESTER_VALUE } finally { Remove-Item Env:PESTER_VALUE }
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'from-environment'
    }
    It 'takes standard input' {
        $script = "Import-Module '$(Get-ModulePath)'; New-FlowSecret llm-openai -FromStdin -TrimNewline"
        'from-stdin' | & (Get-PwshPath) -NoProfile -c $script | Out-Null
        $LASTEXITCODE | Should -Be 0
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'from-stdin'
    }
    It 'makes the value as the catalog says, or of the kind that is named' {
        $null = New-FlowSecret encryption-key -Generate
        $null = New-FlowSecret llm-openai -Generate -Kind Uuid
        Get-FlowSecretValue encryption-key -AsPlainText | Should -Match '^[0-9a-f]{64}$'
        [guid]::TryParse((Get-FlowSecretValue llm-openai -AsPlainText), [ref] [guid]::Empty) | Should -BeTrue
    }
    It 'creates one beyond the catalog, with labels' {
        $null = New-FlowSecret -StoreName team/tls -Value $value -Label @{ team = 'web' }
        (Get-FlowSecret -StoreName team/tls).Labels['team'] | Should -Be 'web'
    }
    It 'creates several at once, and takes names from the pipeline' {
        (Get-FlowSecret llm* | New-FlowSecret -Value $value).Status | Should -Be 'Created', 'Created'
        (New-FlowSecret jwt-secret, encryption-key -Generate).Status | Should -Be 'Created', 'Created'
    }
    It 'gives each secret the value that came with it down the pipeline' {
        Add-Secret llm-openai 'openai-value'; Add-Secret llm-google 'google-value'
        $null = Get-FlowSecretValue llm-openai, llm-google | New-FlowSecret -Environment second
        Get-FlowSecretValue llm-google -Environment second -AsPlainText | Should -BeExactly 'google-value'
        Get-FlowSecretValue llm-openai -Environment second -AsPlainText | Should -BeExactly 'openai-value'
    }
    It 'creates nothing with -WhatIf, not even the store, and emits the plan' {
        $plan = New-FlowSecret llm-openai, llm-google -Value $value -WhatIf
        $plan.Status | Should -Be 'Planned', 'Planned'
        $plan.Name | Should -Be 'llm-openai', 'llm-google'
        $sandbox.StoreFile | Should -Not -Exist
    }
    It 'does not plan with -WhatIf what it would refuse' {
        Add-Secret llm-openai 'value'
        $planned = [System.Collections.Generic.List[object]]::new()
        Assert-Failure SecretExists { New-FlowSecret llm-openai -Value $value -WhatIf | ForEach-Object { $planned.Add($_) } }
        $planned.Status | Should -Not -Contain 'Planned'
    }
    It 'refuses <what>' -ForEach @(
        @{ what = 'one that has a version'; id = 'SecretExists'; run = { Add-Secret llm-openai; New-FlowSecret llm-openai -Value $value } }
        @{
            what = 'one whose deletion is pending'; id = 'PendingDeletion'
            run = {
                Add-Secret llm-openai
                $null = Remove-FlowSecret llm-openai -Confirm:$false
                New-FlowSecret llm-openai -Value $value
            }
        }
        @{ what = 'a name that the catalog lacks'; id = 'SecretNotInCatalog'; run = { New-FlowSecret nowhere -Value $value } }
        @{ what = 'a wildcard'; id = 'BadArgument'; run = { New-FlowSecret llm-* -Value $value } }
        @{ what = 'a name that the store does not take'; id = 'InvalidName'; run = { New-FlowSecret -StoreName 'no spaces' -Value $value } }
        @{ what = 'an empty value'; id = 'EmptyValue'; run = { New-FlowSecret llm-openai -Value ([securestring]::new()) } }
        @{
            what = 'a value of more than 64 KiB'; id = 'ValueTooLarge'
            run = { Set-Content ./big ('x' * 65537) -NoNewline; New-FlowSecret llm-openai -Path ./big }
        }
        @{ what = 'text for a JSON secret'; id = 'ValueNotJson'; run = { New-FlowSecret db-config -Value $value } }
        @{ what = 'a file that is not there'; id = 'BadInput'; run = { New-FlowSecret llm-openai -Path ./nowhere } }
        @{ what = 'a variable that is not set'; id = 'BadArgument'; run = { New-FlowSecret llm-openai -FromEnvironment PESTER_NOWHERE } }
        @{ what = 'to make what the catalog has no rule for'; id = 'BadArgument'; run = { New-FlowSecret llm-openai -Generate } }
        @{ what = 'to make what somebody else owns'; id = 'ExternallyOwned'; run = { New-FlowSecret partner-token -Generate } }
        @{ what = 'no name at all'; id = 'BadArgument'; run = { New-FlowSecret -Value $value } }
    ) { Assert-Failure $id $run }
    It 'takes a value of just 64 KiB' { (New-FlowSecret llm-openai -Value (ConvertTo-Secret ('x' * 65536))).Status | Should -Be 'Created' }
    It 'takes no plain text as a value' {
        Get-Failure { New-FlowSecret llm-openai -Value 'plain' } |
            ForEach-Object FullyQualifiedErrorId |
            Should -BeLike 'BadArgument,*'
    }
    It 'shows a table without values' {
        Assert-View (New-FlowSecret llm-openai, llm-google -Value $value) Status, Name, Version, Environment, Detail 'value-one'
    }
    It 'completes names, environments and kinds of value' {
        Get-Completion 'New-FlowSecret jw' | Should -Be 'jwt-secret'
        Get-Completion 'New-FlowSecret -Environment ' | Should -Be 'local', 'second'
        Get-Completion 'New-FlowSecret a -Generate -Kind Ba' | Should -Be 'Base64', 'Base64Url'
    }
}
