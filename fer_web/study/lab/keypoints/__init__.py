"""15 facial keypoints by a residual network, and the same body as an expression network."""
