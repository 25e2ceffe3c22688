BeforeDiscovery {
    $manifest = Import-PowerShellDataFile (Join-Path $PSScriptRoot .. .. FlowSecrets.psd1)
    $cmdlets = $manifest.CmdletsToExport | ForEach-Object { @{ name = $_ } }
}
BeforeAll {
    Import-Module $PSScriptRoot/Support.psm1 -Force
    $manifest = Import-PowerShellDataFile (Join-Path $PSScriptRoot .. .. FlowSecrets.psd1)
    $sandbox = New-Sandbox
    Add-Secret llm-openai 'value-one'
}
AfterAll { Remove-Sandbox $sandbox }

Describe 'The module' {
    It 'exports what the manifest lists, and nothing else' {
        (Get-Command -Module FlowSecrets).Name | Sort-Object | Should -Be ($manifest.CmdletsToExport | Sort-Object)
        (Get-Command -Module FlowSecrets).CommandType | Sort-Object -Unique | Should -Be 'Cmdlet'
    }
    It 'has the manifest''s version' { (Get-Module FlowSecrets).Version | Should -Be $manifest.ModuleVersion }
    It 'has a test file for each cmdlet' {
        $tested = (Get-ChildItem $PSScriptRoot -Filter *-*.Tests.ps1).Name -replace '\.Tests\.ps1$'
        $tested | Sort-Object | Should -Be ($manifest.CmdletsToExport | Sort-Object)
    }
    It 'has no module but PowerShell''s own to load, and an analysable manifest' {
        (Test-ModuleManifest (Join-Path (Get-ModulePath) FlowSecrets.psd1)).RequiredModules | Should -BeNullOrEmpty
    }
    It 'shows -WhatIf in the help of all that change something' {
        $changing = Get-Command -Module FlowSecrets | Where-Object { $_.Parameters.ContainsKey('WhatIf') }
        $changing.Count | Should -BeGreaterThan 10
        foreach ($command in $changing) { Get-Help $command.Name -Full | Out-String | Should -Match '-WhatIf' -Because $command.Name }
    }
    It 'says of wildcards only where they are read' {
        $wild = (Get-Command -Module FlowSecrets).Name |
            Where-Object { (Get-Help $_ -Parameter Name -ErrorAction Ignore).globbing -eq 'true' }
        $wild | Sort-Object | Should -Be @(
            'Copy-FlowSecret'
            'Export-FlowSecret'
            'Get-FlowExternalSecret'
            'Get-FlowSecret'
            'Get-FlowSecretAccess'
            'Get-FlowSecretRotation'
            'Get-FlowSecretValue'
            'Get-FlowSecretVersion'
            'Grant-FlowSecretAccess'
            'Import-FlowSecret'
            'Initialize-FlowSecret'
            'Invoke-FlowSecretRotation'
            'Revoke-FlowSecretAccess'
            'Sync-FlowExternalSecret'
            'Test-FlowExternalSecret'
            'Test-FlowSecretAccess'
            'Test-FlowSecretRotation'
            'Undo-FlowSecretRotation'
            'Use-FlowSecret'
        )
    }
    It 'uses approved verbs' { (Get-Command -Module FlowSecrets).Verb | Where-Object { $_ -notin (Get-Verb).Verb } | Should -BeNullOrEmpty }
}

Describe 'Help of <name>' -ForEach $cmdlets {
    BeforeAll {
        $help = Get-Help $name -Full
        $command = Get-Command $name
        $common = [System.Management.Automation.Cmdlet]::CommonParameters + [System.Management.Automation.Cmdlet]::OptionalCommonParameters
    }
    It 'has a synopsis' {
        $help.Synopsis.Trim() | Should -Match '^[A-Z].+\.$'
        $help.Synopsis | Should -Not -Match "^$name"
    }
    It 'describes every parameter' {
        $described = $help.parameters.parameter | Where-Object { "$($_.description.Text)".Trim() }
        foreach ($parameter in $command.Parameters.Keys | Where-Object { $_ -notin $common }) {
            $described.Name | Should -Contain $parameter
        }
    }
    It 'has at least two examples of this cmdlet' {
        $examples = @($help.examples.example | Where-Object { "$($_.code)" -match $name })
        $examples.Count | Should -BeGreaterOrEqual 2
    }
}

Describe 'Loading' {
    It 'loads no package and no provider at import' {
        $names = '[AppDomain]::CurrentDomain.GetAssemblies().ForEach{ $_.GetName().Name }'
        $child = Invoke-Child "$names -match 'Yaml|Sqlite|SQLitePCL|FlowSecrets|AWSSDK|Google'"
        $child.Output -split '\r?\n' | Sort-Object | Should -Be 'FlowSecrets', 'FlowSecrets.Core'
    }
    It 'is found by the name of a command alone' {
        $path = "'$(Split-Path (Get-ModulePath))' + [System.IO.Path]::PathSeparator + `$env:PSModulePath"
        $script = "`$env:PSModulePath = $path; (Get-FlowSecret llm-openai).State"
        & (Get-PwshPath) -NoProfile -Command $script | Should -Be 'Present'
    }
    It 'may be imported by force twice, and removed' {
        $import = "Import-Module '$(Get-ModulePath)' -Force; (Get-FlowSecret llm-openai).State"
        $remove = 'Remove-Module FlowSecrets; @(Get-Command -Module FlowSecrets).Count'
        $child = Invoke-Child "1..2 | ForEach-Object { $import }; $remove"
        $child.Output -split '\r?\n' | Should -Be 'Present', 'Present', '0'
    }
    It 'keeps the choice of three parallel runspaces apart' {
        $module, $folder, $barrier = (Get-ModulePath), $sandbox.Path, [System.Threading.Barrier]::new(3)
        $seen = 1..3 | ForEach-Object -ThrottleLimit 3 -Parallel {
            Import-Module $using:module
            $null = Connect-FlowSecretStore -Path "$using:folder/store$_.db"
            if (-not ($using:barrier).SignalAndWait(20000)) { throw 'The others did not come.' }
            $null = New-FlowSecret -StoreName own -Value (ConvertTo-SecureString "value$_" -AsPlainText -Force)
            $null = ($using:barrier).SignalAndWait(20000)
            "$_ $(Split-Path (Get-FlowSecretStore).Location -Leaf) $(Get-FlowSecretValue -StoreName own -AsPlainText)"
        }
        $seen | Sort-Object | Should -Be '1 store1.db value1', '2 store2.db value2', '3 store3.db value3'
        (Get-FlowSecretStore).Location | Should -Be $sandbox.StoreFile
    }
}

Describe 'Another <assembly> in the session' -ForEach @(
    @{ assembly = 'YamlDotNet' }
    @{ assembly = 'Microsoft.Data.Sqlite' }
    @{ assembly = 'SQLitePCLRaw.core' }
) {
    BeforeAll {
        $file = New-StandIn $assembly $sandbox.Path
        $use = "Get-FlowSecretValue llm-openai -AsPlainText; (Get-FlowSecretCatalog).Application"
        $load = "Add-Type -Path '$file'; [StandIn.Other].Assembly.FullName -replace ', Culture.*'"
    }
    It 'stays the session''s when it was there <when>' -ForEach @{ when = 'before'; first = $true }, @{ when = 'after'; first = $false } {
        $lines = (Invoke-Child ($first ? "$load; $use" : "$use; $load; $use")).Output -split '\r?\n'
        $lines | Should -Contain "$assembly, Version=0.0.9.0"
        $lines[-2..-1] | Should -Be 'value-one', 'shop'
        $lines | Should -HaveCount ($first ? 3 : 5)
    }
}
