# SPDX-License-Identifier: MIT
# A token may begin behind the block.
s/if (\*offset > reader->structure_bytes)/if (0)/
