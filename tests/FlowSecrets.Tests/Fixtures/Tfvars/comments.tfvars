/* block
   comment */
a = 1 // one
b = "#notacomment" # two
c = { # three
  d : "e", "f" = "g"
}
