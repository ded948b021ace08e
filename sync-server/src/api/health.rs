//! `GET /health`

/// Says that the process answers; nothing about what it holds.
pub(super) async fn health() -> &'static str {
    "ok\n"
}
