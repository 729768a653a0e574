"""What every response shares: errors, pages and headers."""
