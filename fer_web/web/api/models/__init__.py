"""What the API takes and answers, a module for each resource. `FaceJson` is `Face` in /openapi.json."""
