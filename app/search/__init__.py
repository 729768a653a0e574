"""What drugs, conditions and facts are found by: the index and its queries."""
