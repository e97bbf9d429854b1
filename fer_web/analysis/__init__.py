"""What is done with whole inputs: an image becomes faces, a video readings, a result the values we publish."""
