allowed_ips = ["10.0.0.0/8", "192.168.0.0/16"]
ports       = [80, 443]
empty_list  = []
empty_map   = {}
