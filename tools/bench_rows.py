# SPDX-License-Identifier: MIT
"""The rows and columns of the tables of benchmarks, and the sizes of memory that have one."""

WORKLOADS = [
    "fill", "drain", "churn50", "churn99", "burst50", "burst99", "scatter50", "scatter99", "first-and-last", "count", "reserve",
    "alloc-range", "init", "huge-alloc", "huge-free", "huge-churn", "huge-burst", "huge-nibbled-alloc", "huge-nibbled-free",
    "huge-nibbled-churn", "huge-scattered", "bulk-alloc", "bulk-free", "search",
]  # fmt: skip
# Those of docs/benchmarks.md.
SUMMARY = [
    "fill", "drain", "churn50", "churn99", "burst50", "burst99", "first-and-last", "huge-churn", "huge-burst",
    "huge-nibbled-churn", "huge-scattered",
]  # fmt: skip
CONTENDERS = ["bitframe", "contract", "buddy", "flat", "flat-neon", "flat-hint", "flat-hint-neon", "bytemap", "memset"]
SIZES = ["3008MiB", "64GiB", "1TiB"]

# What bench-threads measures.
THREAD_CONTENDERS = ["atomic", "handover", "empty", "bare", "shared-local", "shared-lowest", "locked", "locked-buddy"]
THREAD_WORKLOADS = {"bursts": "bursts", "churn": "churn", "2MiB": "2 MiB"}
