//! Two stations together: partnerships and joint items, over HTTP on both databases.

use crate::city::{City, Engine, Server, engines};
use serde_json::{Value, json};

/// Two stations of two districts, each with a need; only the second has members.
fn two_districts(engine: Engine) -> City {
    let city = City::empty(engine);
    let stations = "编号,名称,类型,区划代码,第一召集人,第二召集人,站长,工作人员\n\
                    XC-001,曙光街社区政协委员工作站,站,150102005002,赵示例甲,钱示例乙,孙示例丙,李示例丁\n\
                    SH-001,赛罕区政协委员工作站,站,150105,周示例甲,吴示例乙,,郑示例丁\n";
    city.ok(&["import", "workstations", &city.file("stations.csv", stations)]);
    let members = "委员编号,姓名,级别,界别,入站,全年上限\nW-1,王示例甲,市,民革,SH-001,6\n";
    city.ok(&["import", "members", &city.file("members.csv", members)]);
    let resources = "委员编号,工作站编号,外部编号,资源名称,说明,种类,类别,每季次数,全年次数,状态\n\
                     W-1,SH-001,R1,公益法律咨询,每次两小时,专业服务,0102,2,2,可用\n\
                     W-1,SH-001,R2,社区义诊,带队义诊,专业服务,0103,2,2,可用\n";
    city.ok(&["import", "resources", &city.file("resources.csv", resources), "--year", "2026"]);
    let needs = "工作站编号,外部编号,标题,内容,类别,收集日期,户数,人数,状态,公开\n\
                 XC-001,N1,路灯不亮,巷口路灯坏了请打13800001234,0102,2026-01-05,447,1100,待匹配,不公开\n\
                 SH-001,N2,想请医生来,老人多,0103,2026/1/6,20,60,待匹配,同意公开\n";
    city.ok(&["import", "needs", &city.file("needs.csv", needs), "--year", "2026"]);
    city.ok(&["plan", "--year", "2026"]);
    city
}

fn with(row: &Value, more: Value) -> Value {
    let mut input = json!({"id": row["id"], "expectedVersion": row["version"]});
    for (k, v) in more.as_object().expect("an object") {
        input[k] = v.clone();
    }
    input
}

const LIST: &str = "id status version items(first: 20) { nodes { id seq number title quarter version removed joint need { id title description } members { number } } }";

fn list(server: &Server, token: &str, station: &str) -> Value {
    let query = format!("{{ dutyList(workstation: \"{station}\", year: 2026) {{ {LIST} }} }}");
    server.data(token, &query, json!({}))["dutyList"].clone()
}

/// Offers, confirms, signs and publishes a station's list; gives its id.
pub fn publish(server: &Server, city: &City, station: &str) -> Value {
    let scope = ["--station", station];
    let [first, second] = ["FIRST_CONVENER", "SECOND_CONVENER"].map(|r| city.token(r, &scope));
    let id = list(server, &first, station)["id"].clone();
    for field in ["proposeListMatches", "confirmListMatches"] {
        server.changed(&first, field, "DutyListMatchesInput", "id", json!({"id": id}));
    }
    for (token, field) in [
        (&first, "submitDutyList"),
        (&first, "approveDutyList"),
        (&second, "cosignDutyList"),
        (&second, "publishDutyList"),
    ] {
        let at = list(server, &first, station);
        server.changed(token, field, "DutyListStepInput", "status", with(&at, json!({})));
    }
    id
}

/// Scenario 5: two stations in two districts, a partnership, one need on both lists: city 件 1, 件次 2.
#[test]
fn scenario_05_a_need_on_the_lists_of_two_stations_is_one_in_the_city_and_one_a_station() {
    for engine in engines() {
        let city = two_districts(engine);
        let server = city.serve();
        let own = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let other = city.token("FIRST_CONVENER", &["--station", "SH-001"]);
        let clerk = city.token("CLERK", &["--station", "XC-001"]);
        let stations = "{ a: workstation(code: \"XC-001\") { id } b: workstation(code: \"SH-001\") { id } }";
        let at = server.data("", stations, json!({}));
        let (a, b) = (at["a"]["id"].clone(), at["b"]["id"].clone());
        // Without a partnership nobody in reach can help, and the answer says what to do.
        let reason = "{ needs(filter: { year: 2026 }) { nodes { title status matches { status } unservedReason { code remedy } } } }";
        let lamp = |token: &str| {
            let all = server.data(token, reason, json!({}))["needs"]["nodes"].clone();
            all.as_array().unwrap().iter().find(|n| n["title"] == "路灯不亮").cloned().unwrap_or_default()
        };
        assert!(lamp(&own)["matches"].as_array().unwrap().is_empty(), "{}", lamp(&own));
        assert_eq!(lamp(&other), Value::Null, "another station's open need is out of sight");

        // Both conveners agree: the one that proposes cannot agree for the other.
        let new = |from: &Value, to: &Value, categories: Value| {
            json!({"workstationId": from, "partnerId": to, "scope": "TAKES", "categories": categories,
                   "agreementNo": "共建-1", "from": "2026-01-01"})
        };
        let propose =
            |input: Value| server.not_changed(&own, "proposePartnership", "ProposePartnershipInput", input);
        assert_eq!(propose(new(&a, &a, json!([]))), "SELF");
        assert_eq!(propose(new(&a, &b, json!(["9999"]))), "CATEGORY");
        assert_eq!(propose(new(&b, &a, json!([]))), "NOT_FOUND", "not for a station of others");
        let mut ended = new(&a, &b, json!([]));
        ended["to"] = json!("2025-12-31");
        assert_eq!(propose(ended), "DATE");
        let node = "id version status categories";
        let input = new(&a, &b, json!(["0102"]));
        let p = server.changed(&own, "proposePartnership", "ProposePartnershipInput", node, input);
        let answer = |token: &str, more: Value| {
            server.change(token, "answerPartnership", "AnswerPartnershipInput", node, with(&p, more))
        };
        assert_eq!(answer(&own, json!({"agree": true}))["errors"][0]["code"], "NOT_FOUND");
        assert_eq!(answer(&other, json!({"agree": false}))["errors"][0]["code"], "EMPTY");
        let waiting = server.data(&other, "{ inbox(year: 2026) { kind count } }", json!({}))["inbox"].clone();
        assert!(waiting.as_array().unwrap().contains(&json!({"kind": "PARTNER", "count": 1})), "{waiting}");
        city.ok(&["plan", "--year", "2026"]);
        assert!(lamp(&own)["matches"].as_array().unwrap().is_empty(), "nothing opens before both agree");
        assert_eq!(answer(&other, json!({"agree": true}))["node"]["status"], "AGREED");
        assert_eq!(answer(&other, json!({"agree": true}))["errors"][0]["code"], "CONFLICT");
        city.ok(&["plan", "--year", "2026"]);
        assert_eq!(lamp(&own)["matches"][0]["status"], "SUGGESTED");

        // The item is asked for jointly; the other station sees the need without what is personal, and agrees.
        let item = list(&server, &own, "XC-001")["items"]["nodes"][0].clone();
        let ask = |item: &Value, to: &Value| json!({"itemId": item["id"], "expectedVersion": item["version"], "workstationId": to});
        assert_eq!(
            server.not_changed(&own, "proposeJointItem", "ProposeJointItemInput", ask(&item, &a)),
            "SELF"
        );
        let node = "id version status need { title description }";
        let j = server.changed(&own, "proposeJointItem", "ProposeJointItemInput", node, ask(&item, &b));
        let item = list(&server, &own, "XC-001")["items"]["nodes"][0].clone();
        assert_eq!(
            server.not_changed(&own, "proposeJointItem", "ProposeJointItemInput", ask(&item, &b)),
            "ALREADY_JOINT"
        );
        let seen = server.data(&other, "{ jointOffers(year: 2026) { status lead { code } need { title description place } item { id } } inbox(year: 2026) { kind } }", json!({}));
        let offer = &seen["jointOffers"][0];
        assert_eq!(offer["need"]["title"], "路灯不亮");
        assert!(offer["need"]["description"].as_str().unwrap().contains("138****1234"), "{offer}");
        assert!(seen["inbox"].as_array().unwrap().contains(&json!({"kind": "JOINT"})), "{seen}");
        assert_eq!(
            server.data("", "{ jointOffers(year: 2026) { id } }", json!({}))["jointOffers"],
            json!([])
        );
        let answer = |token: &str, more: Value| {
            server.change(token, "answerJointItem", "AnswerJointItemInput", "status", with(&j, more))
        };
        assert_eq!(answer(&own, json!({"agree": true}))["errors"][0]["code"], "NOT_FOUND");
        assert_eq!(answer(&other, json!({"agree": true}))["node"]["status"], "AGREED");
        let mine = list(&server, &other, "SH-001")["items"]["nodes"].clone();
        let joint =
            mine.as_array().unwrap().iter().find(|i| i["joint"] == true).expect("the joint item").clone();
        assert_eq!((&joint["title"], &joint["members"][0]["number"]), (&item["title"], &json!("W-1")));

        // The quarter is the lead's to set, and the other's follows; the lead does not strike what the other holds.
        let quarter = if item["quarter"] == 3 { 4 } else { 3 };
        let to = with(&joint, json!({"quarter": quarter}));
        assert_eq!(server.not_changed(&other, "editItem", "EditItemInput", to), "JOINT");
        let to = with(&item, json!({"quarter": quarter}));
        let item = server.changed(&own, "editItem", "EditItemInput", "id version", to);
        let mine = list(&server, &other, "SH-001")["items"]["nodes"].clone();
        let follows = mine.as_array().unwrap().iter().find(|i| i["joint"] == true).expect("still there");
        assert_eq!(follows["quarter"], quarter);
        let strike = with(&item, json!({"reason": "不办了"}));
        assert_eq!(server.not_changed(&own, "removeItem", "RemoveItemInput", strike), "JOINT_HELD");

        // Both print it under the lead's number.
        publish(&server, &city, "XC-001");
        publish(&server, &city, "SH-001");
        let print = |s: &str| city.ok(&["export", "--year", "2026", "--station", s, "--format", "csv"]);
        assert!(print("SH-001").contains("联办 XC-001〔2026〕-1"), "{}", print("SH-001"));
        assert!(print("XC-001").contains("联办(牵头),同 SH-001〔2026〕-2"), "{}", print("XC-001"));
        city.ok(&["verify", "--year", "2026"]);

        // Carried out once: one 件 in the city, one 件次 at each station.
        let need = json!({"needId": list(&server, &own, "XC-001")["items"]["nodes"][0]["need"]["id"]});
        let node = "id version issuedOn match { id }";
        let o = server.changed(&own, "issueOrder", "IssueOrderInput", node, need.clone());
        let matches = "query($id: ID!) { node(id: $id) { ... on Need { matches { id status } } } }";
        let m = server.data(&own, matches, json!({"id": need["needId"]}))["node"]["matches"][0]["id"].clone();
        let o = server.changed(
            &own,
            "dispatchOrder",
            "DispatchOrderInput",
            node,
            with(&o, json!({"matchId": m})),
        );
        let o = server.changed(&clerk, "acceptOrder", "OrderStepInput", node, with(&o, json!({})));
        let o = server.changed(
            &own,
            "waiveConsultation",
            "OrderReasonInput",
            node,
            with(&o, json!({"reason": "服务"})),
        );
        let done =
            json!({"resolvedOn": o["issuedOn"], "outcome": "已装灯", "evidence": "照片", "quantities": []});
        let o = server.changed(&clerk, "resolveOrder", "ResolveOrderInput", node, with(&o, done));
        let word = json!({"by": "REQUESTER", "channel": "电话", "rating": "SATISFIED", "solved": "YES"});
        server.changed(&clerk, "rateOrder", "RateOrderInput", node, with(&o, word));
        let officer = city.token("CITY_OFFICER", &[]);
        let figure = |scope: Value| {
            let query = "query($s: MeasureScopeInput!) { measures(scope: $s) { kind numerator distinctNeeds items { totalCount nodes { number } } } }";
            let all = server.data(&officer, query, json!({"s": scope}))["measures"].clone();
            let all = all.as_array().unwrap().clone();
            let m = all.into_iter().find(|m| m["kind"] == "ITEMS_DONE").expect("the measure");
            assert_eq!(m["items"]["totalCount"], m["numerator"]);
            (m["distinctNeeds"].as_i64().unwrap(), m["numerator"].as_i64().unwrap())
        };
        assert_eq!(figure(json!({"year": 2026})), (1, 2), "city: 件, 件次");
        assert_eq!(figure(json!({"year": 2026, "district": "150102"})), (1, 1));
        assert_eq!(figure(json!({"year": 2026, "district": "150105"})), (1, 1));
    }
}

#[test]
fn a_station_that_does_not_agree_or_leaves_changes_nothing_for_the_other() {
    for engine in engines() {
        let city = two_districts(engine);
        let server = city.serve();
        let own = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let other = city.token("FIRST_CONVENER", &["--station", "SH-001"]);
        let at = server.data(
            "",
            "{ a: workstation(code: \"XC-001\") { id } b: workstation(code: \"SH-001\") { id } }",
            json!({}),
        );
        let item = list(&server, &other, "SH-001")["items"]["nodes"][0].clone();
        let ask =
            json!({"itemId": item["id"], "expectedVersion": item["version"], "workstationId": at["a"]["id"]});
        let no = server.not_changed(&other, "proposeJointItem", "ProposeJointItemInput", ask.clone());
        assert_eq!(no, "NO_PARTNERSHIP");
        let new = json!({"workstationId": at["b"]["id"], "partnerId": at["a"]["id"], "scope": "GIVES",
                         "agreementNo": "共建-2", "from": "2026-01-01"});
        let node = "id version status";
        let p = server.changed(&other, "proposePartnership", "ProposePartnershipInput", node, new);
        let p = server.changed(
            &own,
            "answerPartnership",
            "AnswerPartnershipInput",
            node,
            with(&p, json!({"agree": true})),
        );
        // The station has a draft only once the plan has found something for it: the partner's lawyer for its lamp.
        city.ok(&["plan", "--year", "2026"]);
        let before = list(&server, &own, "XC-001");
        assert_eq!(before["items"]["nodes"][0]["title"], "路灯不亮");
        let item = list(&server, &other, "SH-001")["items"]["nodes"][0].clone();
        let ask =
            json!({"itemId": item["id"], "expectedVersion": item["version"], "workstationId": at["a"]["id"]});
        let j = server.changed(&other, "proposeJointItem", "ProposeJointItemInput", node, ask.clone());
        let no = with(&j, json!({"agree": false, "reason": "今年排满"}));
        assert_eq!(
            server.changed(&own, "answerJointItem", "AnswerJointItemInput", node, no)["status"],
            "REFUSED"
        );
        assert_eq!(list(&server, &own, "XC-001"), before);
        // Asked again, it agrees and leaves again: the lead's item and its match stay.
        let item = list(&server, &other, "SH-001")["items"]["nodes"][0].clone();
        let ask =
            json!({"itemId": item["id"], "expectedVersion": item["version"], "workstationId": at["a"]["id"]});
        let j = server.changed(&other, "proposeJointItem", "ProposeJointItemInput", node, ask);
        server.changed(
            &own,
            "answerJointItem",
            "AnswerJointItemInput",
            node,
            with(&j, json!({"agree": true})),
        );
        let mine = list(&server, &own, "XC-001")["items"]["nodes"].clone();
        let joint =
            mine.as_array().unwrap().iter().find(|i| i["joint"] == true).expect("the joint item").clone();
        let leave = with(&joint, json!({"reason": "人手不足"}));
        server.changed(&own, "removeItem", "RemoveItemInput", "removed", leave);
        let lead = list(&server, &other, "SH-001")["items"]["nodes"][0].clone();
        assert_eq!((&lead["removed"], &lead["members"][0]["number"]), (&json!(false), &json!("W-1")));
        let offers =
            server.data(&other, "{ jointOffers(year: 2026) { status reason } }", json!({}))["jointOffers"]
                .clone();
        assert_eq!(offers[1], json!({"status": "WITHDRAWN", "reason": "人手不足"}));
        // Ended, the partnership opens nothing more.
        let end = with(&p, json!({"reason": "到期"}));
        let ended = server.changed(&own, "endPartnership", "EndPartnershipInput", "status to", end);
        assert_eq!(ended["status"], "ENDED");
        city.ok(&["plan", "--year", "2026"]);
        let query = "{ needs(filter: { year: 2026 }) { nodes { title matches { status } } } }";
        let all = server.data(&own, query, json!({}))["needs"]["nodes"].clone();
        let lamp =
            all.as_array().unwrap().iter().find(|n| n["title"] == "路灯不亮").expect("the lamp").clone();
        assert!(lamp["matches"].as_array().unwrap().iter().all(|m| m["status"] != "SUGGESTED"), "{lamp}");
    }
}

/// Both stations agree that the second gives to the first, the year is planned anew and both lists are published; gives
/// the second's list.
fn published_together(server: &Server, city: &City, own: &str, other: &str, at: &Value) -> Value {
    let new = json!({"workstationId": at["b"]["id"], "partnerId": at["a"]["id"], "scope": "GIVES",
                     "agreementNo": "共建-2", "from": "2026-01-01"});
    let node = "id version status";
    let p = server.changed(other, "proposePartnership", "ProposePartnershipInput", node, new);
    let agree = with(&p, json!({"agree": true}));
    server.changed(own, "answerPartnership", "AnswerPartnershipInput", node, agree);
    city.ok(&["plan", "--year", "2026"]);
    publish(server, city, "XC-001");
    publish(server, city, "SH-001")
}

/// What is published changes by an amendment alone: so does a list that comes to carry another station's item.
#[test]
fn a_published_list_takes_up_a_joint_item_by_an_amendment() {
    for engine in engines() {
        let city = two_districts(engine);
        let server = city.serve();
        let own = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let other = city.token("FIRST_CONVENER", &["--station", "SH-001"]);
        let second = city.token("SECOND_CONVENER", &["--station", "SH-001"]);
        let at = server.data(
            "",
            "{ a: workstation(code: \"XC-001\") { id } b: workstation(code: \"SH-001\") { id } }",
            json!({}),
        );
        let node = "id version status";
        let id = published_together(&server, &city, &own, &other, &at);

        // Asked for an item that is published already, and taken back.
        let item = list(&server, &own, "XC-001")["items"]["nodes"][0].clone();
        let ask =
            json!({"itemId": item["id"], "expectedVersion": item["version"], "workstationId": at["b"]["id"]});
        let j = server.changed(&own, "proposeJointItem", "ProposeJointItemInput", node, ask.clone());
        let back = with(&j, json!({"reason": "先商量"}));
        assert_eq!(
            server.not_changed(&other, "withdrawJointItem", "WithdrawJointItemInput", back.clone()),
            "NOT_FOUND"
        );
        let gone = server.changed(
            &own,
            "withdrawJointItem",
            "WithdrawJointItemInput",
            "id version status reason",
            back,
        );
        assert_eq!((&gone["status"], &gone["reason"]), (&json!("WITHDRAWN"), &json!("先商量")));
        let again = with(&gone, json!({"reason": "再撤"}));
        assert_eq!(
            server.not_changed(&own, "withdrawJointItem", "WithdrawJointItemInput", again),
            "JOINT_STATE"
        );

        // Asked again: not by an answer, but by an amendment with two signatures.
        let j = server.changed(&own, "proposeJointItem", "ProposeJointItemInput", node, ask.clone());
        let yes = with(&j, json!({"agree": true}));
        let refused = server.change(&other, "answerJointItem", "AnswerJointItemInput", "id", yes);
        assert_eq!(refused["errors"][0]["code"], "LIST_STATE", "{refused}");
        assert!(refused["errors"][0]["message"].as_str().unwrap().contains("修订"), "{refused}");
        let draft = json!({"listId": id, "reason": "与曙光街站联办"});
        let a = server.changed(&other, "draftAmendment", "DraftAmendmentInput", node, draft);
        let join = |offer: &Value, a: &Value| {
            with(a, json!({"change": {"joinOfferId": offer["id"]}, "reason": "两站一起办"}))
        };
        assert_eq!(server.not_changed(&other, "amend", "AmendInput", join(&gone, &a)), "JOINT_STATE");
        let a = server.changed(
            &other,
            "amend",
            "AmendInput",
            "id version changes { kind need { title } }",
            join(&j, &a),
        );
        assert_eq!(a["changes"][0]["kind"], "JOIN");
        assert_eq!(a["changes"][0]["need"]["title"], "路灯不亮", "who is asked sees for what");
        let mut step = a;
        for (token, field) in
            [(&other, "submitAmendment"), (&other, "approveAmendment"), (&second, "cosignAmendment")]
        {
            step = server.changed(token, field, "AmendmentStepInput", node, with(&step, json!({})));
        }
        // Until it is published nothing has changed.
        assert_eq!(list(&server, &other, "SH-001")["items"]["nodes"].as_array().unwrap().len(), 1);
        server.changed(&second, "publishAmendment", "AmendmentStepInput", "status", with(&step, json!({})));
        let mine = list(&server, &other, "SH-001")["items"]["nodes"].clone();
        assert_eq!((&mine[1]["joint"], &mine[1]["seq"]), (&json!(true), &json!(2)), "{mine}");
        assert_eq!(mine[1]["members"], item["members"]);
        let print = city.ok(&["export", "--year", "2026", "--station", "SH-001", "--format", "csv"]);
        assert!(print.contains("联办 XC-001〔2026〕-1"), "{print}");
        let offers = server.data(
            &own,
            "{ jointOffers(year: 2026, status: AGREED) { id version answeredOn } }",
            json!({}),
        );
        let agreed = offers["jointOffers"][0].clone();
        assert!(agreed["answeredOn"].is_string(), "{offers}");
        let back = with(&agreed, json!({"reason": "不办了"}));
        assert_eq!(
            server.not_changed(&own, "withdrawJointItem", "WithdrawJointItemInput", back),
            "JOINT_HELD"
        );
        city.ok(&["verify", "--year", "2026"]);
    }
}

/// What was offered when an amendment was drafted may be gone when it is published: then nothing is.
#[test]
fn an_offer_that_is_taken_back_stops_the_amendment_that_takes_it_up() {
    let city = two_districts(Engine::Sqlite);
    let server = city.serve();
    let own = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
    let other = city.token("FIRST_CONVENER", &["--station", "SH-001"]);
    let second = city.token("SECOND_CONVENER", &["--station", "SH-001"]);
    let at = server.data(
        "",
        "{ a: workstation(code: \"XC-001\") { id } b: workstation(code: \"SH-001\") { id } }",
        json!({}),
    );
    let node = "id version status";
    let id = published_together(&server, &city, &own, &other, &at);
    let item = list(&server, &own, "XC-001")["items"]["nodes"][0].clone();
    let ask =
        json!({"itemId": item["id"], "expectedVersion": item["version"], "workstationId": at["b"]["id"]});
    let j = server.changed(&own, "proposeJointItem", "ProposeJointItemInput", node, ask);
    let a = server.changed(
        &other,
        "draftAmendment",
        "DraftAmendmentInput",
        node,
        json!({"listId": id, "reason": "联办"}),
    );
    let join = with(&a, json!({"change": {"joinOfferId": j["id"]}, "reason": "一起办"}));
    let mut step = server.changed(&other, "amend", "AmendInput", node, join);
    for (token, field) in
        [(&other, "submitAmendment"), (&other, "approveAmendment"), (&second, "cosignAmendment")]
    {
        step = server.changed(token, field, "AmendmentStepInput", node, with(&step, json!({})));
    }
    server.changed(
        &own,
        "withdrawJointItem",
        "WithdrawJointItemInput",
        node,
        with(&j, json!({"reason": "改由本站办"})),
    );
    let publish = with(&step, json!({}));
    assert_eq!(server.not_changed(&second, "publishAmendment", "AmendmentStepInput", publish), "JOINT_STATE");
    assert_eq!(list(&server, &other, "SH-001")["items"]["nodes"].as_array().unwrap().len(), 1);
}
