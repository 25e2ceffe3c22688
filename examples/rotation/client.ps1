# An application: it reads its login from the store and logs in, again and again, until the file $Stop is there or process $Parent
# has ended. One line for each login: the time, ok or REFUSED, the user.
param([string] $Module, [string] $Environment, [string] $Log, [string] $Stop, [int] $Parent)

Import-Module $Module
while (-not (Test-Path $Stop) -and (Get-Process -Id $Parent -ErrorAction Ignore)) {
    $login = (Get-FlowSecretValue db-config -Environment $Environment -AsPlainText) | ConvertFrom-Json
    $env:PGPASSWORD = $login.password
    $who = & psql -XqtA -h $login.host -p $login.port -U $login.user -d $login.database -c 'select current_user' 2>$null
    Add-Content $Log "$(Get-Date -Format HH:mm:ss.ff) $(if ($LASTEXITCODE) { 'REFUSED' } else { 'ok' }) $($login.user) $who"
}
