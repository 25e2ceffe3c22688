secrets = {
  "db-password" = { description = "Of the database", value = "p" }
  "api-key"     = { description = "Of the API", value = "k" }
}
