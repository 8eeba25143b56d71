//! Orders of the hotline 12345: in with the hotline's own columns, and back with the answers.

use crate::city::{City, YEAR, engines};
use crate::duty_list::planned;
use serde_json::{Value, json};

const HEAD: &str = "工单编号,工单类型,问题分类,标题,主要内容,工单状态,来电人,来电人电话,被反映区,街乡镇,村/社区,小区点位,企业名称,工单性质\n";

fn import(city: &City, name: &str, rows: &str) -> String {
    let file = city.file(name, format!("{HEAD}{rows}"));
    city.ok(&["import", "hotline", &file, "--year", "2026"])
}

fn exported(city: &City) -> Vec<Value> {
    let text = city.ok(&["export", "hotline", "--year", "2026", "--format", "json"]);
    serde_json::from_str::<Value>(&text).expect("JSON").as_array().expect("rows").clone()
}

#[test]
fn an_order_of_the_hotline_comes_in_by_its_place_and_goes_back_with_its_answer() {
    for engine in engines() {
        let city = planned(engine);
        let rows = "HL-1,求助,城乡建设->城乡规划,夜里没有灯,巷内漆黑请打13800001234,已转派,王五,13800001234,新城区,西街街道,曙光街社区,3号楼,,主办\n\
                    HL-2,举报,,有人违规收费,内容,已转派,,,新城区,西街街道,曙光街社区居委会,,,主办\n\
                    HL-3,咨询,,早已答复,内容,回复完成,,,新城区,西街街道,曙光街社区,,,协办\n\
                    HL-4,建议,,路边添椅子,内容,已转派,,,新城区,西街街道,曙光街社区,,某公司,转办\n";
        let said = import(&city, "in.csv", rows);
        assert!(said.contains("新增 3") && said.contains("第 4 行没有导入"), "{said}");
        assert!(import(&city, "in.csv", rows).contains("新增 0,更新 0,未变 2"), "{engine:?}");

        let server = city.serve();
        let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let clerk = city.token("CLERK", &["--station", "XC-001"]);
        let query = "{ needs(first: 20, filter: { year: 2026, source: HOTLINE_12345 }) { nodes { id version status externalNo statusReason hotline { number kind state result reply } } } }";
        let all = server.data(&convener, query, json!({}))["needs"]["nodes"].clone();
        let of = |no: &str| {
            let all = all.as_array().unwrap();
            all.iter().find(|n| n["externalNo"] == no).cloned().unwrap_or_default()
        };
        assert_eq!(of("HL-1")["hotline"]["state"], "已转派");
        assert_eq!(
            (&of("HL-2")["status"], &of("HL-2")["hotline"]["result"]),
            (&json!("REFERRED"), &json!("已转办"))
        );
        let stranger = server.data("", query, json!({}));
        assert_eq!(stranger["needs"]["nodes"], json!([]), "no stranger sees the hotline's orders");

        // One is refused with its words, one is carried out; both go back in the hotline's own words.
        let step = |n: &Value, more: Value| {
            let mut input = json!({"id": n["id"], "expectedVersion": n["version"]});
            for (k, v) in more.as_object().unwrap() {
                input[k] = v.clone();
            }
            input
        };
        let reason = json!({"reason": "椅子归园林部门,已告知"});
        server.changed(&convener, "refuseNeed", "NeedReasonInput", "id", step(&of("HL-4"), reason));
        let n = server.changed(
            &convener,
            "verifyNeed",
            "NeedStepInput",
            "id version",
            step(&of("HL-1"), json!({})),
        );
        let all =
            server.data(&convener, "{ resources(filter: { year: 2026 }) { nodes { id title } } }", json!({}));
        let resources = all["resources"]["nodes"].as_array().unwrap().clone();
        let clinic = resources.iter().find(|r| r["title"] == "社区义诊").expect("a resource");
        let pair = json!({"needId": n["id"], "quarter": 4, "resourceId": clinic["id"]});
        let m = server.changed(&convener, "proposePair", "ProposePairInput", "id version", pair);
        server.changed(&clerk, "confirmMatch", "MatchStepInput", "id", step(&m, json!({})));
        let node = "id version status issuedOn";
        let o = server.changed(&convener, "issueOrder", "IssueOrderInput", node, json!({"needId": n["id"]}));
        let lead = step(&o, json!({"matchId": m["id"]}));
        let o = server.changed(&convener, "dispatchOrder", "DispatchOrderInput", node, lead);
        let o = server.changed(&clerk, "acceptOrder", "OrderStepInput", node, step(&o, json!({})));
        let waive = step(&o, json!({"reason": "上门服务"}));
        let o = server.changed(&convener, "waiveConsultation", "OrderReasonInput", node, waive);
        let day = o["issuedOn"].clone();
        let done = json!({"resolvedOn": day, "outcome": "已装灯一盏", "evidence": "照片", "quantities": []});
        let o = server.changed(&clerk, "resolveOrder", "ResolveOrderInput", node, step(&o, done));
        let word = json!({"by": "REQUESTER", "channel": "电话", "rating": "SATISFIED", "solved": "YES", "words": "好"});
        let o = server.changed(&clerk, "rateOrder", "RateOrderInput", node, step(&o, word));
        assert_eq!(o["status"], "CLOSED");

        let back = exported(&city);
        let row = |no: &str| back.iter().find(|r| r["工单编号"] == no).cloned().expect("a row");
        let done = row("HL-1");
        assert_eq!((&done["工单状态"], &done["办理结果"]), (&json!("回复完成"), &json!("已办结")));
        assert_eq!((&done["回复内容"], &done["办结时间"]), (&json!("已装灯一盏"), &day));
        assert_eq!((&done["是否解决"], &done["是否满意"]), (&json!("解决"), &json!("满意")));
        assert_eq!(done["问题分类"], "城乡建设->城乡规划");
        let refused = row("HL-4");
        assert_eq!(
            (&refused["办理结果"], &refused["回复内容"]),
            (&json!("不予受理"), &json!("椅子归园林部门,已告知"))
        );
        assert_eq!((&refused["企业名称"], &refused["工单性质"]), (&json!("某公司"), &json!("转办")));
        let text = serde_json::to_string(&back).unwrap();
        assert!(
            !text.contains("13800001234") && !text.contains("王五"),
            "who called is the hotline's own to know"
        );
        // What was written can be read again, and changes nothing: the stations' own words are kept.
        let csv = city.ok(&["export", "hotline", "--year", &YEAR.to_string(), "--format", "csv"]);
        let again = city.ok(&["import", "hotline", &city.file("back.csv", csv), "--year", "2026"]);
        assert!(again.contains("新增 0,更新 0"), "{again}");

        // What is open at the year's end goes on, and the hotline's order with it.
        let late = "HL-5,求助,,井盖松动,路口井盖松动,已转派,,,新城区,西街街道,曙光街社区,,,主办\n";
        import(&city, "late.csv", late);
        let officer = city.token("CITY_OFFICER", &[]);
        let close = json!({"year": 2026, "reason": "年终"});
        server.changed(&officer, "closeYear", "CloseYearInput", "year", close);
        assert!(exported(&city).iter().all(|r| r["工单编号"] != "HL-5"));
        let next = city.ok(&["export", "hotline", "--year", "2027", "--format", "json"]);
        let next: Value = serde_json::from_str(&next).expect("JSON");
        assert_eq!((&next[0]["工单编号"], &next[0]["工单状态"]), (&json!("HL-5"), &json!("已转派")));
    }
}

#[test]
fn a_sheet_of_the_hotline_is_taken_whole_or_not_and_its_words_are_data() {
    for engine in engines() {
        let city = planned(engine);
        let bad = "HL-1,表扬,,标题,内容,已转派,,,新城区,西街街道,曙光街社区,,,主办\n\
                   HL-2,求助,,标题,内容,已转派,,,赛罕区,,,,,主办\n\
                   HL-2,求助,,标题,内容,已转派,,,新城区,西街街道,曙光街社区,,,主办\n\
                   HL-3,求助,,标题,内容,已转派,,,新城区,西街街道,曙光街社区,,,陪办\n";
        let file = city.file("bad.csv", format!("{HEAD}{bad}"));
        let words = city.refused(&["import", "hotline", &file, "--year", "2026"]);
        for expected in [
            "第 2 行「工单类型」:「表扬」不在热线用语表中,应为:诉求、求助",
            "第 3 行「村/社区」:「赛罕区」没有对应到唯一的工作站",
            "第 4 行「工单编号」:「HL-2」在文件中重复",
            "第 5 行「工单性质」:「陪办」不在热线用语表中",
        ] {
            assert!(words.contains(expected), "{expected}\n{words}");
        }
        assert!(city.refused(&["export", "hotline", "--year", "2026"]).contains("没有来自 12345 的工单"));
        let terms = |rows: &str| city.file("terms.csv", format!("列,用语,含义\n{rows}"));
        let wrong = city.refused(&["import", "hotline-terms", &terms("工单类型,表扬,PRAISE\n")]);
        assert!(wrong.contains("应为:TAKE、REFER"), "{wrong}");
        city.ok(&["import", "hotline-terms", &terms("工单类型,表扬,TAKE\n工单类型,求助,TAKE\n")]);
        let good = "HL-1,表扬,,标题,内容,办理中,,,新城区,西街街道,曙光街社区,,,主办\n";
        assert!(import(&city, "good.csv", good).contains("新增 1"));
        assert_eq!(exported(&city)[0]["工单状态"], "已转派");
    }
}
