# Made by FlowSecrets: terraform environment=gcp sha256=bdb266e1b547e27dc50f2f8c2a3fa77a60a55e222482d598511a5f5d3a8a8446. Do not edit it; run Export-FlowTerraform again.
import {
  to = google_secret_manager_secret_iam_member.db_password_web_41b9ebe80a84
  id = "projects/flowyml-prod/secrets/flowyml-db-password roles/secretmanager.secretAccessor serviceAccount:web@flowyml-prod.iam.gserviceaccount.com"
}

resource "google_secret_manager_secret_iam_member" "db_password_web_41b9ebe80a84" {
  project   = "flowyml-prod"
  secret_id = google_secret_manager_secret.db_password.secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:web@flowyml-prod.iam.gserviceaccount.com"
}

import {
  to = google_secret_manager_secret_iam_member.auth_secret_web_33c298b4c9de
  id = "projects/flowyml-prod/secrets/flowyml-auth-secret roles/secretmanager.secretAccessor serviceAccount:web@flowyml-prod.iam.gserviceaccount.com"
}

resource "google_secret_manager_secret_iam_member" "auth_secret_web_33c298b4c9de" {
  project   = "flowyml-prod"
  secret_id = google_secret_manager_secret.auth_secret.secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:web@flowyml-prod.iam.gserviceaccount.com"
}

import {
  to = google_secret_manager_secret_iam_member.api_token_web_c9d311c6f314
  id = "projects/flowyml-prod/secrets/flowyml-api-token roles/secretmanager.secretAccessor serviceAccount:web@flowyml-prod.iam.gserviceaccount.com"
}

resource "google_secret_manager_secret_iam_member" "api_token_web_c9d311c6f314" {
  project   = "flowyml-prod"
  secret_id = google_secret_manager_secret.api_token.secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:web@flowyml-prod.iam.gserviceaccount.com"
}
