"""The resources, a file each: statements, then routes."""
