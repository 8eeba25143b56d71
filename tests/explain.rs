//! The plan explained: why, why not, what it would take, what would be otherwise. Over HTTP and the command line.

use crate::city::{City, Engine, Server, YEAR};
use serde_json::{Value, json};

/// Ids and numbers of needs that the plan left out for a reason.
fn left_out(server: &Server, token: &str, code: &str) -> Vec<(String, String)> {
    let query = "query($y: Int!, $c: ReasonCode) { plan(year: $y) { unserved(first: 100, filter: { code: $c }) { nodes { id number } } } }";
    let data = server.data(token, query, json!({"y": YEAR, "c": code}));
    let text = |n: &Value, k: &str| n[k].as_str().expect("text").to_owned();
    let nodes = data["plan"]["unserved"]["nodes"].as_array().expect("a list");
    nodes.iter().map(|n| (text(n, "id"), text(n, "number"))).collect()
}

#[test]
fn a_pair_that_was_not_chosen_says_why_and_what_it_would_cost() {
    let city = City::demo(Engine::Sqlite);
    let server = city.serve();
    let token = city.token("CITY_OFFICER", &[]);
    let ask = "query($n: ID!) { candidatesForNeed(needId: $n, includeRefused: true, first: 100) { resource { id number } refusal { code message } } }";
    let query = "query($n: ID!, $r: ID!) { node(id: $n) { ... on Need { whyNot(resourceId: $r) { code message quarter lacks \
                 with { served urgent score count moves { need { number } before { quarter resource { number } } after { quarter } } } } } } }";
    let (mut dearer, mut several) = (0, 0);
    // Some of one requirement, and all that ask for more than one resource.
    let more = |id: &str| {
        let data = server.data(
            &token,
            "query($n: ID!) { node(id: $n) { ... on Need { requirements { quantity } } } }",
            json!({"n": id}),
        );
        let requirements = data["node"]["requirements"].as_array().unwrap();
        requirements.iter().map(|r| r["quantity"].as_i64().unwrap()).sum::<i64>() > 1
    };
    let (whole, single): (Vec<_>, Vec<_>) =
        left_out(&server, &token, "LIST_FULL").into_iter().partition(|(id, _)| more(id));
    for (need, number) in single.into_iter().take(8).chain(whole.into_iter().take(8)) {
        let found =
            server.data(&token, ask, json!({"n": need}))["candidatesForNeed"].as_array().unwrap().clone();
        for c in found.iter().take(12) {
            let data = server.data(&token, query, json!({"n": need, "r": c["resource"]["id"]}));
            let answer = &data["node"]["whyNot"];
            match answer["code"].as_str().unwrap() {
                // What is possible is answered by a plan with the pair: the need is in, and what it took is named.
                "DEARER" => {
                    dearer += 1;
                    assert!(answer["message"].as_str().unwrap().contains("可行,但不是最优"), "{answer}");
                    let single = !more(&need);
                    several += i32::from(!single);
                    assert!(!single || answer["lacks"].as_i64().unwrap() > 0, "{answer}");
                    let with = &answer["with"];
                    let moves = with["moves"].as_array().unwrap();
                    assert_eq!(moves.len() as i64, with["count"].as_i64().unwrap());
                    let own = moves
                        .iter()
                        .find(|m| m["need"]["number"] == number.as_str())
                        .expect("the need itself");
                    assert!(own["before"].is_null() && !own["after"].is_null(), "{own}");
                    assert_eq!(own["after"]["quarter"], answer["quarter"], "{own}");
                    let more = moves.iter().filter(|m| m["before"].is_null()).count() as i64
                        - moves.iter().filter(|m| m["after"].is_null()).count() as i64;
                    assert_eq!(with["served"], more);
                    // The plan was the best: with the pair it serves no more, and what it serves is worth no more.
                    assert!(
                        !single || more < 0 || (more == 0 && with["score"].as_i64().unwrap() <= 0),
                        "{with}"
                    );
                }
                code if !c["refusal"].is_null() => assert_eq!(code, c["refusal"]["code"], "{answer}"),
                code => assert_eq!(code, "CHANGED", "{answer}"),
            }
        }
    }
    assert!(dearer > several && several > 0, "{several} of {dearer}");
    // What a rule refuses is answered by the rule.
    let (need, _) = left_out(&server, &token, "LIST_FULL").swap_remove(0);
    let all = server.data(
        &token,
        "query($y: Int!) { resources(first: 60, filter: { year: $y }) { nodes { id } } }",
        json!({"y": YEAR}),
    );
    let answers = all["resources"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| server.data(&token, query, json!({"n": need, "r": r["id"]}))["node"]["whyNot"].clone());
    let other_class =
        answers.into_iter().find(|a| a["code"] == "CATEGORY").expect("a resource of another class");
    assert!(other_class["message"].as_str().unwrap().contains("请核对类别"), "{other_class}");
    assert!(other_class["with"].is_null());
}

#[test]
fn the_cheapest_change_serves_the_need_and_takes_from_nobody() {
    let query = "query($n: ID!) { node(id: $n) { ... on Need { cheapestChanges { code message quarter resource { id } with { served score moves { need { number } before { quarter } after { quarter } } } } } } }";
    let city = City::demo(Engine::Sqlite);
    let (mut explained, mut given) = (None, 0);
    // Late in the year, and early: what would have been done in a quarter that is over is no answer.
    for (now, running) in [("2026-11-24T10:00:00+08:00", 4), ("2026-01-20T10:00:00+08:00", 1)] {
        city.set_now(now);
        let server = city.serve();
        let token = city.token("CITY_OFFICER", &[]);
        for (need, number) in left_out(&server, &token, "LIST_FULL").into_iter().take(16) {
            let data = server.data(&token, query, json!({"n": need}));
            for r in data["node"]["cheapestChanges"].as_array().unwrap() {
                let moves = r["with"]["moves"].as_array().unwrap();
                let own = moves.iter().find(|m| m["need"]["number"] == number.as_str()).expect("itself");
                assert!(own["after"]["quarter"].as_i64().is_some_and(|q| q >= running), "{r}");
                assert!(moves.iter().all(|m| m["before"].is_null() || !m["after"].is_null()), "{r}");
                match r["code"].as_str() {
                    Some("LINE_FOR" | "LINE_AND_UNIT") => {
                        assert_eq!(own["after"]["quarter"], r["quarter"], "{r}");
                        assert!(r["with"]["served"] == 1 && r["resource"]["id"].is_string(), "{r}");
                        given |= running;
                    }
                    Some("MORE_LINES") => {
                        explained = Some((number.clone(), r["message"].as_str().unwrap().to_owned()));
                    }
                    _ => {}
                }
            }
        }
    }
    assert_eq!(given, 4 | 1, "one line would do for one of them, were it given the line");
    let (number, message) = explained.expect("a longer list would do for one of them");
    // The same over the command line.
    let text = city.ok(&["plan", "--year", &YEAR.to_string(), "--explain", &number]);
    assert!(text.contains(&number) && text.contains("未匹配") && text.contains(&message), "{text}");
}

#[test]
fn what_if_is_kept_apart_from_the_plan() {
    let city = City::demo(Engine::Sqlite);
    let server = city.serve();
    let token = city.token("CITY_OFFICER", &[]);
    let stations = server.data(&token, "{ workstations(first: 1) { nodes { id code } } }", json!({}));
    let station = &stations["workstations"]["nodes"][0];
    let query = "query($y: Int!, $c: [PlanChangeInput!]!) { plan(year: $y) { objective { served score } whatIf(changes: $c) { served urgent score count } fairness { gini members idle largest { load capacity member { number } lighter { served urgent score } } fullest { workstation { code } lines limit load capacity } } } }";
    let changes = json!([{"moreLines": {"workstationId": station["id"], "more": 2}}]);
    let before = server.data(&token, query, json!({"y": YEAR, "c": changes}))["plan"].clone();
    assert_eq!(before["whatIf"]["served"], 2, "{before}");
    let after = server.data(&token, query, json!({"y": YEAR, "c": changes}))["plan"].clone();
    assert_eq!(before, after, "asked twice, nothing has changed");
    let loads = before["fairness"]["largest"].as_array().unwrap();
    assert!(!loads.is_empty());
    for l in loads {
        assert!(l["load"].as_i64() <= l["capacity"].as_i64(), "{l}");
        // The plan is the best: with a unit less for somebody no more is served, and what is serves no better.
        let (served, score) =
            (l["lighter"]["served"].as_i64().unwrap(), l["lighter"]["score"].as_i64().unwrap());
        assert!(served < 0 || (served == 0 && score <= 0), "{l}");
    }
    let stations = before["fairness"]["fullest"].as_array().unwrap();
    assert_eq!(stations.len(), 6);
    let share = |s: &Value| s["load"].as_i64().unwrap() * 1000 / s["capacity"].as_i64().unwrap();
    assert!(stations.windows(2).all(|w| share(&w[0]) >= share(&w[1])), "{stations:?}");
    for s in stations {
        assert!(
            s["lines"].as_i64() <= s["limit"].as_i64() && s["load"].as_i64() <= s["capacity"].as_i64(),
            "{s}"
        );
    }
    // Every line that the plan uses is a need that it serves.
    let lines: i64 = stations.iter().map(|s| s["lines"].as_i64().unwrap()).sum();
    assert_eq!(lines, before["objective"]["served"].as_i64().unwrap());
    // Changes add up: one line and one line are two.
    let one = json!({"moreLines": {"workstationId": station["id"], "more": 1}});
    let twice = server.data(&token, query, json!({"y": YEAR, "c": [one, one]}))["plan"]["whatIf"].clone();
    assert_eq!(twice, before["whatIf"]);
    let wrong = json!([{"moreLines": {"workstationId": station["id"], "more": 0}}]);
    assert_eq!(
        server.ask(&token, query, json!({"y": YEAR, "c": wrong})).json()["errors"][0]["extensions"]["code"],
        "RANGE"
    );
    // A stranger has no plan to ask.
    assert!(server.data("", query, json!({"y": YEAR, "c": changes}))["plan"].is_null());

    let file = city.folder.join("what-if.json");
    std::fs::write(&file, format!("[{{\"moreLines\": {{\"station\": {}, \"more\": 2}}}}]", station["code"]))
        .unwrap();
    let text = city.ok(&["plan", "--year", &YEAR.to_string(), "--what-if", file.to_str().unwrap()]);
    assert!(text.contains("满足 +2 件") && text.contains("现行方案未改动"), "{text}");
}

#[test]
fn a_resource_says_what_one_more_unit_would_bring() {
    let city = City::demo(Engine::Sqlite);
    let server = city.serve();
    let token = city.token("CITY_OFFICER", &[]);
    let query = "query($y: Int!) { resources(first: 3, filter: { year: $y }) { nodes { number demand { quarter used units with { served score } } } } }";
    let data = server.data(&token, query, json!({"y": YEAR}));
    for r in data["resources"]["nodes"].as_array().unwrap() {
        let demand = r["demand"].as_array().unwrap();
        assert_eq!(demand.len(), 4, "{r}");
        for d in demand {
            assert!(d["used"].as_i64() <= d["units"].as_i64(), "{d}");
            // One more of anything never makes the plan worse.
            let (served, score) =
                (d["with"]["served"].as_i64().unwrap(), d["with"]["score"].as_i64().unwrap());
            assert!(served > 0 || (served == 0 && score >= 0), "{d}");
        }
    }
}

#[test]
fn a_need_that_is_over_has_no_candidates() {
    let city = City::demo(Engine::Sqlite);
    let server = city.serve();
    let token = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
    let of =
        "query($y: Int!) { needs(first: 1, filter: { year: $y, status: OPEN }) { nodes { id version } } }";
    let data = server.data(&token, of, json!({"y": YEAR}));
    let need = &data["needs"]["nodes"][0];
    let ask = "query($n: ID!) { candidatesForNeed(needId: $n, includeRefused: true, first: 9) { resource { id } } }";
    let candidates =
        || server.data(&token, ask, json!({"n": need["id"]}))["candidatesForNeed"].as_array().map(Vec::len);
    assert!(candidates() > Some(0), "while it waits there are some, if only refused ones");
    let why = json!({"id": need["id"], "expectedVersion": need["version"], "reason": "已自行解决"});
    server.changed(&token, "withdrawNeed", "NeedReasonInput", "status", why);
    assert_eq!(candidates(), Some(0));
}

#[test]
fn a_text_is_read_and_its_like_are_found() {
    let city = City::demo(Engine::Sqlite);
    let server = city.serve();
    let token = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
    let read = "query($i: TypedTextInput!) { readText(input: $i) { classes { name permille category { code name } cues } words units { name } personalData } }";
    let input = json!({"title": "工厂半夜排放废气臭味刺鼻", "text": "污染严重,请环保部门检测。我叫张三丰,电话13800001234,住3栋2单元502室"});
    let data = server.data(&token, read, json!({"i": input}))["readText"].clone();
    assert_eq!(data["classes"][0]["name"], "环境保护", "{data}");
    assert_eq!(data["classes"][0]["category"]["name"], "大气污染", "{data}");
    assert_eq!(data["classes"][0]["cues"], json!(["废气", "臭味", "刺鼻"]));
    for kind in ["NAME", "DOOR", "TELEPHONE"] {
        assert!(data["personalData"].as_array().unwrap().contains(&json!(kind)), "{data}");
    }
    assert_eq!(data["units"].as_array().unwrap().len(), 5);
    assert!(!server.ask("", read, json!({"i": input})).json()["errors"].is_null(), "not for strangers");
    let beyond = json!({"title": "咨询户口迁移问题", "text": "户口迁移需要什么材料"});
    let data = server.data(&token, read, json!({"i": beyond}))["readText"].clone();
    assert_eq!(data["classes"][0]["name"], "政法", "a first level that the model does not know: {data}");
    assert_eq!(data["classes"][0]["category"]["name"], "户籍管理", "{data}");
    assert_eq!(data["words"], json!(["户口迁移"]));
    let code = data["classes"][0]["category"]["code"].as_str().expect("a code");
    city.ok(&["import", "categories", &city.file("classes.csv", format!("代码,名称\n{code},未婚证明\n"))]);
    let data = server.data(&token, read, json!({"i": beyond}))["readText"].clone();
    assert_ne!(data["words"], json!(["户口迁移"]), "the table is another now, and has no such class: {data}");

    let needs = server.data(&token, "query($y: Int!) { needs(first: 1, filter: { year: $y }) { nodes { number title description workstation { code } } } }", json!({"y": YEAR}));
    let need = &needs["needs"]["nodes"][0];
    let similar = "query($i: TypedNeedInput!) { similarNeeds(input: $i) { need { number } copy samePlace sameCategory daysApart copied alike shared } }";
    let input = json!({"workstation": need["workstation"]["code"], "year": YEAR, "title": need["title"], "text": need["description"]});
    let found = server.data(&token, similar, json!({"i": input}));
    let found = found["similarNeeds"].as_array().unwrap();
    assert!(found.iter().any(|f| f["need"]["number"] == need["number"]), "{found:?}");
    assert!(found.iter().all(|f| f["copied"].as_i64() <= Some(1000)));
}

#[test]
fn needs_that_say_the_same_are_shown_in_groups() {
    for engine in crate::city::engines() {
        let city = crate::duty_list::planned(engine);
        let more = "工作站编号,外部编号,标题,内容,类别,收集日期,户数,人数,状态,公开\n\
                    XC-001,N7,烧烤扰民,我叫张三丰。春华小区北门外烧烤店每晚十一点以后烧烤店油烟直冲楼上住户窗户,老人孩子无法入睡,0102,2026-01-05,4,11,待匹配,同意公开\n\
                    XC-002,N8,烧烤扰民,我叫张三丰。春华小区北门外烧烤店每晚十一点以后烧烤店油烟直冲楼上住户窗户,老人孩子无法入睡,0102,2026-02-05,4,11,待匹配,同意公开\n";
        city.ok(&[
            "import",
            "needs",
            &city.file("same.csv", more.replace("窗户,老人", "窗户、老人")),
            "--year",
            "2026",
        ]);
        let server = city.serve();
        let ask = "query($d: String!, $b: Similarity!) { similarGroups(district: $d, year: 2026, by: $b) { alike shared needs { title workstation { code } } } }";
        let officer = city.token("DISTRICT_OFFICER", &["--district", "150102"]);
        let found = server.data(&officer, ask, json!({"d": "150102", "b": "COPY"}));
        let groups = found["similarGroups"].as_array().unwrap();
        assert_eq!(groups.len(), 1, "{found}");
        let stations: Vec<&str> = groups[0]["needs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|n| n["workstation"]["code"].as_str().unwrap())
            .collect();
        assert_eq!(stations, ["XC-001", "XC-002"]);
        assert!(
            groups[0]["shared"].as_array().unwrap().iter().any(|w| w.as_str().unwrap().contains("烧烤")),
            "{found}"
        );
        assert!(
            !found.to_string().contains("张三丰"),
            "what is masked in the text is not among its words: {found}"
        );
        let wider = server.data(&officer, ask, json!({"d": "150102", "b": "SAME_MATTER"}));
        assert!(!wider["similarGroups"].as_array().unwrap().is_empty());
        let none = server.data(&officer, ask, json!({"d": "150104", "b": "COPY"}));
        assert_eq!(none["similarGroups"], json!([]));
        assert!(
            !server.ask("", ask, json!({"d": "150102", "b": "COPY"})).json()["errors"].is_null(),
            "not for strangers"
        );
    }
}

#[test]
fn the_same_words_in_another_community_are_a_need_of_their_own() {
    for engine in crate::city::engines() {
        let city = City::demo(engine);
        let rows = |rows: &[&str]| {
            let text = "工作站编号,外部编号,标题,内容,类别,收集日期\n".to_owned() + &rows.join("\n") + "\n";
            city.ok(&["import", "needs", &city.file("lamps.csv", text), "--year", "2026"])
        };
        let first = [
            "XC-001,L1,楼道灯泡烧了,五单元楼道灯泡烧了没人换,0102,2026-10-20",
            "XC-002,L2,楼道灯泡烧了,五单元楼道灯泡烧了没人换,0102,2026-10-21",
        ];
        assert!(!rows(&first).contains("可能"), "two communities, two lamps");
        // A later file says it again: in the same words, under the same title, of another class, half a year before.
        let again = [
            "XC-001,L3,五单元楼道灯泡,五单元楼道灯泡烧了没人换,0102,2026-10-25",
            "XC-001,L4,楼道灯泡烧了,还是没有换,0102,2026-10-25",
            "XC-001,L5,楼道灯泡烧了,五单元楼道灯泡烧了没人换,0201,2026-10-25",
            "XC-001,L6,楼道灯泡烧了,五单元楼道灯泡烧了没人换,0102,2026-01-05",
        ];
        let said = rows(&again);
        let told: Vec<&str> = said.lines().filter(|l| l.contains("可能与")).collect();
        assert_eq!(told.len(), 2, "{said}");
        assert!(
            told[0].starts_with("第 2 行可能与 XC-001-2026-N-") && told[1].starts_with("第 3 行"),
            "{said}"
        );
        assert!(
            rows(&[&first[..], &again[..]].concat()).contains("新增 0,更新 0,未变 6"),
            "the same file again"
        );

        let server = city.serve();
        let ask = "query($b: Similarity!) { similarGroups(district: \"150102\", year: 2026, by: $b, first: 50) { samePlace sameCategory daysApart needs { title workstation { code } } } }";
        let officer = city.token("DISTRICT_OFFICER", &["--district", "150102"]);
        let group = |by: &str| -> Value {
            let found = server.data(&officer, ask, json!({"b": by}));
            let groups = found["similarGroups"].as_array().expect("groups").clone();
            let lamps = |g: &Value| {
                g["needs"].as_array().is_some_and(|n| n.iter().any(|n| n["title"] == "楼道灯泡烧了"))
            };
            groups.into_iter().find(lamps).expect("a group of lamps")
        };
        let stations = |group: &Value| -> Vec<String> {
            let needs = group["needs"].as_array().expect("needs").iter();
            needs.map(|n| n["workstation"]["code"].as_str().expect("a code").to_owned()).collect()
        };
        let copies = group("COPY");
        assert!(stations(&copies).iter().all(|station| station == "XC-001"), "{copies}");
        let why = |group: &Value| json!([group["samePlace"], group["sameCategory"], group["daysApart"]]);
        assert_eq!(why(&copies), json!([true, true, 5]));
        let matter = group("SAME_MATTER");
        assert!(stations(&matter).contains(&"XC-002".to_owned()), "a topic for both: {matter}");
        assert_eq!(why(&matter), json!([false, false, 293]));

        let token = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let typed = "query($i: TypedNeedInput!) { similarNeeds(input: $i, first: 20) { need { workstation { code } } copy samePlace sameCategory daysApart } }";
        let near = |category: Option<&str>| {
            let input = json!({"workstation": "XC-001", "year": 2026, "title": "楼道灯泡烧了", "text": "五单元楼道灯泡烧了没人换", "category": category});
            server.data(&token, typed, json!({"i": input}))["similarNeeds"].as_array().expect("needs").clone()
        };
        let found = near(Some("0102"));
        assert_eq!(
            (&found[0]["copy"], &found[0]["samePlace"], &found[0]["sameCategory"]),
            (&json!(true), &json!(true), &json!(true))
        );
        assert_eq!(found[0]["daysApart"], 35, "{found:?}");
        assert!(
            found.iter().any(|f| f["copy"] == false && f["sameCategory"] == false && f["samePlace"] == true),
            "{found:?}"
        );
        assert!(found.iter().any(|f| f["copy"] == false && f["daysApart"].as_i64() > Some(180)), "{found:?}");
        let places: Vec<bool> =
            found.iter().filter(|f| f["copy"] == false).map(|f| f["samePlace"] == true).collect();
        assert!(places.is_sorted_by_key(|same| !same), "what is here comes first: {found:?}");
        assert!(near(None).iter().all(|f| f["sameCategory"].is_null()), "nobody has said the class");
    }
}

#[test]
fn a_job_that_has_ended_cannot_be_cancelled() {
    let city = City::demo(Engine::Sqlite);
    let server = city.serve();
    let token = city.token("CITY_OFFICER", &[]);
    let plan = "mutation($i: PlanYearInput!) { planYear(input: $i) { node { id percent } errors { code } } }";
    // A year that nobody has opened is not planned: said at once, and no job is left behind.
    let never = server.data(&token, plan, json!({"i": {"year": YEAR + 1}}))["planYear"].clone();
    assert_eq!((&never["node"], &never["errors"][0]["code"]), (&json!(null), &json!("YEAR_NOT_OPEN")));
    let job = server.data(&token, plan, json!({"i": {"year": YEAR}}))["planYear"]["node"].clone();
    let id = job["id"].clone();
    let cancel = "mutation($i: CancelPlanJobInput!) { cancelPlanJob(input: $i) { node { status } errors { code message } } }";
    let first = server.data(&token, cancel, json!({"i": {"id": id}}))["cancelPlanJob"].clone();
    let state = "query($id: ID!) { planJob(id: $id) { status percent message endedAt } }";
    let ended = loop {
        let job = server.data(&token, state, json!({"id": id}))["planJob"].clone();
        if !job["endedAt"].is_null() {
            break job;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    assert_eq!(ended["percent"], 100);
    // Cancelled in time it ends with its reason and has changed nothing; too late it is refused.
    if ended["status"] == "CANCELLED" {
        assert!(ended["message"].as_str().unwrap().contains("已按要求取消"), "{ended}");
    } else {
        assert_eq!(ended["status"], "DONE", "{ended} {first}");
    }
    let late = server.data(&token, cancel, json!({"i": {"id": id}}))["cancelPlanJob"].clone();
    assert_eq!(late["errors"][0]["code"], "ENDED", "{late}");
}

#[test]
fn a_policy_is_tried_before_it_is_put_in_force_and_one_alone_is() {
    let city = City::demo(Engine::Sqlite);
    let server = city.serve();
    let officer = city.token("CITY_OFFICER", &[]);
    let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
    let input = |points: i64| json!({"weights": [{"code": "NEAR_COMMUNITY", "points": points}], "listLimit": 2, "note": "清单短一些"});
    assert_eq!(
        server.not_changed(&convener, "draftPlanPolicy", "DraftPlanPolicyInput", input(5)),
        "NOT_ALLOWED"
    );
    assert_eq!(server.not_changed(&officer, "draftPlanPolicy", "DraftPlanPolicyInput", input(-1)), "POINTS");
    let fields = "version status listLimit weights { code points }";
    let draft = server.changed(&officer, "draftPlanPolicy", "DraftPlanPolicyInput", fields, input(5));
    assert_eq!((&draft["version"], &draft["status"]), (&json!(2), &json!("DRAFT")));
    let points = |p: &Value, code: &str| {
        let all = p["weights"].as_array().unwrap().clone();
        all.iter().find(|w| w["code"] == code).unwrap()["points"].clone()
    };
    assert_eq!((points(&draft, "NEAR_COMMUNITY"), points(&draft, "WORDS")), (json!(5), json!(8)));
    // Lists of two lines cannot serve as many; the dry run says so, and changes nothing.
    let query = "{ planPolicies { version status dryRun(year: 2026) { served count } } }";
    let all = server.data(&officer, query, json!({}))["planPolicies"].clone();
    assert!(all[0]["dryRun"]["served"].as_i64().unwrap() < 0, "{all}");
    assert_eq!(all[1]["dryRun"], json!({"served": 0, "count": 0}), "the version in force against itself");
    let force = json!({"version": 2, "reason": "试行"});
    let put = server.changed(
        &officer,
        "putPlanPolicyInForce",
        "PutPlanPolicyInForceInput",
        "status",
        force.clone(),
    );
    assert_eq!(put["status"], "IN_FORCE");
    let again = server.not_changed(&officer, "putPlanPolicyInForce", "PutPlanPolicyInForceInput", force);
    assert_eq!(again, "POLICY_STATE");
    let all = server.data(&officer, "{ planPolicies { status } }", json!({}))["planPolicies"].clone();
    assert_eq!(all, json!([{"status": "IN_FORCE"}, {"status": "RETIRED"}]));
}

#[test]
fn a_scenario_is_kept_apart_adopted_or_dropped() {
    let city = City::demo(Engine::Sqlite);
    let server = city.serve();
    let officer = city.token("CITY_OFFICER", &[]);
    let found = server.data(
        &officer,
        "{ workstation(code: \"XC-001\") { id } shortages(year: 2026, district: \"150102\", first: 2) { unserved category { code } with { served score } } }",
        json!({}),
    );
    let (station, shortages) = (&found["workstation"]["id"], found["shortages"].as_array().unwrap());
    assert!(
        !shortages.is_empty() && shortages.iter().all(|s| s["unserved"].as_i64().unwrap() > 0),
        "{found}"
    );
    let class = &shortages[0]["category"]["code"];
    let lines = json!({"moreLines": {"workstationId": station, "more": 20}});
    let resource = json!({"newResource": {"workstationId": station, "category": class, "units": 8}});
    let input = json!({"year": 2026, "name": "加一项资源", "changes": [lines, resource]});
    let fields = "id version status effect { served moves { after { resource { number } quarter } } }";
    let made = server.changed(&officer, "createScenario", "CreateScenarioInput", fields, input);
    assert!(made["effect"]["served"].as_i64().unwrap() > 0, "{made}");
    let step = |s: &Value| json!({"id": s["id"], "expectedVersion": s["version"], "reason": "试试"});
    // A resource is a member's to offer.
    assert_eq!(server.not_changed(&officer, "adoptScenario", "ScenarioStepInput", step(&made)), "NOT_OURS");
    let dropped =
        server.changed(&officer, "dropScenario", "ScenarioStepInput", "id version status", step(&made));
    assert_eq!(dropped["status"], "DROPPED");
    assert_eq!(
        server.not_changed(&officer, "adoptScenario", "ScenarioStepInput", step(&dropped)),
        "SCENARIO_STATE"
    );

    let weights = json!({"weights": {"weights": [{"code": "SECTOR", "points": 20}]}});
    let input = json!({"year": 2026, "name": "界别优先", "changes": [lines, weights]});
    let made = server.changed(&officer, "createScenario", "CreateScenarioInput", "id version", input);
    server.changed(&officer, "adoptScenario", "ScenarioStepInput", "status", step(&made));
    let all = server.data(
        &officer,
        "{ planPolicies { version status weights { code points } } workstation(code: \"XC-001\") { listLimit } scenarios(year: 2026) { status } }",
        json!({}),
    );
    assert_eq!(all["planPolicies"][0]["status"], "IN_FORCE");
    let sector = all["planPolicies"][0]["weights"]
        .as_array()
        .unwrap()
        .iter()
        .find(|w| w["code"] == "SECTOR")
        .unwrap()
        .clone();
    assert_eq!(sector["points"], 20);
    assert_eq!(all["scenarios"], json!([{"status": "ADOPTED"}, {"status": "DROPPED"}]));
}
