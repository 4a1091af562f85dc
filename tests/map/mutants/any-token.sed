# SPDX-License-Identifier: MIT
# What is no token does nothing.
s/else if (token == FDT_TOKEN_END_NODE .*/else/
