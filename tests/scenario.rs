//! Acceptance scenarios of domain.md §15 that belong to no noun alone, over HTTP on both databases.

use crate::city::{City, engines};
use crate::duty_list::planned;
use serde_json::{Value, json};

/// Scenario 2: two mandatory requirements, one covered: not signed for, and the message names the one that is missing.
#[test]
fn a_need_of_which_half_is_covered_is_not_listable_and_the_missing_half_is_named() {
    for engine in engines() {
        let city = planned(engine);
        let need = "工作站编号,外部编号,标题,内容,类别,收集日期,户数,状态,必要条件\n\
                    XC-001,L1,巷内想添路灯,夜里无灯,0102,2026-01-08,40,待匹配,灯具*1@0102;安装*1@0301\n";
        city.ok(&["import", "needs", &city.file("lamp.csv", need), "--year", "2026"]);
        let server = city.serve();
        let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let clerk = city.token("CLERK", &["--station", "XC-001"]);
        let step = |n: &Value| json!({"id": n["id"], "expectedVersion": n["version"]});
        let need = "{ needs(filter: { year: 2026, text: \"巷内\" }) { nodes { id } } }";
        let need = server.data(&convener, need, json!({}))["needs"]["nodes"][0].clone();
        let all =
            server.data(&convener, "{ resources(filter: { year: 2026 }) { nodes { id title } } }", json!({}));
        let all = all["resources"]["nodes"].as_array().unwrap();
        let advice = all.iter().find(|r| r["title"] == "公益法律咨询").unwrap();
        let pair = json!({"needId": need["id"], "quarter": 4, "resourceId": advice["id"]});
        let m = server.changed(&convener, "proposePair", "ProposePairInput", "id version", pair);
        server.changed(&clerk, "confirmMatch", "MatchStepInput", "status", step(&m));
        let list = "{ dutyList(workstation: \"XC-001\", year: 2026) { id version } }";
        let list = server.data(&convener, list, json!({}))["dutyList"].clone();
        let add = json!({"listId": list["id"], "expectedVersion": list["version"], "needId": need["id"]});
        server.changed(&convener, "addItem", "AddItemInput", "id", add);
        // A draft may hold it; nobody signs it.
        let list = "{ dutyList(workstation: \"XC-001\", year: 2026) { id version } }";
        let list = server.data(&convener, list, json!({}))["dutyList"].clone();
        let refused = server.change(&convener, "submitDutyList", "DutyListStepInput", "id", step(&list));
        let errors = refused["errors"].as_array().unwrap();
        let error = errors.iter().find(|e| e["code"] == "ITEM_PARTLY").expect("what is missing");
        let words = error["message"].as_str().unwrap();
        assert!(words.contains("安装") && !words.contains("灯具"), "{words}");
    }
}

/// Scenario 12: erasing a requester's contact leaves the list's hash, the counts and the print as they were.
#[test]
fn erasing_a_contact_leaves_hash_counts_and_print_as_they_were() {
    for engine in engines() {
        let city = City::demo(engine);
        let server = city.serve();
        let clerk = city.token("CLERK", &["--station", "XC-001"]);
        let query = "{ dutyList(workstation: \"XC-001\", year: 2026) { snapshots { sha256 } items(first: 50) { totalCount nodes { need { id version } } } } \
                     dashboard(year: 2026) { needs { status count } dutyLists { status count } } }";
        let print = || city.ok(&["export", "--station", "XC-001", "--year", "2026", "--format", "csv"]);
        let (before, printed) = (server.data(&clerk, query, json!({})), print());
        // Not every need came with a contact.
        let items = before["dutyList"]["items"]["nodes"].as_array().unwrap();
        let contact = |need: &Value| json!({"needId": need["id"], "purpose": "回访"});
        let read = |need: &Value| {
            server.change(&clerk, "readContact", "ReadContactInput", "phone", contact(need))["node"].clone()
        };
        let at = items.iter().position(|i| !read(&i["need"]).is_null()).expect("a need with a contact");
        let need = items[at]["need"].clone();
        let contact = contact(&need);
        let erase =
            |reason: &str| json!({"id": need["id"], "expectedVersion": need["version"], "reason": reason});
        assert_eq!(server.not_changed(&clerk, "eraseContact", "NeedReasonInput", erase(" ")), "EMPTY");
        let officer = city.token("CITY_OFFICER", &[]);
        let not_theirs = server.not_changed(&officer, "eraseContact", "NeedReasonInput", erase("期满"));
        assert_eq!(not_theirs, "NOT_ALLOWED");
        let after =
            server.changed(&clerk, "eraseContact", "NeedReasonInput", "id version", erase("诉求人要求删除"));
        assert_eq!(server.not_changed(&clerk, "eraseContact", "NeedReasonInput", erase("再次")), "CONFLICT");
        let again = json!({"id": need["id"], "expectedVersion": after["version"], "reason": "再次"});
        assert_eq!(server.not_changed(&clerk, "eraseContact", "NeedReasonInput", again), "NO_CONTACT");
        assert_eq!(server.not_changed(&clerk, "readContact", "ReadContactInput", contact), "CONTACT_ERASED");
        let mut now = server.data(&clerk, query, json!({}));
        now["dutyList"]["items"]["nodes"][at]["need"]["version"] = need["version"].clone();
        assert_eq!(now, before);
        assert_eq!(print(), printed);
        city.ok(&["verify", "--year", "2026"]);
    }
}
