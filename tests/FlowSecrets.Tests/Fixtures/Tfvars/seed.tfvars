secret_values = {
  app = {
    secretKey = "shop/test/dev"
    secretValue = {
      user     = "shop"
      password = "securedPass"
    }
  }
  db = {
    secretKey = "mydbsecret"
    secretValue = {
      username = "admin"
      password = "secretPass"
    }
  }
}