region = "eu"
bucket = "${var.region}-bucket"
