# Made by FlowSecrets: terraform environment=gcp sha256=a1ef6c9051e9e3e8a2ef82be568c18906653b0b822405e81385255b80cf5f88a. Do not edit it; run Export-FlowTerraform again.
# db-password: Password of the database user
# FlowSecrets rotates it, so Terraform ignores what a rotation changes.
import {
  to = google_secret_manager_secret.db_password
  id = "projects/flowyml-prod/secrets/flowyml-db-password"
}

resource "google_secret_manager_secret" "db_password" {
  project   = "flowyml-prod"
  secret_id = "flowyml-db-password"
  replication {
    auto {}
  }
  lifecycle {
    prevent_destroy = true
    ignore_changes  = [annotations, rotation, version_aliases]
  }
}

# auth-secret: JWT signing secret key
# FlowSecrets rotates it, so Terraform ignores what a rotation changes.
import {
  to = google_secret_manager_secret.auth_secret
  id = "projects/flowyml-prod/secrets/flowyml-auth-secret"
}

resource "google_secret_manager_secret" "auth_secret" {
  project   = "flowyml-prod"
  secret_id = "flowyml-auth-secret"
  replication {
    auto {}
  }
  lifecycle {
    prevent_destroy = true
    ignore_changes  = [annotations, rotation, version_aliases]
  }
}

# api-token: Static API token
import {
  to = google_secret_manager_secret.api_token
  id = "projects/flowyml-prod/secrets/flowyml-api-token"
}

resource "google_secret_manager_secret" "api_token" {
  project   = "flowyml-prod"
  secret_id = "flowyml-api-token"
  replication {
    auto {}
  }
  lifecycle {
    prevent_destroy = true
  }
}
