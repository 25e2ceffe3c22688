BeforeAll { Import-Module $PSScriptRoot/Support.psm1 -Force }

Describe 'Set-FlowSecret' {
    BeforeEach {
        $sandbox = New-Sandbox
        Add-Secret llm-openai 'value-one'
        $value = ConvertTo-Secret 'value-two'
    }
    AfterEach { Remove-Sandbox $sandbox }
    It 'adds a version, and the one before becomes previous' {
        $change = Set-FlowSecret llm-openai -Value $value
        $change.Status, $change.Version | Should -Be 'Updated', '2'
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'value-two'
        Get-FlowSecretValue llm-openai -Stage previous -AsPlainText | Should -BeExactly 'value-one'
    }
    It 'does not write an equal value again' {
        (Set-FlowSecret llm-openai -Value (ConvertTo-Secret 'value-one')).Status | Should -Be 'Unchanged'
        Get-FlowSecretVersion llm-openai | Should -HaveCount 1
    }
    It 'sets one field of a JSON secret and leaves the others' {
        Add-Secret db-config '{"host":"one","password":"two","extra":3}'
        $null = Set-FlowSecret db-config -Field host -Value $value
        $members = Get-FlowSecretValue db-config -AsPlainText | ConvertFrom-Json
        $members.host, $members.password, $members.extra | Should -Be 'value-two', 'two', 3
    }
    It 'sets and takes off labels without a version' {
        (Set-FlowSecret llm-openai -Label @{ owner = 'platform'; team = 'web' } -LabelOnly).Status | Should -Be 'Updated'
        (Set-FlowSecret llm-openai -Label @{ team = '' } -LabelOnly).Status | Should -Be 'Updated'
        (Set-FlowSecret llm-openai -Label @{ owner = 'platform' } -LabelOnly).Status | Should -Be 'Unchanged'
        $secret = Get-FlowSecret llm-openai
        $secret.Labels.Keys | Should -Be 'owner'
        $secret.Version | Should -Be '1'
    }
    It 'overwrites an encryption key only with its own switch' {
        $null = New-FlowSecret encryption-key -Generate
        Assert-Failure EncryptionKeyProtected { Set-FlowSecret encryption-key -Value $value }
        (Get-FlowSecret encryption-key).Version | Should -Be '1'
        (Set-FlowSecret encryption-key -Value $value -OverwriteEncryptionKey).Status | Should -Be 'Updated'
    }
    It 'takes names from the pipeline by property name' {
        Add-Secret llm-google 'other'
        (Get-FlowSecret llm* | Set-FlowSecret -Value $value).Status | Should -Be 'Updated', 'Updated'
    }
    It 'gives each secret the value that came with it down the pipeline' {
        Add-Secret llm-google 'google'
        $records = @(
            [pscustomobject] @{ Name = 'llm-openai'; Value = ConvertTo-Secret 'new-openai' }
            [pscustomobject] @{ Name = 'llm-google'; Value = ConvertTo-Secret 'new-google' }
        )
        $null = $records | Set-FlowSecret
        Get-FlowSecretValue llm-google -AsPlainText | Should -BeExactly 'new-google'
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'new-openai'
    }
    It 'sets what can be set, and then fails with what cannot' {
        $done = [System.Collections.Generic.List[object]]::new()
        Assert-Failure SecretNotFound { Set-FlowSecret llm-google, llm-openai -Value $value | ForEach-Object { $done.Add($_) } }
        $done.Status | Should -Be 'Failed', 'Updated'
        $done[0].ErrorId | Should -Be 'SecretNotFound'
    }
    It 'changes nothing with -WhatIf, and emits the plan' {
        (Set-FlowSecret llm-openai -Value $value -WhatIf).Status | Should -Be 'Planned'
        Set-FlowSecret llm-openai -Label @{ a = 'b' } -LabelOnly -WhatIf
        Get-FlowSecretVersion llm-openai | Should -HaveCount 1
        (Get-FlowSecret llm-openai).Labels.Count | Should -Be 0
    }
    It 'does not plan with -WhatIf what it would refuse' {
        $planned = [System.Collections.Generic.List[object]]::new()
        Assert-Failure SecretNotFound { Set-FlowSecret llm-google -Value $value -WhatIf | ForEach-Object { $planned.Add($_) } }
        $planned.Status | Should -Not -Contain 'Planned'
    }
    It 'refuses <what>' -ForEach @(
        @{ what = 'a secret that the store lacks'; id = 'SecretNotFound'; run = { Set-FlowSecret jwt-secret -Value $value } }
        @{ what = 'a name that the catalog lacks'; id = 'SecretNotInCatalog'; run = { Set-FlowSecret nowhere -Value $value } }
        @{ what = 'an empty value'; id = 'EmptyValue'; run = { Set-FlowSecret llm-openai -Value ([securestring]::new()) } }
        @{
            what = 'a field that the catalog lacks'; id = 'FieldNotFound'
            run = { Add-Secret db-config '{"host":"a"}'; Set-FlowSecret db-config -Field nowhere -Value $value }
        }
        @{ what = 'a field of what is no JSON'; id = 'ValueNotJson'; run = { Set-FlowSecret llm-openai -Field any -Value $value } }
        @{
            what = 'text for a JSON secret'; id = 'ValueNotJson'
            run = { Add-Secret db-config '{"host":"a"}'; Set-FlowSecret db-config -Value $value }
        }
        @{ what = 'labels alone without labels'; id = 'BadArgument'; run = { Set-FlowSecret llm-openai -LabelOnly } }
        @{ what = 'a label that is too long'; id = 'BadArgument'; run = { Set-FlowSecret llm-openai -LabelOnly -Label @{ a = 'x' * 64 } } }
        @{
            what = 'one whose deletion is pending'; id = 'PendingDeletion'
            run = { $null = Remove-FlowSecret llm-openai -Confirm:$false; Set-FlowSecret llm-openai -Value $value }
        }
        @{ what = 'no name at all'; id = 'BadArgument'; run = { Set-FlowSecret -Value $value } }
    ) { Assert-Failure $id $run }
    It 'shows a table without values' {
        Assert-View (Set-FlowSecret llm-openai -Value $value) Status, Name, Version, Environment 'value-one', 'value-two'
    }
    It 'completes names and fields' {
        Get-Completion 'Set-FlowSecret llm-g' | Should -Be 'llm-google'
        Get-Completion 'Set-FlowSecret db-config -Field p' | Should -Be 'password'
    }
    It 'completes in the quotation marks that were opened' {
        Get-Completion "Set-FlowSecret 'llm-g" | Should -BeExactly "'llm-google'"
        Get-Completion 'Set-FlowSecret "llm-g' | Should -BeExactly '"llm-google"'
    }
}
