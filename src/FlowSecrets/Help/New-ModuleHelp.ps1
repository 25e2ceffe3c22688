<#
.SYNOPSIS
    Makes the module's help (MAML) of the built assembly and the comments in its code, so that both have one source.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Module,
    [Parameter(Mandatory)] [string] $Documentation
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest
$members = @{}
foreach ($member in ([xml](Get-Content $Documentation -Raw)).doc.members.member) { $members[$member.name] = $member }

function Get-Text([string] $Id, [string] $Tag) {
    $node = $members[$Id]?.SelectSingleNode($Tag)
    if (-not $node) { throw "The code has no <$Tag> for $Id." }
    ($node.InnerText -replace '\s+', ' ').Trim()
}

Import-Module $Module
$common = [System.Management.Automation.Cmdlet]::CommonParameters
# PowerShell's own, which no code comment describes.
$own = @{ WhatIf = 'Show what would be done, and do nothing.'; Confirm = 'Ask before each effect; -Confirm:$false asks nothing.' }
$settings = [System.Xml.XmlWriterSettings] @{ Indent = $true; Encoding = [System.Text.UTF8Encoding]::new($false); NewLineChars = "`n" }
$folder = New-Item (Join-Path $Module en-US) -ItemType Directory -Force
$xml = [System.Xml.XmlWriter]::Create((Join-Path $folder FlowSecrets.dll-Help.xml), $settings)
$ns = @{
    maml = 'http://schemas.microsoft.com/maml/2004/10'
    command = 'http://schemas.microsoft.com/maml/dev/command/2004/10'
    dev = 'http://schemas.microsoft.com/maml/dev/2004/10'
}

function Write-Node([string] $Name, [scriptblock] $Content) {
    $prefix, $local = $Name -split ':'
    $xml.WriteStartElement($prefix, $local, $ns[$prefix])
    & $Content
    $xml.WriteEndElement()
}
function Write-Text([string] $Name, [string] $Text) { Write-Node $Name { $xml.WriteString($Text) } }
function Write-Paragraph([string] $Name, [string] $Text) { Write-Node $Name { Write-Text maml:para $Text } }

function Get-TypeName([type] $Type) {
    $inner = [Nullable]::GetUnderlyingType($Type) ?? $Type
    $inner.Name
}

function Write-Parameter($Parameter, $Property) {
    Write-Node command:parameter {
        $pipeline = @(
            if ($Parameter.ValueFromPipeline) { 'ByValue' }
            if ($Parameter.ValueFromPipelineByPropertyName) { 'ByPropertyName' }
        )
        $xml.WriteAttributeString('required', "$($Parameter.IsMandatory)".ToLowerInvariant())
        $globbing = [bool] ($Parameter.Attributes | Where-Object { $_ -is [System.Management.Automation.SupportsWildcardsAttribute] })
        $xml.WriteAttributeString('globbing', "$globbing".ToLowerInvariant())
        $xml.WriteAttributeString('pipelineInput', $(if ($pipeline) { "true ($($pipeline -join ', '))" } else { 'false' }))
        $xml.WriteAttributeString('position', $(if ($Parameter.Position -ge 0) { "$($Parameter.Position)" } else { 'named' }))
        Write-Text maml:name $Parameter.Name
        $summary = $own[$Parameter.Name] ??
            (Get-Text "P:$($Property.DeclaringType.FullName).$($Property.Name)" summary)
        Write-Paragraph maml:description $summary
        if ($Parameter.ParameterType -ne [System.Management.Automation.SwitchParameter]) {
            Write-Node command:parameterValue {
                $xml.WriteAttributeString('required', 'true')
                $xml.WriteString((Get-TypeName $Parameter.ParameterType))
            }
        }
        Write-Node dev:type { Write-Text maml:name (Get-TypeName $Parameter.ParameterType) }
    }
}

$xml.WriteStartElement('helpItems')
$xml.WriteAttributeString('schema', 'maml')
foreach ($cmdlet in Get-Command -Module FlowSecrets | Sort-Object Name) {
    $type = $cmdlet.ImplementingType
    $id = "T:$($type.FullName)"
    Write-Node command:command {
        Write-Node command:details {
            Write-Text command:name $cmdlet.Name
            Write-Paragraph maml:description (Get-Text $id summary)
            Write-Text command:verb $cmdlet.Verb
            Write-Text command:noun $cmdlet.Noun
        }
        Write-Paragraph maml:description ((Get-Text $id summary) + ' ' + (Get-Text $id remarks))
        Write-Node command:syntax {
            foreach ($set in $cmdlet.ParameterSets) {
                Write-Node command:syntaxItem {
                    Write-Text maml:name $cmdlet.Name
                    foreach ($parameter in $set.Parameters | Where-Object Name -notin $common) {
                        Write-Parameter $parameter $type.GetProperty($parameter.Name)
                    }
                }
            }
        }
        Write-Node command:parameters {
            $seen = @{}
            foreach ($parameter in $cmdlet.ParameterSets.Parameters | Where-Object Name -notin $common) {
                if ($seen[$parameter.Name]) { continue }
                $seen[$parameter.Name] = $true
                Write-Parameter $parameter $type.GetProperty($parameter.Name)
            }
        }
        Write-Node command:returnValues {
            foreach ($output in $cmdlet.OutputType) {
                Write-Node command:returnValue { Write-Node dev:type { Write-Text maml:name $output.Name } }
            }
        }
        Write-Node command:examples {
            $examples = @($members[$id].SelectNodes('example'))
            if ($examples.Count -lt 2) { throw "$($cmdlet.Name) needs two examples." }
            for ($i = 0; $i -lt $examples.Count; $i++) {
                Write-Node command:example {
                    Write-Text maml:title "Example $($i + 1)"
                    Write-Text dev:code $examples[$i].SelectSingleNode('code').InnerText.Trim()
                    Write-Paragraph dev:remarks (($examples[$i].SelectSingleNode('summary').InnerText -replace '\s+', ' ').Trim())
                }
            }
        }
    }
}
$xml.WriteEndElement()
$xml.Dispose()
