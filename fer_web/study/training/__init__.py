"""From a data set to a published model: read, augment, train, distill, calibrate, publish, evaluate."""
