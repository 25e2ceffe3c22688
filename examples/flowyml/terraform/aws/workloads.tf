# Made by FlowSecrets: terraform environment=aws sha256=0bcb146f0051dae82ac1d73d13bbae7042fe4a47f33be3adf5e09b9030372791. Do not edit it; run Export-FlowTerraform again.
# For the App Runner service 'web'. In image_configuration of your aws_apprunner_service:
#   runtime_environment_secrets = local.flowsecrets_web
# During an overlap FlowSecrets adds FLOWYML_AUTH_SECRET_PREVIOUS to the service; do not apply meanwhile.
locals {
  flowsecrets_web = {
    FLOWYML_DB_PASSWORD = aws_secretsmanager_secret.db_password.arn
    FLOWYML_AUTH_SECRET = aws_secretsmanager_secret.auth_secret.arn
    FLOWYML_API_TOKEN   = aws_secretsmanager_secret.api_token.arn
  }
}
