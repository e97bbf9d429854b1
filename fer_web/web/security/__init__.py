"""Who may ask: access, the guard before every request, throttles, the operator's notice."""
