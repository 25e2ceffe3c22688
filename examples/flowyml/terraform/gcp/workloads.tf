# Made by FlowSecrets: terraform environment=gcp sha256=17e7209753bce36cc5fdf548b2b142f8a8224053df4a98604bf41acbed8bcfb7. Do not edit it; run Export-FlowTerraform again.
# For the Cloud Run service 'flowyml'. In template.containers of your google_cloud_run_v2_service:
#   dynamic "env" {
#     for_each = local.flowsecrets_web
#     content {
#       name = env.key
#       value_source {
#         secret_key_ref {
#           secret  = env.value.secret
#           version = env.value.version
#         }
#       }
#     }
#   }
# During an overlap FlowSecrets adds FLOWYML_AUTH_SECRET_PREVIOUS to the service; do not apply meanwhile.
locals {
  flowsecrets_web = {
    FLOWYML_DB_PASSWORD = { secret = google_secret_manager_secret.db_password.secret_id, version = "latest" }
    FLOWYML_AUTH_SECRET = { secret = google_secret_manager_secret.auth_secret.secret_id, version = "latest" }
    FLOWYML_API_TOKEN   = { secret = google_secret_manager_secret.api_token.secret_id, version = "latest" }
  }
}
