//! Published lists as pages for everybody.

use crate::city::{City, Engine, YEAR, engines};
use crate::duty_list::planned;
use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};
use serde_json::Value;
use std::collections::BTreeSet;

/// Addresses that a page leads to.
fn links(page: &str) -> BTreeSet<String> {
    page.split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split_once('"'))
        .map(|(to, _)| to.replace("&amp;", "&"))
        .collect()
}

#[test]
fn every_published_list_is_found_from_the_first_page_and_says_nothing_that_is_not_public() {
    for engine in engines() {
        let city = City::demo(engine);
        let server = city.serve();
        let printed = city.ok(&["export", "--year", "2026"]);
        let printed: Value = serde_json::from_str(&printed).expect("JSON");
        let index = server.get("/lists", &[]);
        assert_eq!((index.status, index.kind.as_str()), (200, "text/html; charset=utf-8"));
        let mut found = BTreeSet::new();
        for district in links(&index.text).iter().filter(|l| l.contains("district=")) {
            let page = server.get(district, &[]);
            assert_eq!(page.status, 200, "{district}");
            found.extend(links(&page.text).into_iter().filter(|l| l.starts_with("/lists/")));
        }
        let lists = printed["lists"].as_array().expect("lists");
        let expected: BTreeSet<String> = lists
            .iter()
            .map(|l| format!("/lists/{}/{YEAR}", l["list"]["station_code"].as_str().unwrap()))
            .collect();
        assert_eq!(found, expected);
        let mut hidden = 0;
        for list in lists {
            let sha256 = list["sha256"].as_str().unwrap();
            let list = &list["list"];
            let station = list["station_code"].as_str().unwrap();
            let page = server.get(&format!("/lists/{station}/{YEAR}"), &[]);
            assert_eq!(page.status, 200);
            let text = page.text;
            assert!(text.contains(sha256) && text.contains(list["station_name"].as_str().unwrap()));
            assert!(text.contains("公开版") && !text.contains("-2026-N-") && !text.contains("-2026-R-"));
            let items = list["items"].as_array().unwrap();
            assert_eq!(text.matches("季度</td>").count(), items.len(), "{station}");
            // Another need that is public may bear the same title.
            let open = items.iter().map(|i| (i, "need_title"));
            let open = open.chain(list["unserved"].as_array().unwrap().iter().map(|u| (u, "title")));
            let open: BTreeSet<&str> = open
                .filter(|(i, _)| i["public"] == true)
                .map(|(i, title)| i[title].as_str().unwrap())
                .collect();
            for item in items.iter().filter(|i| i["public"] == false) {
                let title = item["need_title"].as_str().unwrap();
                hidden += u32::from(!open.contains(title));
                assert!(open.contains(title) || !text.contains(title), "{station}: {item}");
            }
        }
        assert!(hidden > 0, "some needs are not public");
    }
}

#[test]
fn what_is_not_published_has_no_page_and_wrong_addresses_are_told_so() {
    for engine in engines() {
        let city = planned(engine);
        let server = city.serve();
        let none = server.get("/lists", &[]);
        assert!(none.status == 200 && none.text.contains("还没有发布"), "{}", none.text);
        let draft = server.get("/lists/XC-001/2026", &[]);
        assert!(draft.status == 404 && draft.text.contains("没有工作站 XC-001"), "{}", draft.text);
        assert!(!draft.text.contains("曙光街"), "of a draft nothing is said");
        for wrong in ["/lists/XC-001/soon", "/lists/XC-001/2026?edition=x", "/lists?year=soon"] {
            let answer = server.get(wrong, &[]);
            assert!(answer.status == 400 && answer.text.contains("应为数字"), "{wrong}: {}", answer.text);
        }
        // The second is a cursor with the character that PostgreSQL does not keep.
        for cursor in ["nonsense", "AB8w"] {
            let cursor = server.get(&format!("/lists?year=2026&district=150102&after={cursor}"), &[]);
            assert!(cursor.status == 422 && cursor.text.contains("游标"), "{}", cursor.text);
        }
        for nul in ["/lists/XC%00/2026", "/lists?year=2026&district=1%00"] {
            assert_eq!(server.get(nul, &[]).status, 400, "{nul}");
        }
        for unreadable in ["/lists/%FF/2026", "/lists?year=2026&year=2027"] {
            let answer = server.get(unreadable, &[]);
            assert!(
                answer.status == 400 && answer.text.contains("地址不对"),
                "{unreadable}: {}",
                answer.text
            );
        }
        let marked = server.get("/lists/%3Cscript%3E/2026", &[]);
        assert!(marked.status == 404 && !marked.text.contains("<script"), "{}", marked.text);
    }
}

/// Sixty more stations of the district with a published list each, made of the first one.
fn multiplied(city: &City) {
    let work = async {
        let db = Database::connect(&city.url).await.expect("the database");
        for (table, others) in [
            ("workstation", [("id", "unhex(printf('%032x', i))"), ("code", "'XC-' || (100 + i)")]),
            (
                "duty_list",
                [("id", "unhex(printf('%031x1', i))"), ("workstation_id", "unhex(printf('%032x', i))")],
            ),
        ] {
            let ask = format!("SELECT name FROM pragma_table_info('{table}')");
            let rows =
                db.query_all_raw(Statement::from_string(DbBackend::Sqlite, ask)).await.expect("columns");
            let names: Vec<String> = rows.iter().map(|r| r.try_get("", "name").expect("a name")).collect();
            let value = |name: &String| {
                let other = others.iter().find(|(of, _)| of == name).map(|o| o.1);
                other.or((name == "number").then_some("'XC-' || (100 + i)")).unwrap_or(name).to_owned()
            };
            let values: Vec<String> = names.iter().map(value).collect();
            let more = format!(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) \
                 INSERT INTO {table} ({}) SELECT {} FROM n, (SELECT * FROM {table} LIMIT 1)",
                names.join(", "),
                values.join(", ")
            );
            db.execute_unprepared(&more).await.expect("rows");
        }
        db.close().await.expect("closed");
    };
    tokio::runtime::Runtime::new().expect("a runtime").block_on(work);
}

#[test]
fn the_lists_of_a_large_district_are_turned_over_page_by_page() {
    let city = City::demo(Engine::Sqlite);
    multiplied(&city);
    let server = city.serve();
    let (mut next, mut pages, mut found) = (Some(format!("/lists?year={YEAR}&district=150102")), 0, 0);
    let mut seen = BTreeSet::new();
    while let Some(at) = next {
        let page = server.get(&at, &[]);
        assert_eq!(page.status, 200, "{at}");
        let lists: Vec<String> = links(&page.text).into_iter().filter(|l| l.starts_with("/lists/")).collect();
        (pages, found) = (pages + 1, found + lists.len());
        seen.extend(lists);
        next = links(&page.text).into_iter().find(|l| l.contains("&after="));
    }
    assert_eq!((pages, found, seen.len()), (2, 66, 66));
}
