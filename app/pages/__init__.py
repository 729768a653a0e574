"""Pages for people, made from the JSON that programs get: nothing is decided here."""
