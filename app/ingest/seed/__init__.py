"""The YAML files of seed/."""
