//! Partner organisations (共建单位) and what they offer, over HTTP on both databases.

use crate::city::{City, Server, engines};
use crate::duty_list::planned;
use crate::partnership::publish;
use serde_json::{Value, json};

const NODE: &str = "id version status name member { number } from to reason";
const ALL: &str =
    "{ partnerOrganizations { totalCount nodes { id version status name kind member { number } } } }";

fn with(row: &Value, more: Value) -> Value {
    let mut input = json!({"id": row["id"], "expectedVersion": row["version"]});
    for (k, v) in more.as_object().expect("an object") {
        input[k] = v.clone();
    }
    input
}

fn member(server: &Server, officer: &str, number: &str) -> Value {
    server.data(officer, "query($n: String!) { member(number: $n) { id } }", json!({"n": number}))["member"]
        ["id"]
        .clone()
}

/// What a resource says of itself, with a window in the second half of the year.
fn offer(title: &str, category: &str) -> Value {
    json!({"title": title, "description": "由单位派人", "kind": "PROFESSIONAL", "categories": [category],
           "unit": "次", "perQuarter": 2, "perYear": 4, "windowFrom": "2026-01-01", "windowTo": "2026-12-31"})
}

fn export(city: &City) -> String {
    city.ok(&["export", "--station", "XC-001", "--year", "2026", "--format", "csv"])
}

#[test]
fn a_unit_offers_what_a_member_answers_for_and_stands_on_the_list() {
    for engine in engines() {
        let city = planned(engine);
        let server = city.serve();
        let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let foreign = city.token("FIRST_CONVENER", &["--station", "XC-002"]);
        let clerk = city.token("CLERK", &["--station", "XC-001"]);
        let officer = city.token("CITY_OFFICER", &[]);
        let liaison = city.token("MEMBER", &["--member", "W-1"]);
        let other = city.token("MEMBER", &["--member", "W-2"]);
        let stations = "{ a: workstation(code: \"XC-001\") { id } b: workstation(code: \"XC-002\") { id } }";
        let at = server.data("", stations, json!({}));
        let (one, two) = (member(&server, &officer, "W-1"), member(&server, &officer, "W-2"));

        // The convener enters it; whoever may not is told so, and what is wrong is said by field.
        let fields = |name: &str, member: &Value, to: Value| json!({"name": name, "kind": "ENTERPRISE", "memberId": member, "agreementNo": "G-1", "from": "2026-01-01", "to": to});
        let new = |fields: Value| json!({"workstationId": at["a"]["id"], "organization": fields});
        let kind = "RegisterPartnerOrganizationInput";
        let refused =
            |token: &str, input: Value| server.not_changed(token, "registerPartnerOrganization", kind, input);
        let good = fields("示例照明公司", &one, Value::Null);
        assert_eq!(refused(&clerk, new(good.clone())), "NOT_ALLOWED");
        assert_eq!(refused(&foreign, new(good.clone())), "NOT_FOUND");
        assert_eq!(refused(&convener, new(fields("示例照明公司", &one, json!("2025-12-31")))), "DATE");
        assert_eq!(refused(&convener, new(fields(" ", &one, Value::Null))), "EMPTY");
        let o = server.changed(&convener, "registerPartnerOrganization", kind, NODE, new(good.clone()));
        assert_eq!(refused(&convener, new(good.clone())), "ALREADY");

        // Seen at home and by the member who answers for it, by nobody else.
        let count = |token: &str| {
            server.data(token, ALL, json!({}))["partnerOrganizations"]["totalCount"].as_i64().unwrap()
        };
        assert_eq!(
            [&convener, &clerk, &officer, &liaison].map(|t| count(t)),
            [1, 1, 1, 1],
            "those whose it is"
        );
        assert_eq!([&foreign, &other].map(|t| count(t)), [0, 0]);
        assert_eq!(count(""), 0);

        // What it offers is entered by its member, or at the station; another member cannot.
        let resource = |station: &Value, resource: Value| json!({"partnerOrganizationId": o["id"], "workstationId": station, "year": 2026, "resource": resource});
        let register = "RegisterResourceInput";
        let lamps = resource(&at["a"]["id"], offer("路灯检修", "0102"));
        let not = |token: &str, input: Value| server.not_changed(token, "registerResource", register, input);
        assert_eq!(not(&other, lamps.clone()), "NOT_FOUND");
        assert_eq!(not(&convener, resource(&at["b"]["id"], offer("路灯检修", "0102"))), "OWNER");
        let mut nobody = lamps.clone();
        nobody.as_object_mut().unwrap().remove("partnerOrganizationId");
        assert_eq!(not(&convener, nobody), "EMPTY");
        let node = "id version number status partnerOrganization { name } member { number }";
        let r = server.changed(&liaison, "registerResource", register, node, lamps);
        assert_eq!(
            (&r["partnerOrganization"]["name"], &r["member"]["number"]),
            (&json!("示例照明公司"), &json!("W-1"))
        );
        let r = server.changed(&liaison, "submitResource", "ResourceStepInput", node, with(&r, json!({})));
        let r = server.changed(&convener, "verifyResource", "ResourceStepInput", node, with(&r, json!({})));

        // The agreement cannot end before what it offers, nor the offer outlive the agreement.
        let edit = |fields: Value, o: &Value| with(o, json!({"organization": fields}));
        let short = edit(fields("示例照明公司", &one, json!("2026-09-01")), &o);
        let editing = "EditPartnerOrganizationInput";
        assert_eq!(server.not_changed(&convener, "editPartnerOrganization", editing, short), "AGREEMENT");
        let year = edit(fields("示例照明公司", &one, json!("2027-01-01")), &o);
        let o = server.changed(&convener, "editPartnerOrganization", editing, NODE, year.clone());
        let again = server.change(&convener, "editPartnerOrganization", editing, NODE, year);
        assert_eq!(again["errors"][0]["code"], "CONFLICT");
        let mut late = offer("路灯检修", "0102");
        late["windowTo"] = json!("2027-01-01");
        let late = with(&r, json!({"resource": late}));
        assert_eq!(server.not_changed(&convener, "editResource", "EditResourceInput", late), "AGREEMENT");

        // Matched like any other; on the printed list the unit stands beside its member.
        city.ok(&["plan", "--year", "2026"]);
        let lists = "{ dutyList(workstation: \"XC-001\", year: 2026) { id version items { nodes { title partners resources { number partnerOrganization { name } } members { number } } } } }";
        let drafted = server.data(&convener, lists, json!({}))["dutyList"].clone();
        let offered: Vec<Value> = drafted["items"]["nodes"].as_array().unwrap().to_vec();
        let by_unit = |i: &&Value| i["resources"][0]["partnerOrganization"]["name"] == "示例照明公司";
        let lamp = offered.iter().find(by_unit).unwrap_or_else(|| panic!("{offered:?}"));
        assert_eq!(lamp["members"][0]["number"], "W-1");
        publish(&server, &city, "XC-001");
        assert!(export(&city).contains("示例照明公司"), "{}", export(&city));
        // What is printed may be read by all.
        let shown = server.data("", lists, json!({}))["dutyList"]["items"]["nodes"].clone();
        assert!(shown.as_array().unwrap().iter().any(|i| by_unit(&i)), "{shown}");
        // The agreement itself is between the two.
        let agreement =
            "query($n: String!) { resource(number: $n) { partnerOrganization { name agreementNo } } }";
        let of = |token: &str| {
            let found = server.data(token, agreement, json!({"n": r["number"]}))["resource"].clone();
            found["partnerOrganization"]["agreementNo"].clone()
        };
        assert_eq!([of(&convener), of(&liaison), of("")], [json!("G-1"), json!("G-1"), json!("")]);

        // Another member: what is confirmed stays with who answers for it, what nobody waits for follows.
        let idle = resource(&at["a"]["id"], offer("灯杆刷漆", "0103"));
        let idle = server.changed(&convener, "registerResource", register, node, idle);
        let to = edit(fields("示例照明公司", &two, json!("2027-01-01")), &o);
        let o = server.changed(&convener, "editPartnerOrganization", editing, NODE, to);
        let owner = |number: &Value| {
            let q = "query($n: String!) { resource(number: $n) { member { number } status statusReason } }";
            server.data(&convener, q, json!({"n": number}))["resource"].clone()
        };
        assert_eq!(owner(&r["number"])["member"]["number"], "W-1");
        assert_eq!(owner(&idle["number"])["member"]["number"], "W-2");

        // It ends for a reason: its offers go, and the published item shows that its resource has gone.
        let end = |reason: &str| with(&o, json!({"reason": reason}));
        let ending = "EndPartnerOrganizationInput";
        assert_eq!(server.not_changed(&foreign, "endPartnerOrganization", ending, end("搬离")), "NOT_FOUND");
        assert_eq!(server.not_changed(&convener, "endPartnerOrganization", ending, end("")), "EMPTY");
        let o = server.changed(&convener, "endPartnerOrganization", ending, NODE, end("搬离"));
        assert_eq!((&o["status"], &o["reason"]), (&json!("ENDED"), &json!("搬离")));
        for number in [&r["number"], &idle["number"]] {
            let gone = owner(number);
            assert_eq!(gone["status"], "WITHDRAWN");
            assert!(gone["statusReason"].as_str().unwrap().contains("示例照明公司"), "{gone}");
        }
        let end = with(&o, json!({"reason": "搬离"}));
        assert_eq!(server.not_changed(&convener, "endPartnerOrganization", ending, end), "PARTNERSHIP_STATE");
        let more = resource(&at["a"]["id"], offer("再来", "0102"));
        assert_eq!(not(&convener, more), "PARTNERSHIP_STATE");
        // The edition that was published still names it.
        assert!(export(&city).contains("示例照明公司"));
        let events =
            "query($o: ID!) { auditTrail(filter: { subjectId: $o }, first: 10) { nodes { action } } }";
        let events = server.data(&officer, events, json!({"o": o["id"]}))["auditTrail"]["nodes"].clone();
        assert_eq!(events.as_array().unwrap().len(), 4, "{events}");
    }
}

#[test]
fn units_are_read_from_a_table_and_their_offers_renewed_while_the_agreement_holds() {
    for engine in engines() {
        let city = planned(engine);
        let head = "工作站编号,单位名称,单位类型,联系委员编号,协议编号,起始日,终止日\n";
        let rows = "XC-001,示例照明公司,企业,W-1,G-1,2026-01-01,2027-01-01\n\
                    XC-001,示例医院,医疗卫生机构,W-2,G-2,2026-01-01,\n";
        let file = city.file("units.csv", format!("{head}{rows}"));
        let first = city.ok(&["import", "organizations", &file]);
        assert!(first.contains('2'), "{first}");
        let wrong = format!(
            "{head}XC-001,甲,工厂,W-1,G-3,2026-01-01,\nXC-009,乙,企业,W-1,G-4,2026-01-01,\n\
             XC-001,丙,企业,W-9,G-5,2026-01-01,\nXC-001,丁,企业,W-1,G-6,2026-01-01,2025-01-01\n"
        );
        let out = city.run(&["import", "organizations", &city.file("wrong.csv", &wrong)]);
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(!out.status.success() && said.contains("工厂"), "{said}");

        let head = "委员编号,共建单位,工作站编号,外部编号,资源名称,说明,种类,类别,每季次数,全年次数,状态\n";
        let offers = "W-1,示例照明公司,XC-001,U1,路灯检修,派人,专业服务,0102,1,2,可用\n\
                      W-2,示例医院,XC-001,U2,上门问诊,派人,专业服务,0103,1,2,可用\n";
        city.ok(&[
            "import",
            "resources",
            &city.file("offers.csv", format!("{head}{offers}")),
            "--year",
            "2026",
        ]);
        // The table as it was before it had the column takes nothing from the unit.
        let plain = "委员编号,工作站编号,外部编号,资源名称,说明,种类,类别,每季次数,全年次数,状态\n\
                     W-1,XC-001,U1,路灯检修队,派人,专业服务,0102,1,2,可用\n";
        city.ok(&["import", "resources", &city.file("plain.csv", plain), "--year", "2026"]);
        let unknown = format!("{head}W-1,没有这家,XC-001,U3,检修,派人,专业服务,0102,1,2,可用\n");
        let out = city.run(&["import", "resources", &city.file("unknown.csv", &unknown), "--year", "2026"]);
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(!out.status.success() && said.contains("没有这家"), "{said}");
        // Shorter than what it offers: refused by its row.
        let short = "工作站编号,单位名称,单位类型,联系委员编号,协议编号,起始日,终止日\n\
                     XC-001,示例照明公司,企业,W-1,G-1,2026-01-01,2026-06-01\n";
        let out = city.run(&["import", "organizations", &city.file("short.csv", short)]);
        assert!(!out.status.success());

        let server = city.serve();
        let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let officer = city.token("CITY_OFFICER", &[]);
        let units = server.data(&convener, ALL, json!({}))["partnerOrganizations"].clone();
        assert_eq!(units["totalCount"], 2, "{units}");
        let named = "{ resources(filter: { year: 2026, text: \"路灯检修队\" }) { nodes { partnerOrganization { name } } } }";
        let named = server.data(&convener, named, json!({}))["resources"]["nodes"].clone();
        assert_eq!(named, json!([{"partnerOrganization": {"name": "示例照明公司"}}]));
        server.changed(
            &officer,
            "openYear",
            "OpenYearInput",
            "year",
            json!({"year": 2027, "reason": "年度工作开始"}),
        );
        let clerk = city.token("CLERK", &["--station", "XC-001"]);
        let node = "resources { title partnerOrganization { name } }";
        let renewed =
            server.changed(&clerk, "renewResources", "RenewResourcesInput", node, json!({"year": 2026}));
        let of_units: Vec<&Value> = renewed["resources"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|r| !r["partnerOrganization"].is_null())
            .collect();
        assert_eq!(of_units.len(), 1, "the other agreement does not reach into the next year: {renewed}");
        assert_eq!(of_units[0]["partnerOrganization"]["name"], "示例医院");
    }
}
