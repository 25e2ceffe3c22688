# Made by FlowSecrets: terraform environment=aws sha256=5a154d2a2774a8517c3b41bf4dfd8f0366ef457e8630f8233761299cf6fa82d5. Do not edit it; run Export-FlowTerraform again.
terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["123456789012"]
}
