secrets = [
  { name = "app/one", description = "First", recovery_window_in_days = 7, secret_string = "one" },
  { name = "app/two", secret_key_value = { key1 = "a", key2 = "b" } },
]
