"""The safety ledger: every stateful resource, its life, its live configuration, its data and its owner."""
