# Every cmdlet is run with a marked value while everything that PowerShell can record is recorded; then the mark is looked for.
BeforeAll {
    Import-Module $PSScriptRoot/Support.psm1 -Force
    $mark = 'CANARY-7f3a9c'
    $sandbox = New-Sandbox
    $evidence = (New-Item (Join-Path $sandbox.Path evidence) -ItemType Directory).FullName
    Set-Content ./value.txt $mark -NoNewline
    Set-Content ./in.tfvars "llm_openai = `"$mark-input`""
    Set-Content ./broken.tfvars "llm_openai = `"$mark`" + file(`"$mark`")"
    Set-Content ./broken.env "A=`"$mark"
    Set-Content ./broken.json "{ `"a`": $mark"
    Set-Content ./app.env "JWT_SECRET=$mark"
    Set-Content ./rotation.yaml @'
application: shop
prefix: turn-
default: local
environments: { local: { store: local } }
secrets:
  hand: { env: [HAND, HAND_COPY], rotate: { target: { kind: manual } }, workloads: [api] }
  carried: { rotate: { target: { kind: manual }, carriers: [{ secret: carrier }] } }
  carrier: {}
  scripted: { generate: { kind: hex, bytes: 16 }, rotate: { target: { kind: script, set: ./tell, test: ./tell } } }
workloads:
  api: { kind: kubernetes, context: flowsecrets-nowhere, namespace: shop, deployment: api }
'@
    Set-Content ./manifests.yaml @'
application: shop
environments: { cloud: { store: gcp, project: shop-canary } }
secrets: { token: { env: TOKEN, required: true } }
kubernetes: { context: flowsecrets-nowhere, secrets: { app: { from: token, data: { URL: "p://{{ token | urlencode }}@h" } } } }
'@
    Set-Content ./copy.yaml @'
application: shop
environments: { one: { store: local, path: one.db }, two: { store: local, path: two.db } }
secrets: { a: {} }
'@
    # It says all that it is told, and fails.
    Set-Content ./tell "#!/bin/sh`ncat >&2`nexit 3"
    if (-not $IsWindows) { chmod 755 ./tell }
    Set-Content ./run.ps1 @'
# Read without a cmdlet, which the trace would rightly show.
$Evidence, $Mark = $env:CANARY_EVIDENCE, [System.IO.File]::ReadAllText("$PWD/value.txt")
$VerbosePreference = $DebugPreference = $InformationPreference = 'Continue'
$ErrorActionPreference = 'Continue'
Start-Transcript "$Evidence/transcript.txt" | Out-Null
$secret = [securestring]::new(); foreach ($c in $Mark.ToCharArray()) { $secret.AppendChar($c) }
$env:CANARY = $Mark
function Step([scriptblock] $Script, [switch] $Fails) {
    $before = $Error.Count
    try { & $Script *>&1 | Out-String -Width 300 | Tee-Object "$Evidence/streams.txt" -Append | Out-Host }
    catch { $_ | Format-List * -Force | Out-String -Width 300 | Tee-Object "$Evidence/streams.txt" -Append | Out-Host }
    $ended = if ($Error.Count -gt $before) { 'failed' } else { 'done' }
    $meant = if ($Fails) { 'failed' } else { 'done' }
    "$ended $meant $Script" | Add-Content "$Evidence/steps.txt"
}
$json = [securestring]::new(); foreach ($c in "{`"host`":`"$Mark-host`"}".ToCharArray()) { $json.AppendChar($c) }
Step { Connect-FlowSecretStore -Passphrase $secret -Path ./canary.db -Verbose -Debug }
Step { Get-FlowSecretStore -Verbose -Debug }
Step { Test-FlowSecretCatalog -Verbose -Debug }
Step { Get-FlowSecretCatalog -Verbose -Debug | Format-List * }
Step { Approve-FlowSecretCatalog -Verbose -Debug }
Step { New-FlowSecretCatalog -FromEnv ./app.env -Path ./made.yaml -Verbose -Debug }
Step { New-FlowSecretValue -Verbose -Debug | Format-List * }
Step { New-FlowSecret llm-openai -Value $secret -WhatIf -Verbose -Debug }
Step { New-FlowSecret llm-openai -Value $secret -Verbose -Debug }
Step { New-FlowSecret llm-google -Path ./value.txt -Verbose -Debug }
Step { New-FlowSecret -StoreName other -FromEnvironment CANARY -Verbose -Debug }
Step { New-FlowSecret db-config -Value $json -Verbose -Debug }
Step { Set-FlowSecret db-config -Field password -Value $secret -Verbose -Debug }
Step { Set-FlowSecret other -Value $secret } -Fails
Step { Set-FlowSecret db-config -Value $secret -Verbose -Debug } -Fails
Step { Set-FlowSecret llm-openai -Field any -Value $secret -Verbose -Debug } -Fails
Step { New-FlowSecret llm-openai -Value $secret -Verbose -Debug } -Fails
Step { New-FlowSecret -StoreName 'a b' -Value $secret -Verbose -Debug } -Fails
Step { Get-FlowSecret -All -Verbose -Debug | Format-List * }
Step { Get-FlowSecretValue llm*, db-config -Verbose -Debug | Format-List * -Force }
Step { Get-FlowSecretValue llm-openai -Verbose -Debug | ConvertTo-Json -Depth 5 }
Step { Get-FlowSecretValue llm-openai -Field any -Verbose -Debug } -Fails
Step { Get-FlowSecretValue db-config -Field nowhere -Verbose -Debug } -Fails
Step { Get-FlowSecretValue llm-openai -OutFile ./out.bin -Verbose -Debug }
Step { Get-FlowSecretVersion llm-openai -Verbose -Debug | Format-List * }
Step { Test-FlowSecretAccess llm-openai -Live -Verbose -Debug | Format-List * }
Step { Get-FlowSecretAccess llm-openai -Verbose -Debug | Format-List * }
Step { Grant-FlowSecretAccess llm-openai user:dev@example.com -Verbose -Debug } -Fails
Step { Revoke-FlowSecretAccess llm-openai user:dev@example.com -Verbose -Debug } -Fails
Step { Set-FlowSecretVersion llm-openai 1 -Stage previous -Verbose -Debug }
Step { Initialize-FlowSecret -NonInteractive -InputPath ./in.tfvars -Verbose -Debug }
Step { Initialize-FlowSecret -NonInteractive -InputPath ./broken.tfvars -Verbose -Debug } -Fails
Step { Initialize-FlowSecret -NonInteractive -InputPath ./broken.env -Verbose -Debug } -Fails
Step { Initialize-FlowSecret -NonInteractive -InputPath ./broken.json -Verbose -Debug } -Fails
Step { Import-FlowSecret ./app.env -WhatIf -Verbose -Debug }
Step { Import-FlowSecret ./app.env -UpdateExisting -Verbose -Debug | Format-List * -Force }
Step { Import-FlowSecret ./broken.json -Verbose -Debug } -Fails
Step { Import-FlowSecret ./broken.env -Format Compose -Verbose -Debug } -Fails
Step { $secret | Import-FlowSecret -Format Json -Verbose -Debug } -Fails
$two = @{ CatalogPath = './copy.yaml'; Verbose = $true; Debug = $true }
Step { New-FlowSecret a -Value $secret -Environment one @two }
Step { Copy-FlowSecret -From one -To two -AllVersions -WhatIf @two }
Step { Copy-FlowSecret -From one -To two -AllVersions @two | Format-List * -Force }
Step { Copy-FlowSecret -From one -To two -AllVersions -RemoveSource -Confirm:$false @two | Format-List * -Force }
Step { $secret | Copy-FlowSecret -From one -To two @two } -Fails
Step { Sync-FlowLocalEnv -WhatIf -Verbose -Debug }
Step { Sync-FlowLocalEnv -Verbose -Debug }
Step { Sync-FlowLocalEnv ./broken.env -Verbose -Debug } -Fails
$env:TF_BUILD = $env:GITHUB_ENV = $env:GITLAB_CI = $null
Step { Export-FlowSecret -Path ./backend/.env -Force -WhatIf -Verbose -Debug }
Step { Export-FlowSecret -Path ./backend/.env -Force -Verbose -Debug | Format-List * }
Step { Export-FlowSecret llm-openai -Format Json -Verbose -Debug } -Fails
if (-not $IsWindows) {
    $tell = 'echo "o $OPENAI_API_KEY"; echo "e $OPENAI_API_KEY" >&2; exit 3'
    Step { Use-FlowSecret -Name llm-openai -Verbose -Debug -- sh -c $tell } -Fails
    Step { $said = Use-FlowSecret -Name llm-openai -Verbose -Debug -IgnoreExitCode -- sh -c $tell 2>&1; $said | Format-List * -Force }
}
Step { Use-FlowSecret -Name llm-openai -WhatIf -Verbose -Debug -- pwsh }
# What a block says is redacted; the engine's own trace of what runs inside of it is not.
Step { Use-FlowSecret -Name llm-openai -Verbose -Debug { $null = $env:OPENAI_API_KEY.Length; 'in the block' } }
Step { Export-FlowSecret llm-openai -Format GitLabDotenv -AsPlainText -Verbose -Debug } -Fails
$cloud = @{ CatalogPath = './manifests.yaml'; TrustCatalog = $true; Verbose = $true; Debug = $true }
Step { Export-FlowExternalSecret ./manifests -Offline @cloud | Format-List * }
Step { Export-FlowTerraform ./terraform -Environment local -Verbose -Debug } -Fails
Step { Get-FlowExternalSecret @cloud } -Fails
Step { Test-FlowExternalSecret @cloud | Format-List * }
Step { Sync-FlowExternalSecret @cloud } -Fails
Step { Backup-FlowSecretStore ./canary.backup -Passphrase $secret -Verbose -Debug }
Step { Restore-FlowSecretStore ./canary.backup -Passphrase $json -Force -Confirm:$false -Verbose -Debug } -Fails
Step { Restore-FlowSecretStore ./canary.backup -Passphrase $secret -Force -Confirm:$false -Verbose -Debug }
Step { Set-FlowSecretStore -NewPassphrase $secret -RotateKey -Verbose -Debug }
Step { Connect-FlowSecretStore -Passphrase $json -Path ./canary.db -Verbose -Debug } -Fails
Step { Remove-FlowSecretVersion llm-openai 1 -AllowCurrent -Confirm:$false -Verbose -Debug }
Step { Remove-FlowSecret llm-google -Confirm:$false -Verbose -Debug }
Step { Restore-FlowSecret llm-google -Verbose -Debug }
Step { Disconnect-FlowSecretStore -Verbose -Debug }
$next = [securestring]::new(); foreach ($c in "$Mark-next".ToCharArray()) { $next.AppendChar($c) }
$turn = @{ CatalogPath = './rotation.yaml'; Verbose = $true; Debug = $true }
foreach ($name in 'carried', 'carrier', 'scripted') { Step { New-FlowSecret $name -Value $secret @turn } }
Step { New-FlowSecret hand -Value $secret @turn }
Step { Invoke-FlowSecretRotation carried -Value $next -WhatIf @turn | Format-List * }
Step { Test-FlowSecretRotation carried, scripted -TrustCatalog @turn | Format-List * }
Step { Invoke-FlowSecretRotation carried -Value $next @turn | Format-List * }
Step { Get-FlowSecretRotation carried @turn | Format-List * }
Step { Invoke-FlowSecretRotation carried -Value $secret @turn } -Fails
Step { Undo-FlowSecretRotation carried @turn | Format-List * }
Step { Invoke-FlowSecretRotation scripted -Value $next -TrustCatalog @turn } -Fails
Step { Invoke-FlowSecretRotation hand -Value $next @turn } -Fails
Step { Get-FlowSecretWorkload api @turn } -Fails
Step { Restart-FlowSecretWorkload api @turn } -Fails
Step { Add-FlowSecretWorkloadBinding api hand @turn } -Fails
Step { Remove-FlowSecretWorkloadBinding api hand @turn } -Fails
$Error | Format-List * -Force | Out-String -Width 300 | Set-Content "$Evidence/errors.txt"
$Error | ForEach-Object { $_ | ConvertTo-Json -Depth 4 -WarningAction Ignore } | Set-Content "$Evidence/errors.json"
Stop-Transcript | Out-Null
'@
    $env:CANARY_EVIDENCE = $evidence
    $child = Invoke-Child "Trace-Command -Name ParameterBinding* -FilePath '$evidence/trace.txt' { ./run.ps1 }"
    Remove-Item Env:CANARY_EVIDENCE
    $child.Output | Set-Content (Join-Path $evidence console.txt)
    function Find-Mark([string] $Path) { [System.Text.Encoding]::UTF8.GetString([System.IO.File]::ReadAllBytes($Path)).Contains($mark) }
}
AfterAll { Remove-Sandbox $sandbox }

Describe 'A marked value' {
    It 'went through every cmdlet, and each step ended as it was meant to' {
        $steps = Get-Content (Join-Path $evidence steps.txt)
        $steps | Where-Object { $_ -match '^(done failed|failed done)' } | Should -BeNullOrEmpty
        foreach ($name in (Get-Command -Module FlowSecrets).Name) { $steps -match $name | Should -Not -BeNullOrEmpty -Because $name }
        $child.ExitCode | Should -Be 0
    }
    It 'is not in the <kind>' -ForEach @(
        @{ kind = 'transcript'; file = 'transcript.txt'; holds = '(?s)PowerShell transcript start.*shop-llm-openai' }
        @{ kind = 'streams, verbose and debug included'; file = 'streams.txt'; holds = 'shop-llm-openai' }
        @{ kind = 'console'; file = 'console.txt'; holds = 'What if' }
        @{ kind = 'errors in full'; file = 'errors.txt'; holds = 'SecretExists' }
        @{ kind = 'errors as JSON'; file = 'errors.json'; holds = 'SecretExists' }
        @{ kind = 'trace of parameter binding'; file = 'trace.txt'; holds = 'NewFlowSecret|New-FlowSecret' }
    ) {
        $text = Get-Content (Join-Path $evidence $file) -Raw
        $text | Should -Match $holds -Because 'an empty record proves nothing'
        $text -split '\r?\n' | Where-Object { $_.Contains($mark) } | Should -BeNullOrEmpty
    }
    It 'is in no file of the home, the store or the backup' {
        $files = @(Get-ChildItem $env:FLOWSECRETS_HOME -Recurse -File -Force) + @(Get-ChildItem ./canary.*)
        $files.Count | Should -BeGreaterThan 1
        $files | Where-Object { Find-Mark $_.FullName } | Should -BeNullOrEmpty
    }
    It 'is in the .env, the file of -OutFile and the inputs, and in no other file of the repository' {
        $found = Get-ChildItem . -Recurse -File -Force |
            Where-Object { $_.FullName -notmatch '[\\/]\.git[\\/]' -and (Find-Mark $_.FullName) }
        $expected = '.env', 'app.env', 'broken.env', 'broken.json', 'broken.tfvars', 'in.tfvars', 'out.bin', 'value.txt'
        $found.Name | Sort-Object | Should -Be $expected
    }
    It 'leaves no file of its own in the temporary folder' {
        Get-ChildItem ([System.IO.Path]::GetTempPath()) -File -Filter 'flowsecrets*' |
            Where-Object { Find-Mark $_.FullName } |
            Should -BeNullOrEmpty
    }
}

Describe 'A value that was asked for' {
    It 'comes with -AsPlainText' {
        $null = New-FlowSecret llm-openai -Path ./value.txt
        Get-FlowSecretValue llm-openai -AsPlainText | Should -BeExactly $mark
    }
    It 'is not shown by -ShowGenerated where the host is no terminal of its own, and in no stream' {
        $command = New-HostedCommand 'Initialize-FlowSecret jwt-secret -NonInteractive -ShowGenerated -Verbose -Debug *>&1'
        $output = $command.Shell.Invoke() | Out-String
        $command.Shell.Runspace.Dispose()
        $made = Get-FlowSecretValue jwt-secret -AsPlainText
        $command.Person.Shown.Contains($made) | Should -BeFalse
        $output | Should -Match 'jwt-secret'
        $output.Contains($made) | Should -BeFalse
    }
}
