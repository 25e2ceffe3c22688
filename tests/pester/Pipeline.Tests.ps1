# What the user typed wins over what comes down the pipeline, values never become names, and nothing named is not everything.
BeforeDiscovery {
    # Every command that takes secrets from the pipeline, with what it needs beside them.
    $commands = @(
        @{ command = 'Export-FlowSecret'; with = @{ Format = 'Json'; AsPlainText = $true; WhatIf = $true } }
        @{ command = 'Get-FlowSecret'; with = @{} }
        @{ command = 'Get-FlowSecretAccess'; with = @{} }
        @{ command = 'Get-FlowSecretRotation'; with = @{} }
        @{ command = 'Get-FlowSecretValue'; with = @{} }
        @{ command = 'Get-FlowSecretVersion'; with = @{} }
        @{ command = 'Grant-FlowSecretAccess'; with = @{ Principal = 'user:a@example.com'; Confirm = $false } }
        @{ command = 'Initialize-FlowSecret'; with = @{ NonInteractive = $true; WhatIf = $true } }
        @{ command = 'Invoke-FlowSecretRotation'; with = @{ WhatIf = $true } }
        @{ command = 'New-FlowSecret'; with = @{ Generate = $true; Kind = 'Hex'; WhatIf = $true } }
        @{ command = 'Remove-FlowSecret'; with = @{ WhatIf = $true } }
        @{ command = 'Remove-FlowSecretVersion'; with = @{ WhatIf = $true } }
        @{ command = 'Restore-FlowSecret'; with = @{ WhatIf = $true } }
        @{ command = 'Revoke-FlowSecretAccess'; with = @{ Principal = 'user:a@example.com'; Confirm = $false } }
        @{ command = 'Set-FlowSecret'; with = @{ Generate = $true; Kind = 'Hex'; WhatIf = $true } }
        @{ command = 'Set-FlowSecretVersion'; with = @{ State = 'Disabled'; WhatIf = $true } }
        @{ command = 'Test-FlowSecretAccess'; with = @{} }
        @{ command = 'Test-FlowSecretRotation'; with = @{} }
        @{ command = 'Undo-FlowSecretRotation'; with = @{ WhatIf = $true } }
    )
    $withStoreName = $commands | Where-Object command -NE 'Initialize-FlowSecret'
    $all = 'Export-FlowSecret', 'Get-FlowSecret', 'Get-FlowSecretAccess', 'Get-FlowSecretRotation', 'Initialize-FlowSecret',
        'Test-FlowSecretAccess', 'Test-FlowSecretRotation'
    $takesAll = $commands | Where-Object command -In $all
    $namesSome = $commands | Where-Object command -NotIn $all
    $valueCommands = 'New-FlowSecret', 'Set-FlowSecret' | ForEach-Object { @{ command = $_ } }
}
BeforeAll {
    Import-Module $PSScriptRoot/Support.psm1 -Force
    $value = ConvertTo-Secret 'value-two'
    $given = @{ Version = '1'; Principal = 'user:b@example.com'; Due = $false; Value = $value }

    # What a command was about, by its results and its errors: environment and name in the store.
    function Get-Reach([string] $Command, [hashtable] $With, [object] $Piped) {
        # The secret's own properties alone come down the pipeline, not those that the command gets typed.
        $typed = @{} + $With
        if ($Command -like '*-FlowSecretVersion' -and $Command -notlike 'Get-*') { $typed.Version = '1' }
        $output = @(try { $Piped | & $Command @typed 2>&1 3> $null 6> $null } catch { $_ })
        foreach ($item in $output) {
            if ($item -is [System.Management.Automation.ErrorRecord]) {
                if ($item.FullyQualifiedErrorId -like 'UnexpectedError,*') { throw $item }
                if ($item.FullyQualifiedErrorId -notlike 'ItemsFailed,*') { "$($item.TargetObject)" }
            }
            else { "$($item.StoreName ?? $item.Secret ?? $item.Name)" }
        }
    }
}

Describe 'What the user typed' {
    BeforeAll {
        $sandbox = New-Sandbox
        Add-Secret llm-openai 'value-one'
        Add-Secret llm-google 'value-one'
        New-FlowSecret -StoreName beyond -Value $value -Confirm:$false | Out-Null
        New-FlowSecret llm-openai -Environment second -Value $value | Out-Null
        $piped = [pscustomobject] @{ Name = 'llm-openai'; StoreName = 'shop-llm-openai'; Environment = 'local'; Store = 'Local' }
    }
    AfterAll { Remove-Sandbox $sandbox }

    It 'covers every command that takes secrets from the pipeline' -ForEach @{ known = $commands.command } {
        $takers = Get-Command -Module FlowSecrets -CommandType Cmdlet | Where-Object {
            $_.Parameters.ContainsKey('Name') -and $_.Parameters.ContainsKey('InputObject') -and
                $_.Name -notmatch 'WorkloadBinding|ExternalSecret'
        }
        # A document that is piped names no secret.
        # These have tests of their own: their names or their input are others.
        $others = 'Copy-FlowSecret', 'Import-FlowSecret', 'Use-FlowSecret'
        $takers.Name | Where-Object { $_ -notin $others } | Sort-Object | Should -Be ($known | Sort-Object)
    }
    It 'binds values of the pipeline to InputObject alone, where no conversion makes a name of them' {
        $byValue = foreach ($cmdlet in Get-Command -Module FlowSecrets -CommandType Cmdlet) {
            foreach ($parameter in $cmdlet.Parameters.Values | Where-Object Name -NE InputObject) {
                if ($parameter.Attributes.ValueFromPipeline -contains $true) { "$cmdlet -$($parameter.Name)" }
            }
        }
        $byValue | Should -BeNullOrEmpty
    }
    It 'is text for no parameter that takes a secret' {
        $plain = foreach ($cmdlet in Get-Command -Module FlowSecrets -CommandType Cmdlet) {
            foreach ($parameter in $cmdlet.Parameters.Values | Where-Object ParameterType -EQ ([securestring])) {
                if ($parameter.Attributes.TypeId.Name -notcontains 'PlainTextRefusedAttribute') { "$cmdlet -$($parameter.Name)" }
            }
        }
        $plain | Should -BeNullOrEmpty
    }
    It 'wins as -Name: <command>' -ForEach $commands {
        $reach = Get-Reach $command ($with + @{ Name = 'llm-google' }) $piped
        $reach | Should -Not -BeNullOrEmpty
        $reach | Should -Not -Contain 'shop-llm-openai'
        $reach -join ' ' | Should -Match 'llm-google|user:a@'
    }
    It 'wins as -StoreName: <command>' -ForEach $withStoreName {
        $reach = Get-Reach $command ($with + @{ StoreName = 'beyond' }) $piped
        $reach | Should -Not -BeNullOrEmpty
        $reach | Should -Not -Contain 'shop-llm-openai'
        $reach -join ' ' | Should -Match 'beyond|user:a@'
    }
    It 'wins as -Environment: <command>' -ForEach $commands {
        $reach = Get-Reach $command ($with + @{ Environment = 'second' }) $piped
        $reach | Should -Not -BeNullOrEmpty
        $reach | Should -Not -Contain 'shop-llm-openai'
    }
    It 'is refused as -Store that the piped environment is not in: <command>' -ForEach $commands {
        $piped | Add-Member Version 1 -Force
        { $piped | & $command @with -Store Gcp } | Should -Throw -ErrorId 'BadArgument,*'
    }
    It 'is refused as -Store that the typed environment is not in: <command>' -ForEach $commands {
        $only = [pscustomobject] @{ Name = 'llm-openai'; Version = '1' }
        { $only | & $command @with -Environment second -Store Gcp } | Should -Throw -ErrorId 'BadArgument,*'
    }
    It 'wins as -Generate over a piped value' {
        $read = Get-FlowSecretValue llm-google
        $read | Set-FlowSecret -Generate -Kind Hex -Confirm:$false | Out-Null
        Get-FlowSecretValue llm-google -AsPlainText | Should -Match '^[0-9a-f]{64}$'
    }
    It 'wins as -StoreName over the name of a piped value, and nothing else is written' {
        New-FlowSecret -StoreName copy -Value $value | Out-Null
        $before = (Get-FlowSecret llm-openai).Version
        Get-FlowSecretValue llm-openai | Set-FlowSecret -StoreName copy -Confirm:$false | Out-Null
        Get-FlowSecretValue -StoreName copy -AsPlainText | Should -Be 'value-one'
        (Get-FlowSecret llm-openai).Version | Should -Be $before
        Get-FlowSecretValue llm-openai | New-FlowSecret -StoreName copy-two -Confirm:$false | Out-Null
        Get-FlowSecretValue -StoreName copy-two -AsPlainText | Should -Be 'value-one'
    }
    It 'wins as -Stage over the version of a piped object' {
        Set-FlowSecret llm-openai -Value $value | Out-Null
        Get-FlowSecret llm-openai | Get-FlowSecretValue -Stage previous -AsPlainText | Should -Be 'value-one'
        Assert-Failure BadArgument { Get-FlowSecretValue llm-openai -Version 1 -Stage previous }
    }
}

Describe 'Text and values in the pipeline' {
    BeforeAll {
        $sandbox = New-Sandbox
        Add-Secret llm-openai 'value-one'
        $text = 'p4ss-w0rd-in-the-pipe'
        # Everything that an error shows or keeps.
        function Get-Trace([object[]] $Failure) {
            $Failure | ForEach-Object { $_ | Format-List * -Force | Out-String -Width 4000; "$($_.TargetObject)"; "$($_.Exception)" }
        }
    }
    AfterAll { Remove-Sandbox $sandbox }

    It 'takes no text for a name or a value, and no error holds it: <command>' -ForEach $valueCommands {
        $name = @{ Name = 'llm-openai' }
        $storeName = @{ StoreName = 'k' }
        $stdin = @{ FromStdin = $true }
        foreach ($with in @{}, $stdin, $name, $storeName, ($name + $stdin), ($storeName + $stdin), @{ Generate = $true }) {
            $failure = @(Get-Failure { $text | & $command @with })
            $failure.FullyQualifiedErrorId | Should -BeLike 'BadArgument,*'
            Get-Trace $failure | Should -Not -Match 'p4ss'
        }
    }
    It 'takes a piped SecureString as the value: <command>' -ForEach $valueCommands {
        $name = $command -eq 'New-FlowSecret' ? 'llm-google' : 'llm-openai'
        ConvertTo-Secret "piped to $command" | & $command $name -Confirm:$false | Out-Null
        Get-FlowSecretValue $name -AsPlainText | Should -Be "piped to $command"
    }
    It 'refuses a SecureString beside another source of the value: <command>' -ForEach $valueCommands {
        Assert-Failure BadArgument { ConvertTo-Secret 'a' | & $command llm-openai -Generate }
        Assert-Failure BadArgument { ConvertTo-Secret 'a' | & $command llm-openai -Value (ConvertTo-Secret 'b') }
    }
    It 'refuses a column Value that is plain text, and says which type it needs' {
        $failure = @(Get-Failure { [pscustomobject] @{ Name = 'llm-openai'; Value = $text } | Set-FlowSecret })
        $failure.FullyQualifiedErrorId | Should -BeLike 'BadArgument,*'
        $failure[0].Exception.Message | Should -Match 'SecureString'
        Get-Trace $failure | Should -Not -Match 'p4ss'
    }
    It 'refuses plain text for <command> -<parameter>, and no error holds it' -ForEach @(
        @{ command = 'Set-FlowSecret'; parameter = 'Value'; with = @{ Name = 'llm-openai' } }
        @{ command = 'New-FlowSecret'; parameter = 'Value'; with = @{ Name = 'llm-openai' } }
        @{ command = 'Invoke-FlowSecretRotation'; parameter = 'Value'; with = @{ Name = 'llm-openai' } }
        @{ command = 'Connect-FlowSecretStore'; parameter = 'Passphrase'; with = @{} }
        @{ command = 'Connect-FlowSecretStore'; parameter = 'AccessToken'; with = @{} }
        @{ command = 'Set-FlowSecretStore'; parameter = 'NewPassphrase'; with = @{} }
        @{ command = 'Backup-FlowSecretStore'; parameter = 'Passphrase'; with = @{ BackupPath = './b' } }
        @{ command = 'Restore-FlowSecretStore'; parameter = 'Passphrase'; with = @{ BackupPath = './b' } }
    ) {
        $all = @{ $parameter = $text } + $with
        $failure = @(Get-Failure { & $command @all })
        $failure.FullyQualifiedErrorId | Should -BeLike 'BadArgument,*'
        Get-Trace $failure | Should -Not -Match 'p4ss'
    }
    It 'takes no SecureString for a name' {
        Assert-Failure BadArgument { ConvertTo-Secret 'a' | Get-FlowSecretValue }
    }
    It 'takes names as text where no value is taken' {
        'llm-openai', 'llm-google' | Get-FlowSecret | ForEach-Object Name | Should -Be 'llm-openai', 'llm-google'
        Assert-Failure BadArgument { 'llm-openai' | Get-FlowSecret llm-google }
    }
}

Describe 'Nothing named' {
    BeforeAll { $sandbox = New-Sandbox; Add-Secret llm-openai 'value-one' }
    AfterAll { Remove-Sandbox $sandbox }

    It 'is nothing as an empty -Name, with a warning: <command>' -ForEach $takesAll {
        foreach ($empty in @(), $null, @('')) {
            $output = @(& $command @with -Name $empty 3>&1)
            $output | Should -HaveCount 1
            $output[0] | Should -BeOfType ([System.Management.Automation.WarningRecord])
        }
    }
    It 'is refused as an empty -Name: <command>' -ForEach $namesSome {
        if ($command -like '*-FlowSecretVersion' -and $command -notlike 'Get-*') { $with = $with + @{ Version = '1' } }
        Assert-Failure BadArgument { & $command @with -Name @() }
    }
    It 'is refused where an object without a name comes down the pipeline: <command>' -ForEach ($takesAll + $namesSome) {
        if ($command -like '*-FlowSecretVersion' -and $command -notlike 'Get-*') { $with = $with + @{ Version = '1' } }
        Assert-Failure BadArgument { [pscustomobject] @{ Colour = 'red' } | & $command @with }
    }
    It 'is nothing where nothing comes down the pipeline: <command>' -ForEach ($takesAll + $namesSome) {
        if ($command -like '*-FlowSecretVersion' -and $command -notlike 'Get-*') { $with = $with + @{ Version = '1' } }
        @() | & $command @with 2>&1 3>&1 6> $null | Should -BeNullOrEmpty
    }
}
