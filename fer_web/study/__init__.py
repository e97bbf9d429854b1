"""What research needs and serving does not: networks, training, the laboratory, measurements. Nobody imports it."""
