"""How the tables came to be what they are, step by step; applied when a database is opened."""
