# Makes the functions that late_openssl.cc describes, from what
#     readelf --wide --dynamic PROGRAM; nm --dynamic --undefined-only PROGRAM
# say of a program that is linked with OpenSSL. Assembly for x86-64.

# The library that the program would load: libssl, which brings libcrypto.
/NEEDED.*\[libssl[.]so/ {
  library = $0
  sub(/.*\[/, "", library)
  sub(/\].*/, "", library)
}

$1 == "U" && $2 ~ /@OPENSSL_/ { names[count++] = substr($2, 1, index($2, "@") - 1) }

END {
  if (library == "" || count == 0) {
    print "late_openssl.awk: the program needs no OpenSSL" > "/dev/stderr"
    exit 1
  }
  for (i = 0; i < count; ++i) {
    slot = "late_openssl_functions+" 16 * i + 8
    print "  .section .text." names[i] ",\"ax\",@progbits"
    # Hidden, or OpenSSL itself would call it.
    print "  .globl " names[i]
    print "  .hidden " names[i]
    print "  .type " names[i] ", @function"
    print names[i] ":"
    print "  endbr64"
    print "  movq " slot "(%rip), %r11"
    print "  testq %r11, %r11"
    print "  jz 1f"
    print "  jmp *%r11"
    print "1: leaq " names[i] "(%rip), %r11"
    print "  jmp enter"
    print "  .size " names[i] ", . - " names[i]
  }
  # Loads the functions, then goes to the one in r11, with all arguments as
  # they were.
  split("r11 rdi rsi rdx rcx r8 r9 rax", saved, " ")
  print "  .text\nenter:\n  .cfi_startproc"
  print "  pushq %rbp\n  .cfi_def_cfa_offset 16\n  .cfi_offset rbp, -16"
  print "  movq %rsp, %rbp\n  .cfi_def_cfa_register rbp"
  for (i = 1; i <= 8; ++i) print "  pushq %" saved[i]
  print "  subq $128, %rsp"
  for (i = 0; i < 8; ++i) print "  movups %xmm" i ", " 16 * i "(%rsp)"
  print "  call LoadOpenSsl"
  for (i = 0; i < 8; ++i) print "  movups " 16 * i "(%rsp), %xmm" i
  print "  addq $128, %rsp"
  for (i = 8; i >= 1; --i) print "  popq %" saved[i]
  print "  popq %rbp\n  .cfi_def_cfa rsp, 8\n  jmp *%r11\n  .cfi_endproc"

  print "  .section .rodata"
  print "  .globl late_openssl_library"
  print "late_openssl_library: .asciz \"" library "\""
  for (i = 0; i < count; ++i) print "name" i ": .asciz \"" names[i] "\""
  print "  .data\n  .balign 16"
  print "  .globl late_openssl_functions"
  print "late_openssl_functions:"
  for (i = 0; i < count; ++i) print "  .quad name" i ", 0"
  print "  .quad 0, 0"
  print "  .section .note.GNU-stack,\"\",@progbits"
}
