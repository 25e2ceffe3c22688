#!/usr/bin/env bash
# A Local store of SECRETS (10,000): listing, and one read, warm, in one pwsh process; medians of RUNS (10).
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/common.sh
module=$PWD/out/FlowSecrets
[ -f "$module/FlowSecrets.psd1" ] || { echo "Build first: dotnet pwsh ./build.ps1 Build" >&2; exit 1; }
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
FLOWSECRETS_HOME=$work/home SECRETS=${SECRETS:-10000} RUNS=${RUNS:-10} MODULE=$module pwsh -NoProfile -c '
  Import-Module $env:MODULE
  $count = [int] $env:SECRETS; $runs = [int] $env:RUNS
  function Median($times) {
    $sorted = $times | Sort-Object
    ($sorted[[math]::Floor(($runs - 1) / 2)] + $sorted[[math]::Floor($runs / 2)]) / 2
  }
  $secrets = 1..$count | ForEach-Object { "  s-${_}: { generate: { kind: hex } }`n" }
  $text = "application: bench`nenvironments: { local: { store: local } }`nsecrets:`n" + (-join $secrets)
  Set-Content flowsecrets.yaml $text -NoNewline
  $fill = (Measure-Command { $null = Initialize-FlowSecret -NonInteractive 6>$null }).TotalSeconds
  Remove-Item flowsecrets.yaml
  if (@(Get-FlowSecret -All).Count -ne $count) { throw "The store does not hold $count secrets." }
  $list = 1..$runs | ForEach-Object { (Measure-Command { $null = Get-FlowSecret -All }).TotalMilliseconds }
  $null = Get-FlowSecretValue -StoreName s-1
  $read = 1..$runs | ForEach-Object {
    $name = "s-$(Get-Random -Minimum 1 -Maximum $count)"
    (Measure-Command { $null = Get-FlowSecretValue -StoreName $name }).TotalMilliseconds
  }
  $format = "{0} secrets: filled in {1:n1} s | list {2:n1} ms | one read {3:n2} ms | medians of {4}"
  $format -f $count, $fill, (Median $list), (Median $read), $runs
'
