"""What every view uses: routes, errors, bodies, capacity, services, metrics."""
