//! Orders: issued, answered, carried out, rated, over HTTP on both databases.

use crate::city::{City, Engine, Server, engines};
use crate::duty_list::planned;
use serde_json::{Value, json};

pub const ORDER: &str = "id issuedOn number status version returnAsked reopenCount attention tries rating lead { number } match { id status resource { number } } acceptBy { day workingDays caution }";

/// The planned city with a second resource for legal advice, whose owner is W-2.
pub fn city(engine: Engine) -> City {
    let city = planned(engine);
    let more = "委员编号,工作站编号,外部编号,资源名称,说明,种类,类别,每季次数,全年次数,状态\n\
                W-2,XC-001,R3,律师值班,每周三,专业服务,0102,1,1,可用\n";
    city.ok(&["import", "resources", &city.file("more.csv", more), "--year", "2026"]);
    city.ok(&["plan", "--year", "2026"]);
    city
}

pub struct Station<'a> {
    server: &'a Server,
    pub convener: String,
    clerk: String,
    members: [String; 2],
}

impl<'a> Station<'a> {
    pub fn new(city: &City, server: &'a Server) -> Station<'a> {
        Station {
            server,
            convener: city.token("FIRST_CONVENER", &["--station", "XC-001"]),
            clerk: city.token("CLERK", &["--station", "XC-001"]),
            members: ["W-1", "W-2"].map(|m| city.token("MEMBER", &["--member", m])),
        }
    }

    /// Need by external title, with its suggested match.
    pub fn need(&self, title: &str) -> (Value, Value) {
        let query = "{ needs(first: 20, filter: { year: 2026 }) { nodes { id title status matches { id status version member { number } } } } }";
        let all = self.server.data(&self.convener, query, json!({}))["needs"]["nodes"].clone();
        let need = all.as_array().unwrap().iter().find(|n| n["title"] == title).expect("the need").clone();
        let suggested =
            need["matches"].as_array().unwrap().iter().find(|m| m["status"] == "SUGGESTED").cloned();
        (need, suggested.unwrap_or(Value::Null))
    }

    pub fn step(&self, token: &str, field: &str, kind: &str, order: &Value, more: Value) -> Value {
        self.server.changed(token, field, kind, ORDER, with(order, more))
    }

    pub fn refused(&self, token: &str, field: &str, kind: &str, order: &Value, more: Value) -> String {
        self.server.not_changed(token, field, kind, with(order, more))
    }

    /// An order for a need, offered by its suggestion.
    pub fn offered(&self, title: &str) -> Value {
        let (need, suggested) = self.need(title);
        let input = json!({"needId": need["id"]});
        let order = self.server.changed(&self.convener, "issueOrder", "IssueOrderInput", ORDER, input);
        let lead = json!({"matchId": suggested["id"]});
        self.step(&self.convener, "dispatchOrder", "DispatchOrderInput", &order, lead)
    }

    /// The token of the member who leads an order.
    pub fn lead(&self, order: &Value) -> &str {
        &self.members[usize::from(order["lead"]["number"] == "W-2")]
    }
}

/// An order's id and version with more.
fn with(order: &Value, more: Value) -> Value {
    let mut input = json!({"id": order["id"], "expectedVersion": order["version"]});
    for (k, v) in more.as_object().unwrap() {
        input[k] = v.clone();
    }
    input
}

fn outcome(day: &str) -> Value {
    json!({"resolvedOn": day, "outcome": "两次接待,已答复", "evidence": "接待记录",
           "quantities": [{"measure": "PERSONS", "before": 0, "amount": 12, "unit": "人"}]})
}

#[test]
fn a_need_goes_from_order_to_the_requesters_word_and_the_ledger() {
    for engine in engines() {
        let city = city(engine);
        let server = city.serve();
        let s = Station::new(&city, &server);
        let order = s.offered("想请医生来");
        let day = order["issuedOn"].as_str().unwrap().to_owned();
        assert_eq!((&order["status"], &order["lead"]["number"]), (&json!("DISPATCHED"), &json!("W-2")));
        assert_eq!(order["acceptBy"]["workingDays"], 5);
        // One live order a need; a stranger sees none, another member neither sees nor answers it.
        let (need, _) = s.need("想请医生来");
        let again = json!({"needId": need["id"]});
        assert_eq!(server.not_changed(&s.convener, "issueOrder", "IssueOrderInput", again), "ORDER_LIVE");
        let none = server.data("", "{ orders(filter: { year: 2026 }) { totalCount } }", json!({}));
        assert_eq!(none["orders"]["totalCount"], 0);
        let wrong = s.refused(&s.members[0], "acceptOrder", "OrderStepInput", &order, json!({}));
        assert_eq!(wrong, "NOT_FOUND");
        // What an order relies on ends by way of the order.
        let of = &need["matches"].as_array().unwrap().iter().find(|m| m["status"] == "PROPOSED").unwrap();
        let no = json!({"id": of["id"], "expectedVersion": of["version"], "reason": "TIME"});
        let declined = server.not_changed(&s.members[1], "declineMatch", "DeclineMatchInput", no);
        assert_eq!(declined, "ORDER_LIVE");
        let no = json!({"id": of["id"], "expectedVersion": of["version"], "reason": "另有安排"});
        let dismissed = server.not_changed(&s.convener, "dismissMatch", "DismissMatchInput", no);
        assert_eq!(dismissed, "ORDER_LIVE");
        // Two at once: the second reads it anew.
        let accepted = s.step(&s.members[1], "acceptOrder", "OrderStepInput", &order, json!({}));
        assert_eq!(s.refused(&s.clerk, "acceptOrder", "OrderStepInput", &order, json!({})), "CONFLICT");
        assert_eq!(accepted["match"]["status"], "CONFIRMED");
        assert_eq!(s.need("想请医生来").0["status"], "IN_PROGRESS");

        // A service without consultation needs the convener's word; bad figures are refused by field.
        let field =
            |o: &Value, more: Value| s.refused(&s.members[1], "resolveOrder", "ResolveOrderInput", o, more);
        assert_eq!(field(&accepted, outcome(&day)), "NO_CONSULTATION");
        let o = s.step(
            &s.convener,
            "waiveConsultation",
            "OrderReasonInput",
            &accepted,
            json!({"reason": "义诊"}),
        );
        assert_eq!(field(&o, outcome("2026-01-01")), "DATE");
        assert_eq!(field(&o, outcome("2999-01-01")), "DATE");
        let mut bad = outcome(&day);
        bad["quantities"][0]["amount"] = json!(-3);
        assert_eq!(field(&o, bad), "AMOUNT");
        let mut bad = outcome(&day);
        bad["quantities"][0]["unit"] = json!("");
        assert_eq!(field(&o, bad), "UNIT");
        let o = s.step(&s.members[1], "resolveOrder", "ResolveOrderInput", &o, outcome(&day));
        assert_eq!((&o["status"], &o["match"]["status"]), (&json!("RESOLVED"), &json!("USED")));

        // Who did it does not rate it; the word needs to say whether it is solved.
        let rate = |rating: &str| json!({"by": "REQUESTER", "channel": "电话", "rating": rating, "solved": "YES", "words": "再来,电话13800001234"});
        assert_eq!(
            s.refused(&s.members[1], "rateOrder", "RateOrderInput", &o, rate("SATISFIED")),
            "NOT_ALLOWED"
        );
        let mut unsaid = rate("SATISFIED");
        unsaid["solved"] = Value::Null;
        assert_eq!(s.refused(&s.clerk, "rateOrder", "RateOrderInput", &o, unsaid), "SOLVED");
        // Three times dissatisfied: reopened, and the district sees it.
        let mut o = o;
        for n in 1..=3 {
            o = s.step(&s.clerk, "rateOrder", "RateOrderInput", &o, rate("DISSATISFIED"));
            assert_eq!(
                (&o["status"], &o["reopenCount"], &o["attention"]),
                (&json!("EXECUTING"), &json!(n), &json!(n == 3))
            );
            assert_eq!(o["match"]["status"], "CONFIRMED");
            o = s.step(&s.members[1], "resolveOrder", "ResolveOrderInput", &o, outcome(&day));
        }
        let district = city.token("DISTRICT_OFFICER", &["--district", "150102"]);
        let seen = server.data(
            &district,
            "{ orders(filter: { year: 2026, attention: true }) { totalCount nodes { feedback { words } } } }",
            json!({}),
        );
        assert_eq!(seen["orders"]["totalCount"], 1);
        assert!(!seen.to_string().contains("13800001234"), "{seen}");
        let o = s.step(&s.clerk, "rateOrder", "RateOrderInput", &o, rate("BASICALLY_SATISFIED"));
        assert_eq!((&o["status"], &o["rating"]), (&json!("CLOSED"), &json!("BASICALLY_SATISFIED")));
        assert_eq!(s.need("想请医生来").0["status"], "CLOSED");
        let ledger = server.data(
            &s.members[1],
            "{ dutyRecords(year: 2026, memberNumber: \"W-2\") { kind role source } }",
            json!({}),
        );
        assert_eq!(
            ledger["dutyRecords"],
            json!([{"kind": "ORDER_CLOSED", "role": "LEAD", "source": o["number"]}])
        );
        let others = server.data(
            &s.members[1],
            "{ dutyRecords(year: 2026, memberNumber: \"W-1\") { kind } }",
            json!({}),
        );
        assert_eq!(others["dutyRecords"], json!([]));
        assert!(city.ok(&["verify", "--year", "2026"]).contains("单"));
    }
}

#[test]
fn consultation_takes_minutes_and_an_order_may_rest() {
    let city = city(Engine::Sqlite);
    let server = city.serve();
    let s = Station::new(&city, &server);
    let (need, suggested) = s.need("路灯不亮");
    let input = json!({"needId": need["id"], "form": "MICRO_CONSULTATION", "dueBy": "2099-12-31"});
    let o = server.changed(&s.convener, "issueOrder", "IssueOrderInput", ORDER, input);
    let o =
        s.step(&s.convener, "dispatchOrder", "DispatchOrderInput", &o, json!({"matchId": suggested["id"]}));
    let o = s.step(&s.clerk, "acceptOrder", "OrderStepInput", &o, json!({}));
    let day = o["issuedOn"].as_str().unwrap().to_owned();
    assert_eq!(
        s.refused(&s.convener, "waiveConsultation", "OrderReasonInput", &o, json!({"reason": "不必"})),
        "NO_MINUTES"
    );
    let session = |o: &Value, held: &str, minutes: Value| {
        json!({"orders": [{"id": o["id"], "expectedVersion": o["version"]}], "heldOn": held,
        "place": "社区活动室", "brand": "小马扎议事堂", "form": "MICRO_CONSULTATION", "host": "赵示例甲", "attendees": ["居民代表三人", "电力公司"],
        "options": ["换灯", "加灯"], "conclusion": "加装路灯", "minutes": minutes})
    };
    let refused = |o: &Value, held: &str| {
        server.not_changed(
            &s.convener,
            "recordConsultation",
            "RecordConsultationInput",
            session(o, held, Value::Null),
        )
    };
    assert_eq!(refused(&o, "2020-01-01"), "DATE", "before the order");
    assert_eq!(refused(&o, "2999-01-01"), "DATE", "not held yet");
    let fields = "id heldOn options attendees";
    let held = server.changed(
        &s.convener,
        "recordConsultation",
        "RecordConsultationInput",
        fields,
        session(&o, &day, Value::Null),
    );
    assert_eq!(held["options"], json!(["换灯", "加灯"]));
    let again = |o: &Value| {
        server.data(&s.convener, &format!("query($i: ID!) {{ node(id: $i) {{ ... on Order {{ {ORDER} consultations {{ minutes }} }} }} }}"), json!({"i": o["id"]}))["node"].clone()
    };
    let o = again(&o);
    assert_eq!(o["status"], "CONSULTING");
    assert_eq!(s.refused(&s.clerk, "resolveOrder", "ResolveOrderInput", &o, outcome(&day)), "NO_MINUTES");
    server.changed(
        &s.convener,
        "recordConsultation",
        "RecordConsultationInput",
        fields,
        session(&o, &day, json!("记录")),
    );
    let o = again(&o);
    assert_eq!(o["consultations"].as_array().unwrap().len(), 2);
    let o = s.step(&s.clerk, "planOrder", "PlanOrderInput", &o, json!({"plan": "四季度加装 13 盏"}));
    let o = s.step(&s.convener, "suspendOrder", "OrderReasonInput", &o, json!({"reason": "冬季停工"}));
    assert_eq!(s.refused(&s.clerk, "resolveOrder", "ResolveOrderInput", &o, outcome(&day)), "ORDER_STATE");
    let o = s.step(&s.convener, "resumeOrder", "OrderStepInput", &o, json!({}));
    let mut o = s.step(&s.clerk, "resolveOrder", "ResolveOrderInput", &o, outcome(&day));
    // Nobody is reached three times: closed, not rated, outside the ledger of what was rated.
    let not_reached = json!({"by": "CLERK", "channel": "电话", "rating": "NOT_RATED"});
    for tries in 1..=3 {
        assert_eq!(o["status"], "RESOLVED");
        o = s.step(&s.convener, "rateOrder", "RateOrderInput", &o, not_reached.clone());
        assert_eq!(o["tries"], tries);
    }
    assert_eq!((&o["status"], &o["rating"]), (&json!("CLOSED"), &json!("NOT_RATED")));
}

/// A stream of numbers that is the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides
    }
}

/// Whatever everybody does, in whatever order and at once: no capacity is exceeded, a need has one live order, and every
/// change that was acknowledged has its event.
#[test]
fn a_random_walk_of_many_clients_keeps_the_laws() {
    // More clients than there are connections: who waits for one must not be waited for by who has one.
    // `QINGDAN_WALK=20x500`: other numbers of clients and of actions each.
    let asked = std::env::var("QINGDAN_WALK").unwrap_or_else(|_| "12x200".to_owned());
    let asked =
        asked.split_once('x').and_then(|(c, a)| Some((c.parse::<u64>().ok()?, a.parse::<usize>().ok()?)));
    let (clients, actions) = asked.expect("QINGDAN_WALK: clients x actions");
    for engine in engines() {
        let city = city(engine);
        // So many that the walk does not come to its end with the last of them closed.
        let mut more = String::from("工作站编号,外部编号,标题,内容,类别,收集日期,状态\n");
        for n in 0..4 * clients {
            more += &format!("XC-001,W{n},第{n}件,随机,010{},2026-01-05,待匹配\n", 2 + n % 2);
        }
        city.ok(&["import", "needs", &city.file("walk.csv", more), "--year", "2026"]);
        let server = city.serve();
        let s = Station::new(&city, &server);
        let data = server.data(
            &s.convener,
            "{ needs(first: 200, filter: { year: 2026 }) { nodes { id } } resources(first: 20, filter: { year: 2026 }) { nodes { id } } }",
            json!({}),
        );
        let ids = |of: &str| -> Vec<Value> {
            data[of]["nodes"].as_array().unwrap().iter().map(|n| n["id"].clone()).collect()
        };
        let (needs, resources) = (ids("needs"), ids("resources"));
        let auditor = city.token("AUDITOR", &[]);
        let count = |what: &str| {
            let query = format!("{{ {what} {{ totalCount }} }}");
            let field = what.split('(').next().unwrap().to_owned();
            server.data(&auditor, &query, json!({}))[field]["totalCount"].as_i64().unwrap()
        };
        let before = count("auditTrail");
        let walk = |client: u64| -> i64 {
            let mut dice = Dice(client);
            let mut acknowledged = 0;
            for _ in 0..actions {
                let orders = server.data(
                    &s.convener,
                    "{ orders(first: 200, filter: { year: 2026 }) { nodes { id version issuedOn status } } }",
                    json!({}),
                )["orders"]["nodes"]
                    .clone();
                let all = orders.as_array().unwrap();
                let mut o = if all.is_empty() { Value::Null } else { all[dice.roll(all.len())].clone() };
                if o.is_null() {
                    o = json!({"id": "order:00000000-0000-0000-0000-000000000000", "version": 1, "issuedOn": "2026-01-01"});
                }
                let reason = json!({"reason": "随机"});
                let resource = &resources[dice.roll(resources.len())];
                let rating = ["SATISFIED", "DISSATISFIED", "NOT_RATED"][dice.roll(3)];
                let (field, kind, input) = match dice.roll(12) {
                    0 | 1 => {
                        ("issueOrder", "IssueOrderInput", json!({"needId": needs[dice.roll(needs.len())]}))
                    }
                    2..=4 => {
                        let lead = json!({"resourceId": resource, "quarter": 4, "again": "再问一次"});
                        ("dispatchOrder", "DispatchOrderInput", with(&o, lead))
                    }
                    5 | 6 => ("acceptOrder", "OrderStepInput", with(&o, json!({}))),
                    7 => ("declineOrder", "DeclineOrderInput", with(&o, json!({"reason": "TIME"}))),
                    8 => ("reassignOrder", "OrderReasonInput", with(&o, reason)),
                    9 => ("waiveConsultation", "OrderReasonInput", with(&o, reason)),
                    10 => (
                        "resolveOrder",
                        "ResolveOrderInput",
                        with(&o, outcome(o["issuedOn"].as_str().unwrap())),
                    ),
                    _ if dice.roll(3) == 0 => ("cancelOrder", "OrderReasonInput", with(&o, reason)),
                    _ => {
                        let said = json!({"by": "CLERK", "channel": "电话", "rating": rating, "solved": "PARTLY", "words": "随机"});
                        ("rateOrder", "RateOrderInput", with(&o, said))
                    }
                };
                let payload = server.change(&s.convener, field, kind, "id", input);
                if payload["node"].is_null() {
                    assert!(!payload["errors"][0]["message"].as_str().unwrap().is_empty(), "{payload}");
                } else {
                    // Dispatching by a resource is two events: the pair, and the order.
                    acknowledged += 1 + i64::from(field == "dispatchOrder");
                }
            }
            acknowledged
        };
        let walk = &walk;
        let acknowledged: i64 = std::thread::scope(|scope| {
            let clients: Vec<_> = (1..=clients).map(|c| scope.spawn(move || walk(c))).collect();
            clients.into_iter().map(|c| c.join().expect("a client")).sum()
        });
        assert!(acknowledged > 80, "{acknowledged}");
        println!(
            "{engine:?}: {clients} clients, {actions} actions each, {acknowledged} events, no law broken"
        );
        assert_eq!(count("auditTrail") - before, acknowledged, "every change has its event");
        city.ok(&["verify", "--year", "2026"]);
    }
}

/// An order that is past its last day comes up step by step: member, conveners, chief convener, district.
#[test]
fn an_overdue_order_comes_up_to_the_district() {
    use sea_orm::{ConnectionTrait, Database};
    for engine in engines() {
        let city = planned(engine);
        let server = city.serve();
        let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let clerk = city.token("CLERK", &["--station", "XC-001"]);
        let district = city.token("DISTRICT_OFFICER", &["--district", "150102"]);
        let need = "{ needs(filter: { year: 2026, text: \"想请医生来\" }) { nodes { id matches { id } } } }";
        let need = server.data(&convener, need, json!({}))["needs"]["nodes"][0].clone();
        let issue = json!({"needId": need["id"]});
        let o = server.changed(&convener, "issueOrder", "IssueOrderInput", "id version", issue);
        let step = |o: &Value| json!({"id": o["id"], "expectedVersion": o["version"]});
        let mut lead = step(&o);
        lead["matchId"] = need["matches"][0]["id"].clone();
        let o = server.changed(&convener, "dispatchOrder", "DispatchOrderInput", "id version", lead);
        server.changed(&clerk, "acceptOrder", "OrderStepInput", "id", step(&o));
        let seen = |token: &str| {
            let query = "{ orders(filter: { year: 2026, overdueStep: DISTRICT }) { totalCount nodes { overdueStep } } inbox(year: 2026) { kind count } }";
            server.data(token, query, json!({}))
        };
        assert_eq!(seen(&district)["orders"]["totalCount"], 0);
        assert_eq!(seen(&district)["inbox"], json!([]));
        // Its last day, long ago.
        let past = async {
            let db = Database::connect(&city.url).await.expect("the database");
            db.execute_unprepared("UPDATE work_order SET due_by = '2026-01-05'").await.expect("a day");
            db.close().await.expect("closed");
        };
        tokio::runtime::Runtime::new().expect("a runtime").block_on(past);
        assert_eq!(
            seen(&district)["orders"],
            json!({"totalCount": 1, "nodes": [{"overdueStep": "DISTRICT"}]})
        );
        assert_eq!(seen(&district)["inbox"], json!([{"kind": "OVERDUE", "count": 1}]));
        let chief = city.token("CHIEF_CONVENER", &["--cluster", "XC-P1"]);
        let up = json!({"kind": "OVERDUE", "count": 1});
        assert!(seen(&chief)["inbox"].as_array().unwrap().contains(&up), "the cluster's step is reached");
        let own = seen(&convener)["inbox"].clone();
        assert!(own.as_array().unwrap().contains(&json!({"kind": "OVERDUE", "count": 1})), "{own}");
    }
}
