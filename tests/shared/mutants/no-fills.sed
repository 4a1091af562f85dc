# SPDX-License-Identifier: MIT
# A core cache does not say that a way was refilled.
s/atomic_store_release(&slot->fills, .*//
