databases = {
  main = {
    engine   = "postgres"
    replicas = [{ zone = "a" }, { zone = "b" }]
    password = null
  }
}
