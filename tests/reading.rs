//! What a text says, and which needs say the same.

use crate::city::{City, Engine, YEAR, engines};
use serde_json::{Value, json};

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
    for engine in engines() {
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
    for engine in engines() {
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
