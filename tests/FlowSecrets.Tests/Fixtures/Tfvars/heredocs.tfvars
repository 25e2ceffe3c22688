tls_key = <<EOF
-----BEGIN KEY-----
$${not_a_template}
-----END KEY-----
EOF
policy = <<-JSON
    {
      "a": 1
    }
  JSON
next = "x"
