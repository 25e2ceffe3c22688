# What the Pester files share: the module under test, a folder of its own for each file, and the ways to look at results.
$script:root = Split-Path (Split-Path $PSScriptRoot)
$script:module = $env:FLOWSECRETS_MODULE ? $env:FLOWSECRETS_MODULE : (Join-Path $root out FlowSecrets)
# The program beside the assembly is there in the .NET tool too; it finds the runtime of the dotnet that runs this process.
$script:pwsh = Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')
if ((Split-Path ([Environment]::ProcessPath) -LeafBase) -eq 'dotnet') { $env:DOTNET_ROOT = Split-Path ([Environment]::ProcessPath) }
$script:ours = 'HOME', 'ENVIRONMENT', 'CATALOG', 'TRUSTED_CATALOG', 'PASSPHRASE', 'PASSPHRASE_FILE'
$script:variables = @($ours | ForEach-Object { "FLOWSECRETS_$_" }) +
    @(
        'GOOGLE_CLOUD_PROJECT', 'GOOGLE_APPLICATION_CREDENTIALS', 'GOOGLE_OAUTH_ACCESS_TOKEN'
        'CLOUDSDK_CORE_PROJECT', 'CLOUDSDK_CONFIG', 'CLOUDSDK_AUTH_ACCESS_TOKEN_FILE', 'CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER'
        'AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE', 'AWS_ENDPOINT_URL', 'AWS_CONFIG_FILE'
        'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'
    )
Import-Module $module -Global

# One secret of each sort: generated, encryption, JSON, optional, required by nobody, external.
$script:catalog = @'
application: shop
prefix: shop-
default: local
environments:
  local: { store: local }
  second: { store: local, prefix: second- }
secrets:
  jwt-secret:
    description: Signing key
    category: core
    env: JWT_SECRET
    required: true
    generate: { kind: base64, bytes: 48 }
    local: dev-jwt
  encryption-key: { category: core, env: ENCRYPTION_KEY, usage: encryption, generate: { kind: hex, bytes: 32 } }
  db-config:
    category: database
    fields:
      host: { prompt: Database host, sensitive: false, default: localhost, env: DB_HOST, local: localhost }
      password: { env: DB_PASSWORD, generate: { kind: password, length: 24 } }
  llm-openai: { category: llm, env: OPENAI_API_KEY }
  llm-google: { category: llm, env: GOOGLE_API_KEY }
  partner-token: { category: other, owner: external }
localEnv:
  path: backend/.env
  variables: { NODE_ENV: development, DATABASE_URL: "db://{{ db-config.host }}" }
'@

function Get-ModulePath { $module }
function Get-PwshPath { $pwsh }

# A repository with a catalog, and a home for stores and keys; nothing of the user's own is touched.
# Its catalog is trusted, as in a CI job of one's own, unless the test is about trust.
function New-Sandbox([string] $Catalog = $script:catalog, [switch] $Untrusted) {
    $path = [System.IO.Directory]::CreateTempSubdirectory('flowsecrets-pester-').FullName
    $before = @{}
    foreach ($name in $variables) {
        $before[$name] = [Environment]::GetEnvironmentVariable($name)
        [Environment]::SetEnvironmentVariable($name, $null)
    }
    $env:FLOWSECRETS_HOME = Join-Path $path home
    $env:CLOUDSDK_CONFIG = Join-Path $path gcloud
    $env:AWS_CONFIG_FILE = Join-Path $path aws-config
    $repository = (New-Item (Join-Path $path repository) -ItemType Directory).FullName
    git init --quiet $repository
    if ($Catalog) { Set-Content (Join-Path $repository flowsecrets.yaml) $Catalog }
    Set-Content (Join-Path $repository .gitignore) ".env`n"
    if (-not $Untrusted) { $env:FLOWSECRETS_TRUSTED_CATALOG = Join-Path $repository flowsecrets.yaml }
    Push-Location $repository -StackName sandbox
    [pscustomobject] @{ Path = $path; Repository = $repository; StoreFile = Join-Path $path home data flowsecrets.db; Before = $before }
}

function Remove-Sandbox($Sandbox) {
    Disconnect-FlowSecretStore
    Pop-Location -StackName sandbox
    foreach ($name in $variables) { [Environment]::SetEnvironmentVariable($name, $Sandbox.Before[$name]) }
    Remove-Item $Sandbox.Path -Recurse -Force
}

function ConvertTo-Secret([string] $Text) { ConvertTo-SecureString $Text -AsPlainText -Force }

# The error records of a script block, those that end it included.
function Get-Failure([scriptblock] $Script) {
    try { & $Script 2>&1 | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] } }
    catch { $_ }
}

# What an error's id says before the comma, of each error.
function Get-FailureId([scriptblock] $Script) { Get-Failure $Script | ForEach-Object { $_.FullyQualifiedErrorId -replace ',.*' } }

# It fails with this id, and says of what and what to do about it.
function Assert-Failure([string] $Id, [scriptblock] $Script) {
    $failure = Get-Failure $Script | Select-Object -Last 1
    $failure.FullyQualifiedErrorId | Should -BeLike "$Id,*"
    $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    $failure.TargetObject | Should -Not -BeNullOrEmpty -Because 'an error names its target'
}

# The view has all its columns within 100, and none of the values.
function Assert-View([object[]] $Objects, [string[]] $Header, [string[]] $Value = @()) {
    $Objects | Should -Not -BeNullOrEmpty
    $text = $Objects | Out-String -Width 100
    foreach ($line in $text -split '\r?\n') { ($line -replace '\e\[[0-9;]*m').Length | Should -BeLessOrEqual 100 }
    foreach ($name in $Header) { $text | Should -Match "(?m)\b$name\b" }
    foreach ($secret in $Value) { $text | Should -Not -Match ([regex]::Escape($secret)) }
}

# Nobody but its owner can read or write the file.
function Assert-OwnerOnly([string] $Path) {
    if (-not $IsWindows) { [System.IO.File]::GetUnixFileMode($Path) | Should -Be ([System.IO.UnixFileMode] 'UserRead, UserWrite') }
}

# How much a cmdlet says that it changes; 'High' asks before each effect.
function Get-ConfirmImpact([string] $Command) {
    $attribute = (Get-Command $Command).ImplementingType.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $true)
    $attribute.ConfirmImpact
}

# Replaces text in the catalog of the current location.
function Edit-Catalog([string] $Pattern, [string] $Replacement) {
    (Get-Content ./flowsecrets.yaml -Raw) -replace $Pattern, $Replacement | Set-Content ./flowsecrets.yaml
}

# Another assembly of this name, with the type StandIn.Other; the path of its file.
function New-StandIn([string] $Assembly, [string] $Folder) {
    $file = Join-Path $Folder "$Assembly.dll"
    $name = [System.Reflection.AssemblyName] "$Assembly, Version=0.0.9.0"
    $builder = [System.Reflection.Emit.PersistedAssemblyBuilder]::new($name, [object].Assembly)
    $null = $builder.DefineDynamicModule($Assembly).DefineType('StandIn.Other', 'Public').CreateType()
    $builder.Save($file)
    $file
}

function Get-Completion([string] $Line) { (TabExpansion2 $Line $Line.Length).CompletionMatches.CompletionText }

# Runs a script in a pwsh of its own that has the module; the exit code and all its output.
function Invoke-Child([string] $Script, [string[]] $Argument = @()) {
    $file = Join-Path ([System.IO.Path]::GetTempPath()) "flowsecrets-$(New-Guid).ps1"
    Set-Content $file "Import-Module '$module'`n$Script"
    try {
        $output = & $pwsh -NoProfile @Argument -File $file 2>&1 | Out-String
        [pscustomobject] @{ ExitCode = $LASTEXITCODE; Output = $output.Trim() }
    }
    finally { Remove-Item $file }
}

# A secret with these values, one version each.
function Add-Secret([string] $Name, [string[]] $Value = 'value') {
    $null = New-FlowSecret $Name -Value (ConvertTo-Secret $Value[0])
    foreach ($next in $Value | Select-Object -Skip 1) { $null = Set-FlowSecret $Name -Value (ConvertTo-Secret $next) }
}

# A command in a runspace of its own, before a person who gives these answers; not yet begun.
function New-HostedCommand([string] $Script, [string[]] $Answer = @(), [int] $Delay = 0) {
    if (-not ('FlowSecrets.PesterSupport.QueuedHost' -as [type])) { Add-Type -Path $PSScriptRoot/QueuedHost.cs }
    $person = [FlowSecrets.PesterSupport.QueuedHost]::new($Answer, $Delay)
    $state = [initialsessionstate]::CreateDefault2()
    $state.ImportPSModule($module)
    $runspace = [runspacefactory]::CreateRunspace($person, $state)
    $runspace.Open()
    $shell = [powershell]::Create($runspace)
    $null = $shell.AddScript("Set-Location '$PWD'").Invoke()
    $shell.Commands.Clear()
    $null = $shell.AddScript($Script)
    [pscustomobject] @{ Shell = $shell; Person = $person.Person }
}

# The same, run to its end: what came out, what was shown, and the errors' ids.
function Invoke-Hosted([string] $Script, [string[]] $Answer = @()) {
    $command = New-HostedCommand $Script $Answer
    $failures = @()
    try { $output = $command.Shell.Invoke() } catch { $failures = @($_.Exception.InnerException.ErrorRecord) }
    $failures = @($command.Shell.Streams.Error) + $failures
    $command.Shell.Runspace.Dispose()
    [pscustomobject] @{ Output = $output; Person = $command.Person; Failure = $failures; Progress = @($command.Shell.Streams.Progress) }
}

# Servers for both clouds on this machine, and the variables that lead to them; the variables before come back with Stop-Fake.
function Start-Fake([string[]] $Argument = @()) {
    $built = Join-Path $root tests FlowSecrets.CloudFakes bin Release net10.0 FlowSecrets.CloudFakes.dll
    $program = $env:FLOWSECRETS_FAKES ? $env:FLOWSECRETS_FAKES : $built
    $ready = Join-Path ([System.IO.Path]::GetTempPath()) "flowsecrets-fakes-$(New-Guid).json"
    $arguments = @($program, 'both', '--parent', $PID, '--ready-file', $ready) + $Argument
    $start = [System.Diagnostics.ProcessStartInfo]::new('dotnet', [string[]] $arguments)
    $start.RedirectStandardOutput = $true
    $process = [System.Diagnostics.Process]::Start($start)
    $process.BeginOutputReadLine()
    for ($i = 0; $i -lt 3000 -and -not (Test-Path $ready); $i++) { Start-Sleep -Milliseconds 10 }
    $at = Get-Content $ready -Raw | ConvertFrom-Json
    $set = @{
        CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER = $at.gcp
        GOOGLE_CLOUD_PROJECT = 'flow-test'
        AWS_ENDPOINT_URL = $at.aws
        AWS_ACCESS_KEY_ID = 'test'
        AWS_SECRET_ACCESS_KEY = 'test'
        AWS_REGION = 'eu-west-1'
        AWS_EC2_METADATA_DISABLED = 'true'
    }
    $before = @{}
    foreach ($name in $set.Keys) {
        $before[$name] = [Environment]::GetEnvironmentVariable($name)
        [Environment]::SetEnvironmentVariable($name, $set[$name])
    }
    [pscustomobject] @{ Process = $process; Ready = $ready; Gcp = $at.gcp; Aws = $at.aws; Before = $before }
}

function Stop-Fake($Fake) {
    foreach ($name in $Fake.Before.Keys) { [Environment]::SetEnvironmentVariable($name, $Fake.Before[$name]) }
    $Fake.Process.Kill()
    Remove-Item $Fake.Ready -ErrorAction Ignore
}

# Two secrets in both clouds of a shop, whose servers decide who may what as the clouds do; 'stripe-key' is in none yet.
function New-AccessScene {
    $sandbox = New-Sandbox @'
application: shop
prefix: shop-
default: production
environments:
  local: { store: local }
  production: { store: gcp, project: flow-test }
  staging: { store: gcp, project: flow-staging }
  dr: { store: aws, region: eu-west-1 }
secrets:
  jwt-secret: { env: JWT_SECRET }
  db-config: { env: DB_CONFIG, workloads: [web] }
  stripe-key: { env: STRIPE_KEY }
workloads:
  web: { kind: cloudrun, region: us-central1, service: web }
access:
  - { principal: "serviceAccount:eso@flow-test.iam.gserviceaccount.com", role: reader, secrets: ["*"] }
  - { principal: "arn:aws:iam::123456789012:role/api", role: reader, secrets: [jwt-secret] }
'@
    $fake = Start-Fake
    foreach ($environment in 'production', 'dr') {
        foreach ($name in 'jwt-secret', 'db-config') {
            $null = New-FlowSecret $name -Environment $environment -Value (ConvertTo-Secret 'a value')
        }
    }
    [pscustomobject] @{
        Sandbox = $sandbox
        Fake = $fake
        Api = 'serviceAccount:api@flow-test.iam.gserviceaccount.com'
        Role = 'arn:aws:iam::123456789012:role/api'
        StoreFile = $sandbox.StoreFile
    }
}
function Remove-AccessScene($Scene) {
    Stop-Fake $Scene.Fake
    Remove-Sandbox $Scene.Sandbox
}
# Asks Google as somebody, until the session is disconnected.
function Use-Member([string] $Member) {
    $null = Connect-FlowSecretStore -Environment production -AccessToken (ConvertTo-Secret "as:$Member")
}

# A shop whose secrets are rotated: one of each sort, with a value each; scripts (sh) that write down what they were asked for.
function New-RotationScene {
    $sandbox = New-Sandbox @'
application: shop
prefix: shop-
default: local
environments:
  local: { store: local }
secrets:
  jwt-secret: { env: [JWT_SECRET, JWT_SECRET_COPY], generate: { kind: base64, bytes: 48 }, rotate: { every: 90d }, workloads: [] }
  quick: { env: QUICK, generate: { kind: hex, bytes: 16 }, rotate: { overlap: 1s } }
  old: { env: OLD, generate: { kind: hex, bytes: 16 }, rotate: { every: 1s } }
  db-config:
    fields: { user: { sensitive: false, env: DB_USER }, password: { env: DB_PASSWORD, generate: { kind: password, length: 24 } } }
    rotate: { carriers: [{ secret: db-password }, { secret: db-copy, password: pass }] }
  db-password: { env: PGPASSWORD }
  db-copy: { fields: { pass: { env: COPY_PASSWORD }, pool: { sensitive: false } } }
  api-key: { env: API_KEY, rotate: { target: { kind: manual } } }
  scripted:
    env: SCRIPTED
    generate: { kind: hex, bytes: 16 }
    rotate: { target: { kind: script, set: ops/set, test: ops/test, revoke: ops/revoke } }
  encryption-key: { env: ENCRYPTION_KEY, usage: encryption, generate: { kind: hex, bytes: 32 }, rotate: { every: 90d } }
  partner-token: { env: PARTNER_TOKEN, owner: external }
  plain: { env: PLAIN, generate: { kind: hex, bytes: 16 } }
'@ -Untrusted
    $null = New-Item ops -ItemType Directory
    foreach ($operation in 'set', 'test', 'revoke') { Set-Script $operation }
    $values = @{
        'db-config' = '{"user":"app","password":"old-db-password"}'
        'db-password' = 'old-db-password'
        'db-copy' = '{"pass":"old-db-password","pool":"5"}'
    }
    $names = @(
        'jwt-secret', 'quick', 'old', 'db-config', 'db-password', 'db-copy'
        'api-key', 'scripted', 'encryption-key', 'partner-token', 'plain'
    )
    foreach ($name in $names) {
        $null = New-FlowSecret $name -Value (ConvertTo-Secret ($values[$name] ?? "old-$name"))
    }
    $sandbox
}

# The shop's script for one operation; with 'scene.log' as the account of what was run.
function Set-Script([string] $Operation, [int] $ExitCode = 0, [string] $Body = '') {
    $body = $Body ? $Body : "cat > last-$Operation.json"
    # What was revoked is not accepted any more.
    $before = $Operation -eq 'test' ? 'grep -qxF "$value" revoked.log 2>/dev/null && exit 10' : ''
    $after = $Operation -eq 'revoke' ? 'echo "$value" >> revoked.log' : ''
    $read = 'input=$(cat); value=$(printf "%s" "$input" | sed ''s/.*"value":"\([^"]*\)".*/\1/'')'
    $run = 'printf "%s\n" "$input" | {', $body, '} || exit $?'
    $lines = @('#!/bin/sh', "echo $Operation >> scene.log", $read, $before) + $run + @($after, "exit $ExitCode")
    Set-Content "ops/$Operation" ($lines -join "`n")
    chmod 755 "ops/$Operation"
}
function Get-ScriptRun { if (Test-Path ops/scene.log) { Get-Content ops/scene.log } }

# A shop whose workloads run in a cluster that is not there.
function New-WorkloadScene {
    $sandbox = New-Sandbox @'
application: shop
prefix: shop-
default: local
environments:
  local: { store: local }
secrets:
  jwt-secret: { env: [JWT_SECRET, JWT_SECRET_COPY], workloads: [api, worker] }
  db-config: { fields: { host: { sensitive: false, env: DB_HOST }, password: { env: [DB_PASSWORD, PGPASSWORD] } }, workloads: [api] }
  session: { env: SESSION_SECRET, workloads: [api] }
  nameless: {}
workloads:
  api: { kind: kubernetes, context: flowsecrets-nowhere, namespace: shop, deployment: api }
  worker: { kind: kubernetes, context: flowsecrets-nowhere, namespace: shop, deployment: worker }
'@
    foreach ($name in 'jwt-secret', 'session') { $null = New-FlowSecret $name -Value (ConvertTo-Secret "old-$name") }
    $empty = (New-Item (Join-Path $sandbox.Path empty) -ItemType Directory).FullName
    $sandbox | Add-Member Empty $empty -PassThru | Add-Member PathBefore $env:PATH -PassThru
}
# kubectl that is not there.
function Hide-Kubectl($Scene) { $env:PATH = $Scene.Empty }
# kubectl that knows no context, as the real one says it.
function Set-Kubectl($Scene) {
    $folder = (New-Item (Join-Path $Scene.Path bin) -ItemType Directory -Force).FullName
    Set-Content "$folder/kubectl" @(
        '#!/bin/sh'
        "echo `"`$@`" >> '$folder/kubectl.log'"
        "echo 'error: context `"flowsecrets-nowhere`" does not exist' >&2"
        'exit 1'
    )
    chmod 755 "$folder/kubectl"
    $env:PATH = $folder + [System.IO.Path]::PathSeparator + $Scene.PathBefore
    "$folder/kubectl.log"
}
function Remove-WorkloadScene($Scene) {
    $env:PATH = $Scene.PathBefore
    Remove-Sandbox $Scene
}

# A namespace with two ExternalSecrets, one of which fails, as a kubectl shows them that writes down what it was asked for.
function New-ExternalSecretScene([switch] $Untrusted) {
    $scene = New-Sandbox -Untrusted:$Untrusted @'
application: shop
environments:
  local: { store: local }
secrets:
  db: { env: DB }
kubernetes: { namespace: shop, context: prod, secrets: { db: { from: db }, llm: { from: db } } }
'@
    $folder = (New-Item (Join-Path $scene.Path bin) -ItemType Directory -Force).FullName
    $object = {
        param([string] $Name, [string] $Status, [string] $Reason, [string] $Message)
        @{
            apiVersion = 'external-secrets.io/v1'; kind = 'ExternalSecret'
            metadata = @{ name = $Name; namespace = 'shop' }
            spec = @{
                secretStoreRef = @{ name = 'main'; kind = 'ClusterSecretStore' }; refreshInterval = '1h'
                data = @(@{ secretKey = 'DB'; remoteRef = @{ key = $Name; version = '3' } })
            }
            status = @{
                refreshTime = [datetime]::UtcNow.AddMinutes(-5).ToString('yyyy-MM-ddTHH:mm:ssZ')
                conditions = @(@{ type = 'Ready'; status = $Status; reason = $Reason; message = $Message })
            }
        }
    }
    $all = @(
        & $object db True SecretSynced 'secret synced'
        & $object llm False SecretSyncedError 'could not get secret data from provider'
    )
    $warning = @{
        involvedObject = @{ kind = 'ExternalSecret'; name = 'llm' }; type = 'Warning'; lastTimestamp = '2026-01-01T00:00:00Z'
        message = "boom $([char] 27)[31m##vso[task.complete]"
    }
    @{ items = $all } | ConvertTo-Json -Depth 9 | Set-Content "$folder/externalsecrets.json"
    $all[0] | ConvertTo-Json -Depth 9 | Set-Content "$folder/one.json"
    @{ items = @($warning) } | ConvertTo-Json -Depth 9 | Set-Content "$folder/events.json"
    Set-Content "$folder/kubectl" @(
        '#!/bin/sh'
        "echo `"`$@`" >> '$folder/kubectl.log'"
        "case `"`$*`" in"
        "*'-- externalsecrets.external-secrets.io') cat '$folder/externalsecrets.json';;"
        "*'-- externalsecrets.external-secrets.io db') cat '$folder/one.json';;"
        "*'-- events') cat '$folder/events.json';;"
        "*'-- secrets') printf 'S db\nO true ExternalSecret db\nK DB\n';;"
        "*annotate*) ;;"
        '*) echo ''{ "items": [] }'';;'
        'esac'
    )
    chmod 755 "$folder/kubectl"
    $before = $env:PATH
    $env:PATH = $folder + [System.IO.Path]::PathSeparator + $env:PATH
    $empty = (New-Item (Join-Path $scene.Path empty) -ItemType Directory).FullName
    $scene | Add-Member PathBefore $before -PassThru | Add-Member Empty $empty -PassThru | Add-Member Log "$folder/kubectl.log" -PassThru
}

Export-ModuleMember -Function *
