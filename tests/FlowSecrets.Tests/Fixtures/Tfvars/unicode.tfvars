motto = "caf\u00e9 \U0001F600"
path  = "C:\\keys"
say   = "\"hi\"\n"
