"""What the service bears: each module is one kind of trouble, made on purpose for a real server, with its table."""
