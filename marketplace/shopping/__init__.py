"""How a session is set up: from words, a CSV file, an earlier session or the form."""
