"""Security headers for every answer: nothing inline, nothing from elsewhere, nobody frames us."""

from flask import Flask, Response

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# An email shown as a page: its own styles and pictures, no script, no origin, no forms.
EMAIL_CONTENT_SECURITY_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src 'self' https: data:; frame-ancestors 'self'"
)

# The same beside the editor, whose script scrolls it and hears where it is pressed; nothing in it can run.
PREVIEW_CONTENT_SECURITY_POLICY = EMAIL_CONTENT_SECURITY_POLICY.replace(
    "sandbox ", "sandbox allow-same-origin ", 1
)


NOSNIFF = ("X-Content-Type-Options", "nosniff")
STRICT_TRANSPORT_SECURITY = ("Strict-Transport-Security", "max-age=31536000")


def init_app(app: Flask, https: bool) -> None:
    """Add the headers to each answer that does not bring its own."""

    @app.after_request
    def add(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
        for name, value in of_every_file(https):
            headers.setdefault(name, value)
        return response


def of_every_file(https: bool) -> list[tuple[str, str]]:
    """The headers that static files have, too; `https`: whether the public URL is."""
    return [NOSNIFF, STRICT_TRANSPORT_SECURITY] if https else [NOSNIFF]
