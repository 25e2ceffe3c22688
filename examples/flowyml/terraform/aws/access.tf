# Made by FlowSecrets: terraform environment=aws sha256=38250ce5fc382d828e2a2775b506056cffe21162ece40fb074a118b2b16d65cd. Do not edit it; run Export-FlowTerraform again.
resource "aws_iam_role_policy" "flowyml_instance_6cc943457b46" {
  name = "flowsecrets-flowyml-aws-read"
  role = "flowyml-instance"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = [
          "secretsmanager:GetSecretValue",
          "secretsmanager:DescribeSecret",
        ]
        Resource = [
          aws_secretsmanager_secret.db_password.arn,
          aws_secretsmanager_secret.auth_secret.arn,
          aws_secretsmanager_secret.api_token.arn,
        ]
      },
    ]
  })
}
