<#
.SYNOPSIS
    Names the ten slowest test classes of a trx file, with their tests' time in seconds.
#>
param([Parameter(Mandatory)] [string] $Path)

$run = ([xml] (Get-Content $Path -Raw)).TestRun
$classes = @{}
foreach ($test in $run.TestDefinitions.UnitTest) { $classes[$test.id] = $test.TestMethod.className }
Write-Host 'The ten slowest test classes, in seconds:'
$run.Results.UnitTestResult | Group-Object { $classes[$_.testId] } | ForEach-Object {
    $seconds = $_.Group | ForEach-Object { ([timespan] ($_.duration ?? '0')).TotalSeconds } | Measure-Object -Sum
    [pscustomobject] @{ Name = $_.Name; Seconds = $seconds.Sum }
} | Sort-Object Seconds -Descending | Select-Object -First 10 | ForEach-Object { Write-Host ('{0,8:n1}  {1}' -f $_.Seconds, $_.Name) }
