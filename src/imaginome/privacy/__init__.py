"""Privacy: attacks on an artificial panel, and the audit that judges them."""
