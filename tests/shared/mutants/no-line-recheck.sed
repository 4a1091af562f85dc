# SPDX-License-Identifier: MIT
# A line whose bit was cleared is not looked at again.
/^void bitframe_line_opened/,/^}/s/ bitframe_line_may_be_whole(pool, line);//
