//! Published lists for everybody: `GET /lists` to find one, `GET /lists/STATION/YEAR` to read and to print it (domain.md
//! §12, the public edition). Whoever asks is a stranger here: nothing is shown that a stranger's query would not show.

use crate::files::said;
use crate::http::{Gateway, Refused, refused};
use crate::pages;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::{ListStatus, Refusal};
use maud::{DOCTYPE, Markup, html};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;
use store::print::{AMENDMENTS, COLUMNS, Edition, Print, SHAREABLE, UNSERVED};
use store::{Desk, ListFilter, Page, Snapshot, Viewer};
use uuid::Uuid;

/// Lists on a page.
const LISTS: u64 = 50;

/// Which lists.
#[derive(Deserialize)]
pub(crate) struct Which {
    year: Option<String>,
    district: Option<String>,
    after: Option<String>,
}

/// Which edition of a list.
#[derive(Deserialize)]
pub(crate) struct OfEdition {
    edition: Option<String>,
}

fn desk(gateway: &Gateway) -> Desk {
    gateway.store.on_behalf_of(Viewer::anonymous(), (gateway.clock)())
}

/// A whole number as it stands in an address.
fn number(text: &str, name: &str) -> Result<i32, Refused> {
    text.parse().map_err(|_| {
        let words = format!("地址中的{name}「{text}」应为数字,例如 2026。");
        refused(StatusCode::BAD_REQUEST, "PARAMETERS", words)
    })
}

/// A text as it stands in an address, without the character that not every database keeps.
fn plain(text: &str) -> Result<&str, Refused> {
    if text.contains('\0') {
        return Err(refused(StatusCode::BAD_REQUEST, "NUL", "地址中有空字符(U+0000),请删去后再试。"));
    }
    Ok(text)
}

/// The lists of a year: its districts, and the stations of one of them.
pub(crate) async fn index(
    State(gateway): State<Arc<Gateway>>,
    which: Result<Query<Which>, QueryRejection>,
) -> Response {
    answered(match which {
        Ok(Query(which)) => index_of(&desk(&gateway), &which).await,
        Err(_) => Err(unreadable()),
    })
}

fn unreadable() -> Refused {
    refused(StatusCode::BAD_REQUEST, "PARAMETERS", "地址不对:参数各写一次,文字用 UTF-8 编码。")
}

async fn index_of(desk: &Desk, which: &Which) -> Result<Markup, Refused> {
    let years = desk.published_years().await.map_err(|e| said(&e))?;
    let year = match which.year.as_deref().filter(|y| !y.is_empty()) {
        Some(year) => number(year, "年份")?,
        None => match years.first() {
            Some(newest) => *newest,
            None => return Ok(nothing("还没有发布的年度履职清单。")),
        },
    };
    let counted = desk.published_districts(year).await.map_err(|e| said(&e))?;
    let codes: Vec<String> = counted.iter().map(|(code, _)| code.clone()).collect();
    let areas = desk.areas_by_code(&codes).await.map_err(|e| said(&e))?;
    let names: HashMap<&str, &str> = areas.iter().map(|a| (a.code.as_str(), a.name.as_str())).collect();
    let name = |code: &str| names.get(code).copied().unwrap_or("其他").to_owned();
    let district = which.district.as_deref().filter(|d| !d.is_empty()).map(plain).transpose()?;
    let stations = match district {
        Some(district) => Some(stations(desk, year, district, which.after.clone()).await?),
        None => None,
    };
    let title = match district {
        Some(district) => format!("{year} 年度履职清单 · {}", name(district)),
        None => format!("{year} 年度履职清单"),
    };
    Ok(page(
        &title,
        html! {
            nav {
                a href="/" { "清单" }
                @for y in &years {
                    a href={ "/lists?year=" (y) } aria-current=[(*y == year).then_some("page")] { (y) " 年" }
                }
            }
            h1 { (title) }
            @if counted.is_empty() { p { (year) " 年还没有发布的年度履职清单。" } }
            ul.districts {
                @for (code, lists) in &counted {
                    li {
                        a href={ "/lists?year=" (year) "&district=" (code) }
                          aria-current=[(district == Some(code)).then_some("page")] { (name(code)) }
                        " " (lists) " 份"
                    }
                }
            }
            @if let Some(stations) = stations { (stations) }
        },
    ))
}

/// The lists of a district, a page of them.
async fn stations(desk: &Desk, year: i32, district: &str, after: Option<String>) -> Result<Markup, Refused> {
    let filter =
        ListFilter { year, status: Some(ListStatus::Published), district: Some(district.to_owned()) };
    let page = Page { after, ..Page::first(LISTS) };
    let found = desk.duty_lists(&filter, &page).await.map_err(|e| said(&e))?;
    let ids: Vec<Uuid> = found.rows.iter().map(|(_, l)| l.workstation_id).collect();
    let stations = desk.workstations_by_id(&ids).await.map_err(|e| said(&e))?;
    let of: HashMap<Uuid, _> = stations.iter().map(|s| (s.id, s)).collect();
    let next = found.rows.last().filter(|_| found.next).map(|(cursor, _)| cursor);
    Ok(html! {
        table {
            thead { tr { th { "编号" } th { "工作站(室)" } th { "版次" } th { "发布" } } }
            tbody {
                @for (_, list) in &found.rows {
                    @if let Some(station) = of.get(&list.workstation_id) {
                        tr {
                            td { (list.number) }
                            td { a href={ "/lists/" (station.code) "/" (year) } { (station.name) } }
                            td { "第 " (list.edition) " 版" }
                            td { @if let Some(at) = list.published_at { (store::day_of(at)) } }
                        }
                    }
                }
            }
        }
        @if found.rows.is_empty() { p { "该旗县区这一年还没有发布的清单。" } }
        @if let Some(next) = next {
            p { a rel="next" href={ "/lists?year=" (year) "&district=" (district) "&after=" (next) } { "下一页" } }
        }
    })
}

/// One list, in the public edition.
pub(crate) async fn list(
    State(gateway): State<Arc<Gateway>>,
    path: Result<Path<(String, String)>, PathRejection>,
    of: Result<Query<OfEdition>, QueryRejection>,
) -> Response {
    answered(match (path, of) {
        (Ok(Path((station, year))), Ok(Query(of))) => {
            list_of(&desk(&gateway), &station, &year, of.edition.as_deref()).await
        }
        _ => Err(unreadable()),
    })
}

async fn list_of(desk: &Desk, station: &str, year: &str, edition: Option<&str>) -> Result<Markup, Refused> {
    let (station, year) = (plain(station)?, number(year, "年份")?);
    let edition = edition.filter(|e| !e.is_empty()).map(|e| number(e, "版次")).transpose()?;
    let found = desk.snapshots(year, Some(station), None, edition).await.map_err(|e| said(&e))?;
    let Some(Snapshot { list, sha256, .. }) = found.into_iter().next() else {
        let words = format!("没有工作站 {station} {year} 年已发布的清单,或没有这一版;可在清单目录中查找。");
        return Err(refused(StatusCode::NOT_FOUND, "NOT_FOUND", words));
    };
    let row = desk.workstation_by_code(station).await.map_err(|e| said(&e))?;
    let now = desk.lists_of(row.as_ref().map(|s| s.id).as_slice(), year).await.map_err(|e| said(&e))?;
    let newest = now.first().map_or(list.edition, |l| l.edition);
    let Print { title, facts, rows, signatures, unserved, shareable, amendments } =
        list.print(Edition::Public);
    Ok(page(
        &format!("{} {}", title[0], title[1]),
        html! {
            nav {
                a href="/" { "清单" }
                a href={ "/lists?year=" (year) } { (year) " 年目录" }
                @for e in 1..=newest {
                    a href={ "/lists/" (station) "/" (year) "?edition=" (e) }
                      aria-current=[(e == list.edition).then_some("page")] { "第 " (e) " 版" }
                }
            }
            article.sheet {
                h1 { (title[0]) br; (title[1]) }
                @for fact in &facts { p { (fact) } }
                table {
                    thead { tr { @for column in COLUMNS { th scope="col" { (column) } } } }
                    tbody {
                        @for row in &rows {
                            tr.struck[row.struck] { @for cell in &row.cells { td { (cell) } } }
                        }
                    }
                }
                p.signatures { (signatures) }
                (annex(UNSERVED, &unserved))
                (annex(SHAREABLE, &shareable))
                (annex(AMENDMENTS, &amendments))
            }
            footer { "校验值 SHA-256 " code { (sha256) } "。公开版不含群众的个人信息;用浏览器的打印即可打印成 A4 横页。" }
        },
    ))
}

fn annex<const N: usize>(title: &str, rows: &[[String; N]]) -> Markup {
    html! {
        @if !rows.is_empty() {
            h2 { (title) }
            table { tbody { @for row in rows { tr { @for cell in row { td { (cell) } } } } } }
        }
    }
}

fn nothing(words: &str) -> Markup {
    page("年度履职清单", html! { nav { a href="/" { "清单" } } h1 { "年度履职清单" } p { (words) } })
}

fn page(title: &str, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="stylesheet" href="/style.css";
            }
            body.lists { main { (body) } }
        }
    }
}

fn answered(page: Result<Markup, Refused>) -> Response {
    let (status, page) = match page {
        Ok(page) => (StatusCode::OK, page),
        Err(Refused(status, Refusal { message, .. })) => (status, nothing(&message)),
    };
    tracing::info!(status = status.as_u16(), "page");
    (status, pages::text("text/html; charset=utf-8", page.into_string())).into_response()
}
