# SPDX-License-Identifier: MIT
# FDT_NOP is no token.
s/ || token == FDT_TOKEN_NOP//
