# Copy to prod.secrets.tfvars, which .gitignore names, and fill in. Never commit it.
db_password = "example-not-a-password"
auth_secret = "example-not-a-key"
api_token   = "example-not-a-token"
