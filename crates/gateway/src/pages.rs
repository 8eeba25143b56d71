//! Pages that stand as they are: what this is, what waits for whom, and an explorer of the API; `lists` makes the others.
//! Everything comes from here: no other host.

use axum::http::header::{self, HeaderName};
use axum::response::{IntoResponse, Response};

/// Scripts and styles from this host alone, no frames.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A text of its kind.
pub(crate) fn text(kind: &str, body: impl Into<String>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_SECURITY_POLICY, POLICY.to_owned()),
        (HeaderName::from_static("x-content-type-options"), "nosniff".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
    ];
    (headers, body.into()).into_response()
}

/// What this is and where to go.
pub(crate) fn home() -> Response {
    text("text/html; charset=utf-8", include_str!("pages/home.html"))
}

/// The explorer.
pub(crate) fn explorer() -> Response {
    text("text/html; charset=utf-8", include_str!("pages/explorer.html"))
}

/// What the explorer does.
pub(crate) fn explorer_script() -> Response {
    text("text/javascript; charset=utf-8", include_str!("pages/explorer.js"))
}

/// Where members answer what waits for them.
pub(crate) fn me() -> Response {
    text("text/html; charset=utf-8", include_str!("pages/me.html"))
}

/// What that page does.
pub(crate) fn me_script() -> Response {
    text("text/javascript; charset=utf-8", include_str!("pages/me.js"))
}

/// What it asks and changes.
pub(crate) fn me_document() -> Response {
    text("text/plain; charset=utf-8", include_str!("pages/me.graphql"))
}

/// Where conveners decide on what waits at their station.
pub(crate) fn station() -> Response {
    text("text/html; charset=utf-8", include_str!("pages/station.html"))
}

/// What that page does.
pub(crate) fn station_script() -> Response {
    text("text/javascript; charset=utf-8", include_str!("pages/station.js"))
}

/// What it asks and changes.
pub(crate) fn station_document() -> Response {
    text("text/plain; charset=utf-8", include_str!("pages/station.graphql"))
}

/// What the two share.
pub(crate) fn work_script() -> Response {
    text("text/javascript; charset=utf-8", include_str!("pages/work.js"))
}

/// How all pages look.
pub(crate) fn style() -> Response {
    text("text/css; charset=utf-8", include_str!("pages/style.css"))
}
