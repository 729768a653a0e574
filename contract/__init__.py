"""The contract: what may change in it, and the judges of it that others wrote.

`./dev contract` runs `contract.__main__`. Needs Node.js 20 or newer; the rest it installs, pinned.
"""
