BeforeAll {
    Import-Module $PSScriptRoot/Support.psm1 -Force
    $root = (Resolve-Path (Join-Path $PSScriptRoot .. ..)).Path
    $file = Join-Path $root docs reference public-api.txt

    function Get-ShortName([type] $Type) {
        $nullable = [Nullable]::GetUnderlyingType($Type)
        if ($nullable) { return "$(Get-ShortName $nullable)?" }
        if ($Type.IsGenericType) {
            $arguments = $Type.GetGenericArguments() | ForEach-Object { Get-ShortName $_ }
            return "$($Type.Name -replace '`\d+')<$($arguments -join ', ')>"
        }
        $Type.FullName -replace '^(System|System\.Management\.Automation|System\.Security)\.(?=\w+(\[\])?$)'
    }

    function Get-CmdletLine($Cmdlet) {
        $own = [System.Management.Automation.Cmdlet]::CommonParameters + [System.Management.Automation.Cmdlet]::OptionalCommonParameters
        "cmdlet $($Cmdlet.Name) -> $($Cmdlet.OutputType.Type.ForEach{ Get-ShortName $_ } -join ', ')"
        foreach ($parameter in $Cmdlet.Parameters.Values | Where-Object Name -NotIn $own | Sort-Object Name) {
            $attributes = @($parameter.Attributes | Where-Object { $_ -is [System.Management.Automation.ParameterAttribute] })
            $facts = @(
                $attributes | Where-Object { $_.Position -ge 0 } | ForEach-Object { "position $($_.Position)" } | Sort-Object -Unique
                if ($attributes.Where{ $_.Mandatory }) { 'mandatory' }
                if ($attributes.Where{ $_.ValueFromPipeline }) { 'pipeline' }
                if ($attributes.Where{ $_.ValueFromPipelineByPropertyName }) { 'pipeline by name' }
                if ($parameter.Aliases) { "alias $($parameter.Aliases -join ', ')" }
            )
            "  -$($parameter.Name) <$(Get-ShortName $parameter.ParameterType)>$(if ($facts) { ": $($facts -join '; ')" })"
        }
    }

    function Get-TypeLine([type] $Type) {
        if ($Type.IsEnum) { return "enum $($Type.FullName): $([enum]::GetNames($Type) -join ', ')" }
        "$($Type.IsAbstract ? 'abstract ' : '')type $($Type.FullName) : $(Get-ShortName $Type.BaseType)"
        $flags = [System.Reflection.BindingFlags] 'Public, Instance, DeclaredOnly'
        foreach ($property in $Type.GetProperties($flags) | Where-Object Name -NE EqualityContract | Sort-Object Name) {
            "  $($property.Name) <$(Get-ShortName $property.PropertyType)>"
        }
    }

    function Get-PublicApi {
        foreach ($cmdlet in Get-Command -Module FlowSecrets -CommandType Cmdlet | Sort-Object Name) { Get-CmdletLine $cmdlet }
        $assembly = [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -eq 'FlowSecrets.Core' }
        foreach ($type in $assembly.GetExportedTypes() | Sort-Object FullName) { Get-TypeLine $type }
    }
}

Describe 'The public surface' {
    It 'is what docs/reference/public-api.txt says' {
        $now = @(Get-PublicApi)
        $made = Join-Path ([System.IO.Path]::GetTempPath()) flowsecrets-public-api.txt
        [System.IO.File]::WriteAllText($made, ($now -join "`n") + "`n")
        $difference = Compare-Object @(Get-Content $file) $now | ForEach-Object { "$($_.SideIndicator) $($_.InputObject)" }
        $because = "a change of the surface is a decision. If it is meant, copy '$made' to docs/reference/public-api.txt, " +
            'and say it in CHANGELOG.md'
        $difference | Should -BeNullOrEmpty -Because $because
    }
}

Describe 'A result' {
    BeforeAll { $sandbox = New-Sandbox; Add-Secret llm-openai 'value' }
    AfterAll { Remove-Sandbox $sandbox }
    It 'has lists that can be indexed' {
        (Test-FlowSecretCatalog).Environments[1] | Should -Be second
        (Get-FlowSecretCatalog).Secrets[1].Key | Should -Be encryption-key
        (Get-FlowSecretCatalog).Secrets[2].Fields[0].Name | Should -Be host
    }
    It 'has states that ConvertTo-Json writes as words' {
        $json = Get-FlowSecret llm-openai | ConvertTo-Json | ConvertFrom-Json
        $json.State | Should -Be Present
        $json.Store | Should -Be Local
    }
    It 'reads as name and version' { "$(Get-FlowSecret llm-openai)" | Should -Be 'llm-openai (version 1)' }
    It 'is emitted by every changing cmdlet, also under -WhatIf' {
        (Set-FlowSecret llm-openai -Value (ConvertTo-Secret next) -WhatIf).Status | Should -Be Planned
        (Set-FlowSecret llm-openai -Value (ConvertTo-Secret next)).Status | Should -Be Updated
    }
    It 'has no cmdlet with -PassThru' {
        Get-Command -Module FlowSecrets | Where-Object { $_.Parameters.ContainsKey('PassThru') } | Should -BeNullOrEmpty
    }
}
