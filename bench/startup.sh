#!/usr/bin/env bash
# Whole processes side by side, medians of RUNS (10): bare pwsh, importing the module, and Sync-FlowLocalEnv of SECRETS (200)
# from a Local store, with a key file and with a passphrase. Everything in a temporary folder.
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/common.sh
module=$PWD/out/FlowSecrets
runs=${RUNS:-10} secrets=${SECRETS:-200}
[ -f "$module/FlowSecrets.psd1" ] || { echo "Build first: dotnet pwsh ./build.ps1 Build" >&2; exit 1; }
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT

# name, file to source with the environment, command
median() {
  local times=() start end
  eval "$3" >/dev/null 2>&1                       # once to warm the file cache
  for _ in $(seq "$runs"); do
    start=$(date +%s%N); eval "$3" >/dev/null 2>&1; end=$(date +%s%N)
    times+=($(( (end - start) / 1000 )))
  done
  printf '%s\n' "${times[@]}" | sort -n | awk '{a[NR]=$1} END {printf "%.1f", (NR%2 ? a[(NR+1)/2] : (a[NR/2]+a[NR/2+1])/2) / 1000}'
}

catalog() {
  mkdir -p "$1"
  {
    printf 'application: bench\nenvironments: { local: { store: local } }\nlocalEnv: { path: .env }\nsecrets:\n'
    for i in $(seq "$secrets"); do
      printf '  secret-%d: { env: SECRET_%d, category: c%d, generate: { kind: base64 } }\n' "$i" "$i" $((i % 10))
    done
  } > "$1/flowsecrets.yaml"
}

catalog "$work/key"; catalog "$work/pass"
setup="Import-Module '$module'; \$null = Initialize-FlowSecret -NonInteractive 6>\$null"
(cd "$work/key" && FLOWSECRETS_HOME=$work/key/home pwsh -NoProfile -c "$setup")
(cd "$work/pass" && FLOWSECRETS_HOME=$work/pass/home FLOWSECRETS_PASSPHRASE=bench pwsh -NoProfile -c "$setup")

bare=$(median bare - "pwsh -NoProfile -c 1")
import=$(median import - "pwsh -NoProfile -c 'Import-Module $module'")
sync="rm -f .env; pwsh -NoProfile -c 'Import-Module $module; Sync-FlowLocalEnv'"
key=$(median key - "(cd $work/key && export FLOWSECRETS_HOME=$work/key/home && $sync)")
[ "$(grep -c '^SECRET_' "$work/key/.env")" = "$secrets" ] || { echo "The sync did not write $secrets variables." >&2; exit 1; }
pass=$(median pass - "(cd $work/pass && export FLOWSECRETS_HOME=$work/pass/home FLOWSECRETS_PASSPHRASE=bench && $sync)")
awk -v b="$bare" -v i="$import" -v k="$key" -v p="$pass" -v n="$secrets" -v r="$runs" 'BEGIN {
  printf "bare pwsh %.1f ms | with the module imported %.1f ms (+%.1f ms)", b, i, i-b
  printf " | sync of %d, key file %.1f ms (%.2f x) | passphrase %.1f ms (%.2f x)", n, k, k/b, p, p/b
  printf " | medians of %d\n", r }'
