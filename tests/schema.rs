//! The public contract.

use crate::city::{City, Engine, project};
use serde_json::{Value, json};

#[test]
fn the_schema_file_is_what_the_program_prints() {
    let city = City::demo(Engine::Sqlite);
    let printed = city.ok(&["schema"]);
    let file = std::fs::read_to_string(project().join("schema.graphql")).expect("schema.graphql");
    assert!(printed == file, "schema.graphql is old: cargo run -- schema > schema.graphql");
    assert_eq!(city.serve().get("/schema.graphql", &[]).text, printed);
}

#[test]
fn everything_in_the_schema_is_described() {
    let city = City::demo(Engine::Sqlite);
    let query = "{ __schema { types { name kind description fields { name description args { name description } } inputFields { name description } enumValues { name description } } } }";
    let types = city.serve().data("", query, json!({}))["__schema"]["types"].clone();
    let mut bare = Vec::new();
    // Written by the library, with the words of its own.
    let relay = ["PageInfo", "ID"];
    for t in types.as_array().unwrap() {
        let name = t["name"].as_str().unwrap();
        if name.starts_with("__") || relay.contains(&name) {
            continue;
        }
        let empty = |v: &Value| v["description"].as_str().unwrap_or("").trim().is_empty();
        if empty(t) && !name.ends_with("Connection") && !name.ends_with("Edge") {
            bare.push(name.to_owned());
        }
        for part in ["fields", "inputFields", "enumValues"] {
            for f in t[part].as_array().into_iter().flatten() {
                let of = format!("{name}.{}", f["name"].as_str().unwrap());
                if empty(f) {
                    bare.push(of.clone());
                }
                for a in f["args"].as_array().into_iter().flatten() {
                    if empty(a) {
                        bare.push(format!("{of}({})", a["name"].as_str().unwrap()));
                    }
                }
            }
        }
    }
    assert!(bare.is_empty(), "{bare:#?}");
}

#[test]
fn every_step_of_the_database_has_a_way_back() {
    use migrations::{Migrator, MigratorTrait};
    for engine in crate::city::engines() {
        let city = City::empty(engine);
        let work = async {
            let db = sea_orm::Database::connect(&city.url).await.expect("the database");
            Migrator::down(&db, None).await.expect("back to nothing");
            Migrator::up(&db, None).await.expect("and up again");
            db.close().await.expect("closed");
        };
        tokio::runtime::Runtime::new().expect("a runtime").block_on(work);
        assert!(city.ok(&["migrate"]).contains("已执行 0 步"));
    }
}

#[test]
fn built_in_keywords_go_and_an_offices_own_stay() {
    use migrations::{Migrator, MigratorTrait};
    use sea_orm::{ConnectionTrait, Database, Statement};
    for engine in crate::city::engines() {
        let city = City::demo(engine);
        let work = async {
            let db = Database::connect(&city.url).await.expect("the database");
            let keywords = async |name: &str| -> String {
                let ask = format!("SELECT keywords FROM category WHERE name = '{name}' AND level = 2");
                let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), ask)).await;
                row.expect("an answer").expect("a class").try_get("", "keywords").expect("a text")
            };
            assert_eq!(keywords("社会治安").await, "");
            Migrator::down(&db, Some(1)).await.expect("one step back");
            assert_eq!(keywords("社会治安").await, "治安,诈骗,监控,被盗");
            db.execute_unprepared(
                "UPDATE category SET keywords = '小马扎' WHERE name = '优抚' AND level = 2",
            )
            .await
            .expect("an office's own");
            Migrator::up(&db, None).await.expect("and forward");
            assert_eq!(
                (keywords("社会治安").await, keywords("优抚").await),
                (String::new(), "小马扎".to_owned())
            );
            db.close().await.expect("closed");
        };
        tokio::runtime::Runtime::new().expect("a runtime").block_on(work);
    }
}

/// SQLite, which has no statistics, does not read a year for what belongs to one member, station, cluster or lead.
#[test]
fn what_belongs_to_somebody_is_found_by_an_index() {
    use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};
    let city = City::demo(Engine::Sqlite);
    let asked = [
        (
            "need_match_by_member",
            "need_match",
            "year = 2026 AND member_id IN (1, 2) AND status IN ('A', 'B')",
        ),
        ("need_match_by_station", "need_match", "workstation_id = 1 AND year = 2026 AND status = 'A'"),
        ("resource_by_station", "resource", "workstation_id = 1 AND year = 2026 AND status = 'A'"),
        ("need_by_station", "need", "year = 2026 AND status IN ('A') AND workstation_id = 1"),
        ("work_order_by_station", "work_order", "workstation_id = 1 AND year = 2026 AND status = 'A'"),
        ("assignment_by_cluster", "assignment", "(workstation_id = 1 OR cluster_id = 2) AND to_date IS NULL"),
        ("duty_item_by_lead", "duty_item", "(joint_of IN (1, 2) OR id IN (3)) AND removed = 0"),
    ];
    let work = async {
        let db = Database::connect(&city.url).await.expect("the database");
        for (index, table, what) in asked {
            let explain = format!("EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE {what} ORDER BY id");
            let rows = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, explain)).await;
            let steps: Vec<String> =
                rows.expect("a plan").iter().map(|r| r.try_get("", "detail").expect("a step")).collect();
            assert!(steps.iter().any(|s| s.contains(index)), "{table} WHERE {what}: {steps:?}");
        }
        db.close().await.expect("closed");
    };
    tokio::runtime::Runtime::new().expect("a runtime").block_on(work);
}
