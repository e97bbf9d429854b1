"""The API for programs, a module for each resource."""
