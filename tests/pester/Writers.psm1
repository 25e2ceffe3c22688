# What writes objects down: converters, exports, format cmdlets, and the serializer of jobs and remoting.

# Nothing that writes an object down shows its value, the length of it, or that it is there; and $object.Value still works.
function Assert-NotWritten($Object, [string] $Plain) {
    $Object.Value | Should -BeOfType [securestring]
    [pscredential]::new('user', $Object.Value).GetNetworkCredential().Password | Should -BeExactly $Plain
    $Object | Select-Object -ExpandProperty Value | Should -BeOfType [securestring]
    $nested = [pscustomobject] @{ inner = @($Object); map = @{ key = $Object } }
    $file = Join-Path ([System.IO.Path]::GetTempPath()) "flowsecrets-$(New-Guid)"
    $written = try {
        foreach ($it in $Object, ($Object | Select-Object *), $nested) {
            $it | ConvertTo-Json -Depth 6
            $it | ConvertTo-Csv
            $it | ConvertTo-Html
            $it | ConvertTo-Xml -As String -Depth 6
            $it | Format-List * -Force | Out-String
            $it | Format-Custom * -Force -Depth 6 | Out-String
            $it | Format-Table * -Force | Out-String
            $it | Out-String
            "$it"
            [System.Management.Automation.PSSerializer]::Serialize($it, 6)
            $it | Export-Clixml $file -Depth 6; Get-Content $file -Raw
            $it | Export-Csv $file; Get-Content $file -Raw
        }
    }
    finally { Remove-Item $file -ErrorAction Ignore }
    $bytes = [System.Text.Encoding]::Unicode.GetBytes($Plain)
    $text = $written -join "`n"
    foreach ($form in $Plain, [Convert]::ToHexString($bytes), [Convert]::ToBase64String($bytes), 'SecureString', '<SS', '"Length"') {
        $text.Contains($form, 'OrdinalIgnoreCase') | Should -BeFalse -Because "'$($form.Substring(0, 3))…' must not be written"
    }
    Compare-Object ($Object | ConvertTo-Json | ConvertFrom-Json).psobject.Properties.Name ($Object.GetType().GetProperties().Name) |
        Should -BeNullOrEmpty
}

Export-ModuleMember -Function *
