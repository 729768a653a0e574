"""The contract: what may change in it, and the tools that judge it."""
