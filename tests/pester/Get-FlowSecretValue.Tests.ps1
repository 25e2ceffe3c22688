BeforeAll {
    Import-Module $PSScriptRoot/Support.psm1 -Force
    Import-Module $PSScriptRoot/Writers.psm1 -Force
    $sandbox = New-Sandbox
    Add-Secret llm-openai 'value-one', 'value-two'
    Add-Secret llm-google 'value-three'
    Add-Secret db-config '{"host":"db.test","password":"value-four"}'
    $null = New-FlowSecret partner-token -NoValue
    $null = New-FlowSecret -StoreName beyond -Value (ConvertTo-Secret 'value-five')
    [byte[]] $bytes = 0, 255, 10, 13, 7
    [System.IO.File]::WriteAllBytes("$PWD/key.bin", $bytes)
    $null = New-FlowSecret -StoreName binary -Path ./key.bin
}
AfterAll { Remove-Sandbox $sandbox }

Describe 'Get-FlowSecretValue' {
    It 'gives name, version and a SecureString' {
        $read = Get-FlowSecretValue llm-openai
        $read.Name, $read.StoreName, $read.Version | Should -Be 'llm-openai', 'shop-llm-openai', '2'
        $read.Value | Should -BeOfType [securestring]
        ConvertFrom-SecureString $read.Value -AsPlainText | Should -BeExactly 'value-two'
    }
    It 'gives plain text only when asked' { Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly 'value-two' }
    It 'reads a version, and the version under a stage' {
        Get-FlowSecretValue llm-openai -Version 1 -AsPlainText | Should -BeExactly 'value-one'
        Get-FlowSecretValue llm-openai -Stage previous -AsPlainText | Should -BeExactly 'value-one'
    }
    It 'reads one field of a JSON secret' { Get-FlowSecretValue db-config -Field host -AsPlainText | Should -BeExactly 'db.test' }
    It 'reads what a wildcard matches' {
        (Get-FlowSecretValue llm*).Name | Sort-Object | Should -Be 'llm-google', 'llm-openai'
    }
    It 'takes names from the pipeline by property name' {
        Get-FlowSecret llm* | Get-FlowSecretValue -AsPlainText | Sort-Object | Should -Be 'value-three', 'value-two'
        Get-FlowSecret -All | Where-Object StoreName -EQ beyond | Get-FlowSecretValue -AsPlainText | Should -BeExactly 'value-five'
    }
    It 'reads the very version that comes down the pipeline' {
        Get-FlowSecretVersion llm-openai | Where-Object Version -EQ 1 | Get-FlowSecretValue -AsPlainText | Should -BeExactly 'value-one'
    }
    It 'gives a result whose name other cmdlets understand, also beyond the catalog' {
        (Get-FlowSecretValue -StoreName beyond | Get-FlowSecretVersion).Version | Should -Be '1'
    }
    It 'writes the very bytes to a file for its owner alone, and emits nothing' {
        Get-FlowSecretValue -StoreName binary -OutFile ./copy.bin | Should -BeNullOrEmpty
        [System.IO.File]::ReadAllBytes("$PWD/copy.bin") | Should -Be (0, 255, 10, 13, 7)
        Assert-OwnerOnly "$PWD/copy.bin"
    }
    It 'does not write through a link' -Skip:$IsWindows {
        $null = New-Item ./other.txt -Value kept; $null = New-Item -ItemType SymbolicLink ./link.txt -Target ./other.txt
        Assert-Failure FileUnsafe { Get-FlowSecretValue llm-openai -OutFile ./link.txt }
        Get-Content ./other.txt | Should -Be 'kept'
    }
    It 'writes no file where the current location, or the path, is no folder: <path>' -ForEach @(
        @{ path = './value' }
        @{ path = 'Env:value' }
    ) {
        $here = [Environment]::CurrentDirectory
        [Environment]::CurrentDirectory = $sandbox.Path
        Push-Location Env:
        try { $failures = @(Get-Failure { Get-FlowSecretValue -StoreName shop-llm-openai -OutFile $path }) }
        finally { Pop-Location; [Environment]::CurrentDirectory = $here }
        Get-ChildItem $sandbox.Path -Recurse -File -Filter value | Should -BeNullOrEmpty
        $failures | Should -HaveCount 1
    }
    It 'gives the others when one cannot be given, and then fails' {
        $read = [System.Collections.Generic.List[object]]::new()
        Assert-Failure ValueNotText { Get-FlowSecretValue -StoreName binary, shop-llm-openai | ForEach-Object { $read.Add($_) } }
        $read.StoreName | Should -Be 'shop-llm-openai'
    }
    It 'names the cause where the file''s folder is not there' {
        $failure = Get-Failure { Get-FlowSecretValue llm-openai -OutFile ./nowhere/file }
        $failure.FullyQualifiedErrorId | Should -Not -BeLike 'UnexpectedError,*'
        $failure.TargetObject | Should -BeLike '*nowhere*'
    }
    It 'refuses <what>' -ForEach @(
        @{ what = 'a name that the catalog lacks'; id = 'SecretNotInCatalog'; run = { Get-FlowSecretValue nowhere } }
        @{ what = 'a secret that the store lacks'; id = 'SecretNotFound'; run = { Get-FlowSecretValue jwt-secret } }
        @{ what = 'a container without a version'; id = 'SecretHasNoVersion'; run = { Get-FlowSecretValue partner-token } }
        @{ what = 'a version that is not there'; id = 'VersionNotFound'; run = { Get-FlowSecretValue llm-openai -Version 99 } }
        @{ what = 'a field that is not there'; id = 'FieldNotFound'; run = { Get-FlowSecretValue db-config -Field nowhere } }
        @{ what = 'a field of what is no JSON'; id = 'ValueNotJson'; run = { Get-FlowSecretValue llm-openai -Field any } }
        @{ what = 'bytes as text'; id = 'ValueNotText'; run = { Get-FlowSecretValue -StoreName binary } }
        @{ what = 'several secrets for one file'; id = 'BadArgument'; run = { Get-FlowSecretValue llm* -OutFile ./out } }
        @{ what = 'no name at all'; id = 'BadArgument'; run = { Get-FlowSecretValue } }
    ) { Assert-Failure $id $run }
    It 'shows a table without values' {
        Assert-View (Get-FlowSecretValue llm*, db-config) Name, Version, Value 'value-two', 'value-three', 'value-four'
    }
    It 'is not written down by what writes objects' {
        Assert-NotWritten (Get-FlowSecretValue llm-openai) 'value-two'
        Assert-NotWritten (Get-FlowSecretValue db-config -Field password) 'value-four'
    }
    It 'binds its value to a parameter, also in the constrained language' {
        (Get-FlowSecretValue llm-openai | Set-FlowSecret).Status | Should -Be 'Unchanged'
        $shell = [powershell]::Create()
        try {
            $constrain = '$ExecutionContext.SessionState.LanguageMode = "ConstrainedLanguage"'
            $null = $shell.AddScript("Import-Module '$(Get-ModulePath)'; $constrain").Invoke()
            $shell.Commands.Clear()
            $shell.AddScript('(New-FlowSecretValue Hex -Bytes 8).Value.Length').Invoke() | Should -Be 16
        }
        finally { $shell.Dispose() }
    }
    It 'completes names, fields, stages and versions that were listed' {
        $null = Get-FlowSecretVersion llm-openai
        Get-Completion 'Get-FlowSecretValue llm-openai -Version ' | Sort-Object | Should -Be '1', '2'
        Get-Completion 'Get-FlowSecretValue llm-openai -Stage p' | Should -Be 'pending', 'previous'
        Get-Completion 'Get-FlowSecretValue llm-o' | Should -Be 'llm-openai'
        Get-Completion 'Get-FlowSecretValue db-config -Field ' | Should -Be 'host', 'password'
    }
}
