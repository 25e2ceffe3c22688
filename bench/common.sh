# The PowerShell that is measured: the one that FLOWSECRETS_PWSH names, else the pwsh on PATH, else the repository's own.
if [ -n "${FLOWSECRETS_PWSH:-}" ]; then
  pwsh() { "$FLOWSECRETS_PWSH" "$@"; }
elif ! command -v pwsh >/dev/null; then
  dotnet tool restore >/dev/null || {
    echo "No PowerShell: put pwsh on PATH, or check the network and run: dotnet tool restore" >&2
    exit 1
  }
  pwsh_home=$(dotnet pwsh -NoProfile -Command '$PSHOME')
  pwsh() { dotnet "$pwsh_home/pwsh.dll" "$@"; }
fi
