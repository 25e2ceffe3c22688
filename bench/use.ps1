# What Use-FlowSecret costs beside the program by itself: output that is copied, output that is captured, and a start. 50 secrets in a local
# store of its own. usage: pwsh -NoProfile -File bench/use.ps1 MODULE > /dev/null   (figures go to the standard error)
param([Parameter(Mandatory)] [string] $Module, [int] $Runs = 3)
$ErrorActionPreference = 'Stop'
$folder = (New-Item (Join-Path ([System.IO.Path]::GetTempPath()) "flowsecrets-bench-$(New-Guid)") -ItemType Directory).FullName
Set-Location $folder
try {
    $env:FLOWSECRETS_HOME = Join-Path $folder home
    Import-Module $Module
    $keys = 0..49 | ForEach-Object { "key-$_" }
    $lines = @('application: bench', 'environments: { dev: { store: local } }', 'secrets:') + ($keys | ForEach-Object { "  ${_}: {}" })
    Set-Content ./flowsecrets.yaml $lines
    foreach ($key in $keys) {
        $value = ConvertTo-SecureString "Va/l+ue='`"<$key>&$([guid]::NewGuid().ToString('N'))" -AsPlainText -Force
        $null = New-FlowSecret $key -Value $value
    }

    $random = [Random]::new(5)
    $letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 {}":,/-_.'.ToCharArray()
    $words = foreach ($i in 1..2000) {
        -join (1..$random.Next(40, 160) | ForEach-Object { $letters[$random.Next($letters.Length)] })
    }
    $writer = [System.IO.StreamWriter]::new("$folder/big.txt")
    while ($writer.BaseStream.Position -lt 100MB) { foreach ($word in $words) { $writer.Write($word); $writer.Write("`n") } }
    $writer.Dispose()

    function Show([string] $Name, [long[]] $Times) {
        [Console]::Error.WriteLine("$Name $(($Times | Sort-Object)[[int] ($Times.Count / 2 - 0.5)]) ms ($($Times -join ', '))")
    }
    $program = (Get-Command cat -CommandType Application | Select-Object -First 1).Source
    $nothing = (Get-Command true -CommandType Application | Select-Object -First 1).Source
    Use-FlowSecret -- $nothing; & $nothing
    $times = @{ own = @(); use = @(); ownCaptured = @(); useCaptured = @(); ownStart = @(); useStart = @() }
    foreach ($run in 1..$Runs) {
        $watch = [Diagnostics.Stopwatch]::StartNew(); & $program "$folder/big.txt"; $times.own += $watch.ElapsedMilliseconds
        $watch.Restart(); Use-FlowSecret -- $program "$folder/big.txt"; $times.use += $watch.ElapsedMilliseconds
        $watch.Restart(); $null = & $program "$folder/big.txt"; $times.ownCaptured += $watch.ElapsedMilliseconds
        $watch.Restart(); $null = Use-FlowSecret -- $program "$folder/big.txt"; $times.useCaptured += $watch.ElapsedMilliseconds
        $watch.Restart(); & $nothing; $times.ownStart += $watch.ElapsedMilliseconds
        $watch.Restart(); Use-FlowSecret -- $nothing; $times.useStart += $watch.ElapsedMilliseconds
    }
    foreach ($name in $times.Keys | Sort-Object) { Show $name $times[$name] }
}
finally {
    Set-Location /
    Remove-Item $folder -Recurse -Force
}
