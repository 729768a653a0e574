"""How names are compared: normalization, what stands beside a name, slugs."""
