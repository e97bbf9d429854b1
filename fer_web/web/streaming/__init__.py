"""Answers without an end: MJPEG, events, WebSockets, and the server's worker that sends them."""
