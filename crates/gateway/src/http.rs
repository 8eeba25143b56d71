//! HTTP: the endpoint after the specification "GraphQL over HTTP", health, the schema's text, the pages.
//!
//! A request is read (size, content type, parameters), its viewer found from the bearer token, its document checked,
//! and executed on that viewer's desk within a time limit. One span and one line of the log a request.

use crate::cache::{Asked, Cache};
use crate::graphql::{
    self, Loaders, Planner, Queue, RequestId, Schema, Tables, check_document, drive, loaders, refusal_of,
    select,
};
use crate::media::{Media, wants_page};
use crate::{Clock, Settings, files, lists, pages};
use async_graphql::parser::parse_query;
use async_graphql::parser::types::{DocumentOperations, OperationType};
use async_graphql::{Request, Response as Answer, ServerError, Variables};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use domain::{Refusal, Role};
use futures_util::FutureExt;
use serde::Deserialize;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use store::{Once, Store, Viewer};
use tracing::Instrument;

/// Bytes of a request at most.
const BODY: usize = 1 << 20;
/// How long a request may take.
const TIME: Duration = Duration::from_secs(20);
/// Characters of an idempotency key at most.
const KEY: usize = 200;

static IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

pub(crate) struct Gateway {
    pub(crate) store: Store,
    schema: Schema,
    pub(crate) clock: Clock,
    planner: Planner,
    cache: Cache,
    migration: String,
    start: u64,
    requests: AtomicU64,
}

/// Everything that is served.
pub(crate) fn router(store: Store, settings: Settings, planner: Planner) -> Router {
    let gateway = Arc::new(Gateway {
        store,
        schema: graphql::schema(),
        clock: settings.clock,
        planner,
        cache: Cache::default(),
        migration: settings.migration,
        start: settings.start,
        requests: AtomicU64::new(0),
    });
    Router::new()
        .route("/", get(|| async { pages::home() }))
        .route("/explorer.js", get(|| async { pages::explorer_script() }))
        .route("/style.css", get(|| async { pages::style() }))
        .route("/me", get(|| async { pages::me() }))
        .route("/me.js", get(|| async { pages::me_script() }))
        .route("/me.graphql", get(|| async { pages::me_document() }))
        .route("/station", get(|| async { pages::station() }))
        .route("/station.js", get(|| async { pages::station_script() }))
        .route("/station.graphql", get(|| async { pages::station_document() }))
        .route("/work.js", get(|| async { pages::work_script() }))
        .route("/lists", get(lists::index))
        .route("/lists/{station}/{year}", get(lists::list))
        .route("/graphql", any(endpoint))
        .route("/files", axum::routing::post(files::add))
        .route("/files/{id}", get(files::give))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/schema.graphql", get(|| async { pages::text("text/plain; charset=utf-8", graphql::sdl()) }))
        .fallback(|| async {
            (StatusCode::NOT_FOUND, "没有这个地址;首页 / 列出了可用的地址。\n")
        })
        .layer(axum::middleware::from_fn(|request, next: Next| caught(next.run(request))))
        .with_state(gateway)
}

/// A fault of the program is answered as one, and only its own request ends. What was written for it is not: a
/// transaction that is not committed is rolled back.
async fn caught(work: impl Future<Output = Response>) -> Response {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| {
        let body = error_body("INTERNAL", "服务内部出错,请稍后再试;如仍不行,请告知管理员出错的时间。");
        let kind = [(header::CONTENT_TYPE, "application/json; charset=utf-8")];
        (StatusCode::INTERNAL_SERVER_ERROR, kind, body).into_response()
    })
}

async fn ready(State(gateway): State<Arc<Gateway>>) -> Response {
    let asked = tokio::time::timeout(Duration::from_secs(2), gateway.store.ready(&gateway.migration)).await;
    if asked.unwrap_or(false) {
        (StatusCode::OK, "ready\n").into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "数据库不可用或不是最新结构,请检查数据库或执行 qingdan migrate。\n")
            .into_response()
    }
}

/// The parameters of a request, as the specification names them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<serde_json::Map<String, serde_json::Value>>,
    #[expect(dead_code, reason = "read so that a value of the wrong type is refused")]
    extensions: Option<serde_json::Map<String, serde_json::Value>>,
}

/// A request that is refused before it is executed.
pub(crate) struct Refused(pub(crate) StatusCode, pub(crate) Refusal);

pub(crate) fn refused(status: StatusCode, code: &'static str, words: impl Into<String>) -> Refused {
    Refused(status, Refusal::new(code, words))
}

async fn endpoint(
    State(gateway): State<Arc<Gateway>>,
    method: Method,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: Body,
) -> Response {
    let number = gateway.requests.fetch_add(1, Ordering::Relaxed);
    let id = RequestId(format!("{:08x}-{number:06x}", gateway.start as u32));
    let accept = headers.get(header::ACCEPT).and_then(|h| h.to_str().ok());
    if method == Method::GET && wants_page(accept) && !query.as_deref().unwrap_or("").contains("query=") {
        return pages::explorer();
    }
    let Some(media) = Media::accepted(accept) else {
        let why = "请在 Accept 中接受 application/graphql-response+json 或 application/json。";
        return written(Media::Json, StatusCode::NOT_ACCEPTABLE, &error_body("NOT_ACCEPTABLE", why), &id);
    };
    let span = tracing::info_span!(
        "request",
        id = id.0,
        operation = tracing::field::Empty,
        role = tracing::field::Empty,
        statements = tracing::field::Empty,
        status = tracing::field::Empty,
        ms = tracing::field::Empty,
    );
    let start = Instant::now();
    async {
        let statements = Arc::new(AtomicU64::new(0));
        let work = answer(&gateway, &method, &headers, query.as_deref(), body, media, &id);
        let counted = store::counted(statements.clone(), work);
        let (status, text) = match tokio::time::timeout(TIME, counted).await {
            Ok(Ok(done)) => done,
            Ok(Err(Refused(status, r))) => (status, error_body(r.code, &r.message)),
            Err(_) => {
                let words = format!("请求超过 {} 秒未完成,请缩小查询范围后再试。", TIME.as_secs());
                (StatusCode::SERVICE_UNAVAILABLE, error_body("TIMEOUT", &words))
            }
        };
        let span = tracing::Span::current();
        let count = statements.load(Ordering::Relaxed);
        span.record("statements", count);
        span.record("status", status.as_u16());
        span.record("ms", start.elapsed().as_millis() as u64);
        tracing::info!("answered");
        let mut response = written(media, status, &text, &id);
        if status == StatusCode::METHOD_NOT_ALLOWED {
            response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("POST, GET"));
        }
        response.headers_mut().insert("x-sql-statements", header::HeaderValue::from(count));
        response
    }
    .instrument(span)
    .await
}

fn error_body(code: &str, message: &str) -> String {
    serde_json::json!({"errors": [{"message": message, "extensions": {"code": code}}]}).to_string()
}

fn written(media: Media, status: StatusCode, body: &str, id: &RequestId) -> Response {
    let headers = [
        (header::CONTENT_TYPE, media.name().to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (HeaderName::from_static("x-request-id"), id.0.clone()),
        (HeaderName::from_static("x-content-type-options"), "nosniff".to_owned()),
    ];
    (status, headers, body.to_owned()).into_response()
}

async fn answer(
    gateway: &Gateway,
    method: &Method,
    headers: &HeaderMap,
    query: Option<&str>,
    body: Body,
    media: Media,
    id: &RequestId,
) -> Result<(StatusCode, String), Refused> {
    let p = if *method == Method::POST {
        posted(headers, body).await?
    } else if *method == Method::GET {
        asked(query.unwrap_or(""))?
    } else {
        return Err(refused(StatusCode::METHOD_NOT_ALLOWED, "METHOD", "请用 POST,或用 GET 查询。"));
    };
    let Some(text) = p.query else {
        return Err(refused(StatusCode::BAD_REQUEST, "NO_QUERY", "请求缺少 query 参数。"));
    };
    let variables = serde_json::Value::Object(p.variables.unwrap_or_default());
    if text.contains('\0') || text.contains("\\u0000") || holds_nul(&variables) {
        return Err(refused(StatusCode::BAD_REQUEST, "NUL", "请求中有空字符(U+0000),请删去后再试。"));
    }
    let variables = Variables::from_json(variables);
    let mut request = Request::new(text.clone()).variables(variables);
    if let Some(name) = &p.operation_name {
        request = request.operation_name(name.clone());
    }
    let mut name = p.operation_name.clone();
    let kind = match parse_query(&text) {
        Ok(mut document) => {
            select(&mut document, p.operation_name.as_deref());
            name = name.or_else(|| document.operations.iter().find_map(|(n, _)| n.map(ToString::to_string)));
            if let Err(r) = check_document(&document) {
                return Ok(failed(media, refusal_of(&r).into_server_error(Default::default())));
            }
            let kind = operation(&document.operations, p.operation_name.as_deref());
            request.set_parsed_query(document);
            kind
        }
        Err(error) => return Ok(failed(media, error.into())),
    };
    if *method == Method::GET && kind != Some(OperationType::Query) && kind.is_some() {
        return Err(refused(StatusCode::METHOD_NOT_ALLOWED, "METHOD", "GET 只能查询,变更请用 POST。"));
    }
    let span = tracing::Span::current();
    span.record("operation", name.as_deref().unwrap_or("-"));
    let at = (gateway.clock)();
    let viewer = viewer(gateway, headers, at).await?;
    span.record("role", viewer.role.code());
    let desk = Arc::new(gateway.store.on_behalf_of(viewer, at));
    let key = idempotency_key(headers, kind)?;
    // All of what was asked: one key for two operations of a document, with the same variables, is two requests.
    let variables = serde_json::to_string(&request.variables).unwrap_or_default();
    let digest = format!("{}\n{text}\n{variables}", p.operation_name.as_deref().unwrap_or_default());
    if let Some(key) = &key {
        match desk.begin_once(key, &digest).await {
            Ok(Once::New) => {}
            Ok(Once::Done(stored)) => return Ok((StatusCode::OK, stored)),
            Ok(Once::Unknown) => {
                let words = "这个请求已经执行过,但结果没有留下;请查询确认,不要重复提交。";
                return Err(refused(StatusCode::CONFLICT, "ALREADY_DONE", words));
            }
            Err(error) => return Err(broken(id, &error)),
        }
    }
    let public = desk.viewer().role == Role::Anonymous && kind == Some(OperationType::Query);
    let mut keep = None;
    if public {
        let asked = Asked { request: digest.clone(), day: desk.today() };
        // Read before the query: what changes meanwhile makes the kept answer old, never wrong.
        let mark = desk.change_mark().await.map_err(|e| broken(id, &e))?;
        if let Some(answer) = gateway.cache.get(&asked, mark) {
            return Ok((StatusCode::OK, answer.to_string()));
        }
        keep = Some((asked, mark));
    }
    let queue = Queue::default();
    let request = request
        .data::<Loaders>(loaders(desk.clone(), &queue))
        .data(Arc::<Tables>::default())
        .data(desk.clone())
        .data(id.clone())
        .data(gateway.planner.clone());
    let done = drive(gateway.schema.execute(request), &queue).await;
    let whole = done.is_ok();
    let (status, text) = finished(media, done);
    if let Some((asked, mark)) = keep.filter(|_| whole) {
        gateway.cache.keep(asked, mark, &text);
    }
    if let Some(key) = &key
        && let Err(error) = desk.end_once(key, &digest, &text).await
    {
        // The change stands; only its answer will not be given twice.
        tracing::error!(request = id.0, %error, "an answer was not kept");
    }
    Ok((status, text))
}

fn broken(id: &RequestId, error: &store::Error) -> Refused {
    tracing::error!(request = id.0, %error, "fault");
    let words = format!("服务内部出错,请稍后再试;如仍不行,请告知管理员请求编号 {}。", id.0);
    refused(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", words)
}

fn idempotency_key(headers: &HeaderMap, kind: Option<OperationType>) -> Result<Option<String>, Refused> {
    let Some(value) = headers.get(&IDEMPOTENCY_KEY) else { return Ok(None) };
    let key = value.to_str().ok().filter(|k| !k.is_empty() && k.len() <= KEY).ok_or_else(|| {
        let words = format!("Idempotency-Key 应为 1 至 {KEY} 个可见字符。");
        refused(StatusCode::BAD_REQUEST, "IDEMPOTENCY_KEY", words)
    })?;
    Ok((kind == Some(OperationType::Mutation)).then(|| key.to_owned()))
}

/// Who asks, by the bearer token; anybody without one.
pub(crate) async fn viewer(
    gateway: &Gateway,
    headers: &HeaderMap,
    at: chrono::DateTime<chrono::Utc>,
) -> Result<Viewer, Refused> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(Viewer::anonymous()) };
    let unknown = || {
        let words = "令牌无效或已过期,请用 qingdan token 重新生成,或去掉 Authorization 以公众身份查询。";
        refused(StatusCode::UNAUTHORIZED, "TOKEN", words)
    };
    let bearer = value
        .to_str()
        .ok()
        .and_then(|v| v.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(unknown)?;
    match gateway.store.viewer(bearer, at).await {
        Ok(Some(viewer)) => Ok(viewer),
        Ok(None) => Err(unknown()),
        Err(error) => {
            tracing::error!(%error, "a token cannot be looked up");
            Err(refused(StatusCode::SERVICE_UNAVAILABLE, "INTERNAL", "暂时不能核对令牌,请稍后再试。"))
        }
    }
}

/// The kind of the operation that will be executed; `None` where the document does not say which.
fn operation(operations: &DocumentOperations, name: Option<&str>) -> Option<OperationType> {
    operations
        .iter()
        .find(|(n, _)| name.is_none_or(|name| n.is_some_and(|n| n.as_str() == name)))
        .map(|(_, o)| o.node.ty)
}

async fn posted(headers: &HeaderMap, body: Body) -> Result<Parameters, Refused> {
    let content = headers.get(header::CONTENT_TYPE).and_then(|h| h.to_str().ok()).unwrap_or("");
    let mut parts = content.split(';').map(str::trim);
    let json = parts.next().is_some_and(|m| m.eq_ignore_ascii_case("application/json"));
    let utf8 = parts.all(|p| {
        let p = p.to_ascii_lowercase();
        p.strip_prefix("charset=").is_none_or(|c| c.trim_matches('"') == "utf-8")
    });
    if !json || !utf8 {
        let words = "请求应为 Content-Type: application/json; charset=utf-8。";
        return Err(refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "CONTENT_TYPE", words));
    }
    let bytes = to_bytes(body, BODY).await.map_err(|_| {
        let words = format!("请求超过 {} KB,请分几次提交。", BODY >> 10);
        refused(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", words)
    })?;
    serde_json::from_slice(&bytes).map_err(|_| {
        let words = "请求体应为 JSON 对象:query 为文本,variables 与 extensions 为对象,operationName 为文本。";
        refused(StatusCode::BAD_REQUEST, "BODY", words)
    })
}

fn asked(query: &str) -> Result<Parameters, Refused> {
    /// The parameters as they stand in a URL: objects as JSON text.
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct InUrl {
        query: Option<String>,
        operation_name: Option<String>,
        variables: Option<String>,
        extensions: Option<String>,
    }
    let wrong = || {
        let words = "地址中的参数应为 query、operationName,以及 JSON 对象 variables、extensions。";
        refused(StatusCode::BAD_REQUEST, "PARAMETERS", words)
    };
    let uri: axum::http::Uri = format!("/?{query}").parse().map_err(|_| wrong())?;
    let axum::extract::Query(p) = axum::extract::Query::<InUrl>::try_from_uri(&uri).map_err(|_| wrong())?;
    let object = |text: Option<String>| match text.as_deref() {
        None | Some("") => Ok(None),
        Some(text) => serde_json::from_str(text).map_err(|_| wrong()),
    };
    Ok(Parameters {
        query: p.query,
        operation_name: p.operation_name,
        variables: object(p.variables)?,
        extensions: object(p.extensions)?,
    })
}

/// Whether a text somewhere in it holds the character that not every database keeps.
fn holds_nul(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) => text.contains('\0'),
        serde_json::Value::Array(items) => items.iter().any(holds_nul),
        serde_json::Value::Object(fields) => fields.iter().any(|(k, v)| k.contains('\0') || holds_nul(v)),
        _ => false,
    }
}

/// An answer to a document that was never executed.
fn failed(media: Media, error: ServerError) -> (StatusCode, String) {
    finished(media, Answer::from_errors(vec![error]))
}

/// Gives a code to errors of the library, and words for people to those that say what is too much or unreadable.
fn coded(error: &mut ServerError) {
    if error.extensions.as_ref().is_some_and(|e| e.get("code").is_some()) {
        return;
    }
    let said = |words: &str| Some(words.to_owned());
    let (code, words) = match error.message.as_str() {
        "Query is too complex." => ("TOO_COMPLEX", said("查询涉及的字段太多,请减小 first 或分几次查询。")),
        "Query is nested too deep." => ("TOO_DEEP", said("查询的层次太深,请分几次查询。")),
        m if m.contains("recursion") => ("TOO_DEEP", said("查询的层次太深,请分几次查询。")),
        m if m.contains("directives") => ("TOO_MANY_DIRECTIVES", said("一个字段上的指令太多,请减少。")),
        m if m.starts_with("Failed to parse") => {
            ("GRAPHQL", Some(format!("参数的值不合格式,请改后再试:{m}")))
        }
        // What the document or its variables get wrong; the library's words name the place.
        _ => ("GRAPHQL", None),
    };
    if let Some(words) = words {
        error.message = words;
    }
    error.extensions.get_or_insert_default().set("code", code);
}

/// Status and text of an answer. Where nothing was executed there is no `data`, and with
/// `application/graphql-response+json` the status says so.
fn finished(media: Media, mut answer: Answer) -> (StatusCode, String) {
    let executed = answer.is_ok() || answer.errors.iter().any(|e| !e.path.is_empty());
    answer.errors.iter_mut().for_each(coded);
    if executed {
        let text =
            serde_json::to_string(&answer).unwrap_or_else(|_| error_body("INTERNAL", "结果不能写出。"));
        return (StatusCode::OK, text);
    }
    let status = match media {
        Media::Response => StatusCode::BAD_REQUEST,
        Media::Json => StatusCode::OK,
    };
    (status, serde_json::json!({"errors": answer.errors}).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_fault_of_the_program_is_answered_as_one() {
        let answer = caught(async { panic!("a fault that this test makes") }).await;
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = to_bytes(answer.into_body(), BODY).await.expect("a body");
        let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(body["errors"][0]["extensions"]["code"], "INTERNAL");
    }
}
