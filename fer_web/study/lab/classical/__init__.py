"""Systems without a network of their own: support vector machines and boosted trees."""
