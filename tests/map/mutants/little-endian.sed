# SPDX-License-Identifier: MIT
# A cell is read in the byte order of the machine.
s/return (uint32_t)at\[0\] << 24 .*/return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];/
