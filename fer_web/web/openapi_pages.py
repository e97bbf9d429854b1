"""The part of the API's description that is about pages, the service's state and the log-in."""

from __future__ import annotations

from typing import Any

from fer_web.web.openapi_parts import GUARDED, JSON, OPEN, PAGE, answer, ref, refusals

PATHS: dict[str, dict[str, Any]] = {
    "/health/live": {
        "get": {
            "operationId": "live",
            "summary": "Whether the process answers.",
            "security": OPEN,
            "responses": {"200": answer("It does.", JSON, ref("Status")), **refusals("wrong_host")},
        }
    },
    "/health/ready": {
        "get": {
            "operationId": "ready",
            "summary": "Whether the models are loaded.",
            "security": OPEN,
            "responses": {"200": answer("They are.", JSON, ref("Status")), **refusals("wrong_host", "not_ready")},
        }
    },
    "/metrics": {
        "get": {
            "operationId": "metrics",
            "summary": "Counts and durations for Prometheus.",
            "responses": {
                "200": answer("Prometheus' text format.", "text/plain", {"type": "string"}),
                **refusals(*GUARDED),
            },
        }
    },
    "/openapi.json": {
        "get": {
            "operationId": "openapi",
            "summary": "This description.",
            "responses": {"200": answer("OpenAPI 3.1.", JSON, {"type": "object"}), **refusals(*GUARDED)},
        }
    },
    "/docs": {
        "get": {
            "operationId": "docs",
            "summary": "This description as a page.",
            "responses": {"200": answer("A page.", "text/html", {"type": "string"}), **refusals(*GUARDED)},
        }
    },
    "/": {
        "get": {
            "operationId": "index",
            "summary": "The live page.",
            "responses": {**PAGE, **refusals(*GUARDED)},
        }
    },
    "/try": {
        "get": {
            "operationId": "try_picture",
            "summary": "A page that sends pictures of the visitor's own to /predict and shows their faces.",
            "responses": {**PAGE, **refusals(*GUARDED)},
        }
    },
    "/about": {
        "get": {
            "operationId": "about",
            "summary": "A page about what is analyzed, the model, and what its answers do not mean.",
            "responses": {**PAGE, **refusals(*GUARDED)},
        }
    },
    "/privacy": {
        "get": {
            "operationId": "privacy",
            "summary": "A page about what is kept, and where such analysis is not allowed.",
            "security": OPEN,
            "responses": {"200": answer("A page.", "text/html", {"type": "string"}), **refusals("wrong_host")},
        }
    },
    "/notice": {
        "post": {
            "operationId": "acknowledge",
            "summary": "Say that the operator's notice was read.",
            "description": "Sets a cookie (HttpOnly, SameSite=Strict) that the browser forgets when it is closed. "
            "Without it, and with FER_NOTICE set, pages that show or take a camera's picture show the notice instead.",
            "requestBody": {
                "required": True,
                "content": {"application/x-www-form-urlencoded": {"schema": ref("Acknowledgment")}},
            },
            "responses": {"303": answer("To `next`, with the cookie."), **refusals(*GUARDED)},
        }
    },
    "/login": {
        "get": {
            "operationId": "login",
            "summary": "The form that asks for the token.",
            "security": OPEN,
            "responses": {
                "200": answer("A page.", "text/html", {"type": "string"}),
                "303": answer("To /, when the service has no token."),
                **refusals("wrong_host"),
            },
        },
        "post": {
            "operationId": "log_in",
            "summary": "Exchange the token for a cookie.",
            "description": "The cookie (HttpOnly, SameSite=Strict, Secure over https) is signed, does not hold the "
            "token, and is good for 30 days. Wrong tokens are answered by the form with the status of their refusal.",
            "security": OPEN,
            "requestBody": {
                "required": True,
                "content": {"application/x-www-form-urlencoded": {"schema": ref("Login")}},
            },
            "responses": {
                "303": answer("To `next`, with the cookie."),
                "401": answer("A wrong token; the form again.", "text/html", {"type": "string"}),
                "429": answer("Too many wrong tokens; Retry-After says for how long.", "text/html", {"type": "string"}),
                **refusals("wrong_host", "cross_site", "image_too_large"),
            },
        },
    },
    "/logout": {
        "post": {
            "operationId": "log_out",
            "summary": "Forget the cookie.",
            "responses": {"303": answer("To /login."), **refusals(*GUARDED)},
        }
    },
}
