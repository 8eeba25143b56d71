//! Files in and out: `POST /files?order=ID&moment=AFTER` with the file as the body, `GET /files/ID`. Both as whoever the
//! bearer token says.

use crate::http::{Gateway, Refused, refused, viewer};
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::EvidenceMoment;
use serde::Deserialize;
use std::sync::Arc;
use store::{Desk, Error, FILE};
use uuid::Uuid;

/// What a file is for.
#[derive(Deserialize)]
pub(crate) struct For {
    order: Option<String>,
    moment: Option<String>,
}

async fn desk(gateway: &Gateway, headers: &HeaderMap) -> Result<Desk, Refused> {
    let at = (gateway.clock)();
    Ok(gateway.store.on_behalf_of(viewer(gateway, headers, at).await?, at))
}

/// An error of the store as status and words; what went wrong inside is in the log alone.
pub(crate) fn said(error: &Error) -> Refused {
    match error {
        Error::Refused(why) => match why.first() {
            Some(r) if r.code == "NOT_ALLOWED" => Refused(StatusCode::FORBIDDEN, r.clone()),
            Some(r) => Refused(StatusCode::UNPROCESSABLE_ENTITY, r.clone()),
            None => refused(StatusCode::UNPROCESSABLE_ENTITY, "REFUSED", "不能执行。"),
        },
        Error::NotFound(_) => refused(StatusCode::NOT_FOUND, "NOT_FOUND", error.to_string()),
        Error::Conflict(_) => refused(StatusCode::CONFLICT, "CONFLICT", error.to_string()),
        Error::Fault(_) => {
            tracing::error!(%error, "fault");
            refused(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", "服务内部出错,请稍后再试。")
        }
    }
}

/// The answer of a request that was refused.
fn no(r: &Refused) -> Response {
    let body = serde_json::json!({"errors": [{"message": r.1.message, "extensions": {"code": r.1.code}}]});
    (r.0, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string()).into_response()
}

/// Adds a file to an order.
pub(crate) async fn add(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    Query(to): Query<For>,
    body: Body,
) -> Response {
    let taken = take(&gateway, &headers, &to, body).await;
    let status = taken.as_ref().map_or_else(|r| r.0, |_| StatusCode::CREATED);
    tracing::info!(status = status.as_u16(), "file");
    match taken {
        Ok(text) => (StatusCode::CREATED, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], text)
            .into_response(),
        Err(r) => no(&r),
    }
}

async fn take(gateway: &Gateway, headers: &HeaderMap, to: &For, body: Body) -> Result<String, Refused> {
    // Who may not at all is told before anything is read.
    let desk = desk(gateway, headers).await?;
    let wrong = |words: &str| refused(StatusCode::BAD_REQUEST, "PARAMETERS", words);
    let order =
        to.order.as_deref().and_then(|o| o.strip_prefix("order:")).and_then(|o| o.parse::<Uuid>().ok());
    let order = order.ok_or_else(|| wrong("请用 order 指明单的编号,如 order:0198…。"))?;
    let moment = to.moment.as_deref().and_then(EvidenceMoment::parse);
    let moment = moment.ok_or_else(|| wrong("请用 moment 指明 BEFORE、AFTER 或 PAPER。"))?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|h| h.to_str().ok()).unwrap_or("").to_owned();
    let bytes = to_bytes(body, FILE).await.map_err(|_| {
        let words = format!("文件超过 {} MB,请压缩后再上传。", FILE >> 20);
        refused(StatusCode::PAYLOAD_TOO_LARGE, "FILE_SIZE", words)
    })?;
    let e = desk.add_evidence(order, moment, &kind, &bytes).await.map_err(|e| said(&e))?;
    let answer = serde_json::json!({
        "id": format!("evidence:{}", e.id), "path": format!("/files/{}", e.id), "sha256": e.sha256,
        "kind": e.kind.code(), "bytes": e.bytes, "moment": e.moment.code(), "version": e.version,
    });
    Ok(answer.to_string())
}

/// Gives a file's content. A browser shows it as what it is and runs nothing in it.
pub(crate) async fn give(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let found = async {
        let desk = desk(&gateway, &headers).await?;
        let unknown = || refused(StatusCode::NOT_FOUND, "NOT_FOUND", Error::NotFound("文件").to_string());
        let id = id.parse::<Uuid>().map_err(|_| unknown())?;
        desk.evidence_file(id).await.map_err(|e| said(&e))
    };
    match found.await {
        Ok((e, bytes)) => {
            let headers = [
                (header::CONTENT_TYPE, e.kind.label()),
                (header::CACHE_CONTROL, "private, no-store"),
                (HeaderName::from_static("x-content-type-options"), "nosniff"),
                (HeaderName::from_static("content-security-policy"), "sandbox; default-src 'none'"),
                (header::CONTENT_DISPOSITION, "attachment"),
            ];
            (headers, bytes).into_response()
        }
        Err(r) => no(&r),
    }
}
