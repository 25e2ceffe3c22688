slack_hook = "https://hooks.example.com/services/T0/B0/x"
price      = 1.50
big        = 12345678901234567890
