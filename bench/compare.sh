#!/usr/bin/env bash
# Reading SECRETS secrets from a cloud, side by side in one run, whole processes against a server on this machine that answers after
# LATENCY ms: Sync-FlowLocalEnv, the cloud's CLI in a serial loop (as the seed's script does; SAMPLE measured, scaled), the same CLI
# 32 at a time by xargs (PARALLEL_SAMPLE measured, scaled), for AWS its batch call too, and bare pwsh. Times are medians of RUNS, of
# the CLIs one run each.
#   bench/compare.sh --store gcp|aws [--secrets 200] [--latency 50]
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/common.sh
store=gcp secrets=200 latency=50 runs=${RUNS:-5} sample=${SAMPLE:-10} parallel=${PARALLEL_SAMPLE:-64}
while [ $# -gt 0 ]; do
  case $1 in
    --store) store=$2 ;; --secrets) secrets=$2 ;; --latency) latency=$2 ;;
    *) sed -n '2,6p' "$0" >&2; exit 2 ;;
  esac
  shift 2
done
module=$PWD/out/FlowSecrets
[ -f "$module/FlowSecrets.psd1" ] || { echo "Build first: dotnet pwsh ./build.ps1 Build" >&2; exit 1; }
dotnet build tests/FlowSecrets.CloudFakes -c Release --nologo -v quiet >/dev/null
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
dotnet tests/FlowSecrets.CloudFakes/bin/Release/net10.0/FlowSecrets.CloudFakes.dll "$store" \
  --secrets "$secrets" --latency "$latency" --ready-file "$work/ready.json" >/dev/null &
server=$!
for _ in $(seq 300); do [ -s "$work/ready.json" ] && break; sleep 0.1; done
url=$(grep -oE 'http://[0-9.:]+' "$work/ready.json" | head -1)

if [ "$store" = gcp ]; then
  export CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER=$url/ CLOUDSDK_CORE_PROJECT=flow-test GOOGLE_CLOUD_PROJECT=flow-test
  export CLOUDSDK_CONFIG=$work/gcloud CLOUDSDK_AUTH_ACCESS_TOKEN_FILE=$work/token
  export CLOUDSDK_CORE_DISABLE_PROMPTS=1 CLOUDSDK_CORE_DISABLE_USAGE_REPORTING=1
  echo any > "$work/token"
  cli=gcloud place='store: gcp, project: flow-test'
  one() { gcloud secrets versions access latest --secret="bench-$1" >/dev/null; }
  rounds=$(( (secrets + 63) / 64 ))
else
  export AWS_ENDPOINT_URL=$url AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
  export AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1 AWS_PAGER=
  export AWS_CONFIG_FILE=$work/config AWS_SHARED_CREDENTIALS_FILE=$work/credentials AWS_EC2_METADATA_DISABLED=true
  touch "$work/config" "$work/credentials"
  cli=aws place='store: aws, region: eu-west-1'
  one() { aws secretsmanager get-secret-value --secret-id "bench-$1" --query SecretString --output text >/dev/null; }
  rounds=$(( ((secrets + 19) / 20 + 15) / 16 ))
fi

{
  printf 'application: bench\nenvironments: { cloud: { %s } }\nlocalEnv: { path: .env }\nsecrets:\n' "$place"
  for i in $(seq "$secrets"); do printf '  s-%d: { name: bench-%d, env: SECRET_%d }\n' "$i" "$i" "$i"; done
} > "$work/flowsecrets.yaml"

now() { date +%s%N; }
middle() { sort -n | awk '{a[NR]=$1} END {printf "%.0f", (NR%2 ? a[(NR+1)/2] : (a[NR/2]+a[NR/2+1])/2) / 1000000}'; }
median() { local i start; for i in $(seq 0 "$runs"); do start=$(now); "$1"; [ "$i" = 0 ] || echo $(( $(now) - start )); done | middle; }
peak() {
  (cd "$work" && rm -f .env && for _ in 1 2 3; do
    pwsh -NoProfile -c "$1; [int]((Select-String VmHWM /proc/self/status).Line -replace '\D')" | tail -1
  done | sort -n | sed -n 2p)
}

sync="Import-Module '$module'; \$null = Sync-FlowLocalEnv 6>\$null 3>\$null"
bare() { pwsh -NoProfile -c 1 >/dev/null; }
ours() { (cd "$work" && rm -f .env && pwsh -NoProfile -c "$sync" >/dev/null); }
bare=$(median bare) ours=$(median ours)
[ "$(grep -cE "^SECRET_[0-9]+=.*value-of-bench" "$work/.env")" = "$secrets" ] || {
  echo "The sync did not write $secrets values." >&2
  exit 1
}
memory=$(( ($(peak "$sync") - $(peak '$null = 1')) / 1024 ))

serial=- xargs=- batch=-
if command -v "$cli" >/dev/null; then
  one 1
  start=$(now); for i in $(seq "$sample"); do one "$i"; done; serial=$(( ($(now) - start) / 1000000 * secrets / sample ))
  export -f one
  [ "$parallel" -le "$secrets" ] || parallel=$secrets
  start=$(now); seq "$parallel" | xargs -P32 -I{} bash -c 'one {}'; xargs=$(( ($(now) - start) / 1000000 * secrets / parallel ))
  if [ "$store" = aws ]; then
    start=$(now)
    seq "$secrets" | sed 's/^/bench-/' |
      xargs -n20 aws secretsmanager batch-get-secret-value \
        --query 'SecretValues[].SecretString' --output text --secret-id-list >/dev/null
    batch=$(( ($(now) - start) / 1000000 ))
  fi
fi

values=(-v store="$store" -v cli="$cli" -v n="$secrets" -v l="$latency" -v b="$bare" -v o="$ours" -v r="$rounds" -v m="$memory")
values+=(-v s="$serial" -v x="$xargs" -v g="$batch" -v runs="$runs")
awk "${values[@]}" 'BEGIN {
  printf "%s, %d secrets, %d ms a call: bare pwsh %d ms", store, n, l, b
  printf " | Sync-FlowLocalEnv %d ms = bare + wire (%d rounds, %d ms) + %d ms, + %d MB", o, r, r * l, o - b - r * l, m
  if (s != "-") printf " | %s in a loop %.1f s (%.0f x) | xargs -P32 %.1f s (%.1f x)", cli, s / 1000, s / o, x / 1000, x / o
  if (g != "-") printf " | batch-get-secret-value %.1f s (%.1f x)", g / 1000, g / o
  printf " | medians of %d\n", runs }'
