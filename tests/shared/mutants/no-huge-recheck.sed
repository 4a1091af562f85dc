# SPDX-License-Identifier: MIT
# A huge frame whose bit was cleared is not looked at again.
/^void bitframe_huge_opened/,/^}/s/ bitframe_huge_may_be_whole(pool, huge_frame);//
