# Made by FlowSecrets: terraform environment=aws sha256=68ee751bc0606ed280cac868ad57d9415cb10651743a7de880f53f2c8482ecaa. Do not edit it; run Export-FlowTerraform again.
# db-password: Password of the database user
# FlowSecrets rotates it, so Terraform ignores what a rotation changes.
import {
  to = aws_secretsmanager_secret.db_password
  id = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:flowyml/db-password-AbCdEf"
}

resource "aws_secretsmanager_secret" "db_password" {
  name = "flowyml/db-password"
  lifecycle {
    prevent_destroy = true
    ignore_changes = [
      recovery_window_in_days,
      force_overwrite_replica_secret,
      tags["flowsecrets-journal-0"],
      tags_all["flowsecrets-journal-0"],
      tags["flowsecrets-journal-1"],
      tags_all["flowsecrets-journal-1"],
      tags["flowsecrets-journal-2"],
      tags_all["flowsecrets-journal-2"],
      tags["flowsecrets-journal-3"],
      tags_all["flowsecrets-journal-3"],
      tags["flowsecrets-journal-4"],
      tags_all["flowsecrets-journal-4"],
      tags["flowsecrets-pending"],
      tags_all["flowsecrets-pending"],
      tags["flowsecrets-rotation"],
      tags_all["flowsecrets-rotation"],
    ]
  }
}

# auth-secret: JWT signing secret key
# FlowSecrets rotates it, so Terraform ignores what a rotation changes.
import {
  to = aws_secretsmanager_secret.auth_secret
  id = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:flowyml/auth-secret-AbCdEf"
}

resource "aws_secretsmanager_secret" "auth_secret" {
  name = "flowyml/auth-secret"
  lifecycle {
    prevent_destroy = true
    ignore_changes = [
      recovery_window_in_days,
      force_overwrite_replica_secret,
      tags["flowsecrets-journal-0"],
      tags_all["flowsecrets-journal-0"],
      tags["flowsecrets-journal-1"],
      tags_all["flowsecrets-journal-1"],
      tags["flowsecrets-journal-2"],
      tags_all["flowsecrets-journal-2"],
      tags["flowsecrets-journal-3"],
      tags_all["flowsecrets-journal-3"],
      tags["flowsecrets-journal-4"],
      tags_all["flowsecrets-journal-4"],
      tags["flowsecrets-pending"],
      tags_all["flowsecrets-pending"],
      tags["flowsecrets-rotation"],
      tags_all["flowsecrets-rotation"],
    ]
  }
}

# api-token: Static API token
import {
  to = aws_secretsmanager_secret.api_token
  id = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:flowyml/api-token-AbCdEf"
}

resource "aws_secretsmanager_secret" "api_token" {
  name = "flowyml/api-token"
  lifecycle {
    prevent_destroy = true
    ignore_changes  = [recovery_window_in_days, force_overwrite_replica_secret]
  }
}
