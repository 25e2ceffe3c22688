# Made by FlowSecrets: terraform environment=gcp sha256=b90943a7666254222ad845174608978c96a29a289c407d7c22a61e2abb7efbcb. Do not edit it; run Export-FlowTerraform again.
terraform {
  required_version = ">= 1.5"
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.23, != 6.49.0"
    }
  }
}

provider "google" {
  project = "flowyml-prod"
}
