//! Files that show what was done: in by what they are, out to those who may see them.

use crate::city::{Answer, City, Server, engines};
use crate::duty_list::planned;
use img_parts::Bytes;
use img_parts::png::PngChunk;
use serde_json::{Value, json};

/// The smallest picture there is, and the same with another pixel.
/// A picture that is told from others by its pixels, and says who took it.
fn picture(pixel: u8) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let head = [0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0];
    for (kind, contents) in
        [(b"IHDR", &head[..]), (b"tEXt", b"Author\0ZHANGSAN"), (b"IDAT", &[pixel]), (b"IEND", &[])]
    {
        let chunk = PngChunk::new(*kind, Bytes::copy_from_slice(contents));
        bytes.extend(chunk.encoder().bytes());
    }
    bytes
}

fn with(row: &Value, more: Value) -> Value {
    let mut input = json!({"id": row["id"], "expectedVersion": row["version"]});
    for (k, v) in more.as_object().expect("an object") {
        input[k] = v.clone();
    }
    input
}

fn upload(server: &Server, token: &str, order: &Value, moment: &str, kind: &str, bytes: &[u8]) -> Answer {
    let path = format!("/files?order={}&moment={moment}", order["id"].as_str().expect("an id"));
    server.upload(&path, token, kind, bytes)
}

/// An order at work, and who carries it.
fn at_work(city: &City, server: &Server) -> (Value, String, String) {
    let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
    let query = "{ needs(first: 9, filter: { year: 2026 }) { nodes { id title matches { id status } } } }";
    let all = server.data(&convener, query, json!({}))["needs"]["nodes"].clone();
    let need = all.as_array().unwrap().iter().find(|n| n["title"] == "想请医生来").expect("a need").clone();
    let node = "id version lead { number }";
    let o = server.changed(&convener, "issueOrder", "IssueOrderInput", node, json!({"needId": need["id"]}));
    let lead = with(&o, json!({"matchId": need["matches"][0]["id"]}));
    let o = server.changed(&convener, "dispatchOrder", "DispatchOrderInput", node, lead);
    let member = city.token("MEMBER", &["--member", o["lead"]["number"].as_str().unwrap()]);
    let o = server.changed(&member, "acceptOrder", "OrderStepInput", node, with(&o, json!({})));
    (o, convener, member)
}

#[test]
fn a_file_is_what_it_says_and_seen_by_those_who_may() {
    for engine in engines() {
        let city = planned(engine);
        let server = city.serve();
        let (o, convener, member) = at_work(&city, &server);
        let auditor = city.token("AUDITOR", &[]);
        let foreign = city.token("FIRST_CONVENER", &["--station", "XC-002"]);
        let code = |a: &Answer| a.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or("").to_owned();
        let up = |token: &str, kind: &str, bytes: &[u8]| upload(&server, token, &o, "AFTER", kind, bytes);
        for (token, kind, bytes, status, expected) in [
            (&member, "image/jpeg", picture(0), 422, "FILE_FALSE"),
            (&member, "image/png", b"MZ\x90 not a picture".to_vec(), 422, "FILE_KIND"),
            (&member, "image/png", Vec::new(), 422, "FILE_EMPTY"),
            (&member, "image/png", vec![0; (10 << 20) + 1], 413, "FILE_SIZE"),
            (&foreign, "image/png", picture(0), 404, "NOT_FOUND"),
            (&auditor, "image/png", picture(0), 403, "NOT_ALLOWED"),
            (&String::new(), "image/png", picture(0), 404, "NOT_FOUND"),
        ] {
            let a = up(token, kind, &bytes);
            assert_eq!((a.status, code(&a).as_str()), (status, expected), "{}", a.text);
        }
        assert_eq!(upload(&server, &member, &o, "LATER", "image/png", &picture(0)).status, 400);
        let files = "query($id: ID!) { node(id: $id) { ... on Order { files { id path kind bytes sha256 moment approved version } } } }";
        let seen = |token: &str| server.data(token, files, json!({"id": o["id"]}))["node"]["files"].clone();
        assert_eq!(seen(&member), json!([]), "what was refused has left nothing");

        // Twice the same is once; the same after as before is another.
        let first = up(&member, "image/png", &picture(1));
        assert_eq!(first.status, 201, "{}", first.text);
        assert_eq!(up(&member, "image/png", &picture(1)).json()["id"], first.json()["id"]);
        assert_eq!(upload(&server, &member, &o, "BEFORE", "image/png", &picture(1)).status, 201);
        let all = seen(&convener);
        assert_eq!(all.as_array().unwrap().len(), 2, "{all}");
        assert_eq!(all[0]["sha256"], all[1]["sha256"]);

        // The station sees it, others when a convener has looked at it, strangers never.
        let bearer = |token: &str| format!("Bearer {token}");
        let path = all[0]["path"].as_str().unwrap().to_owned();
        let get = |token: &str| match token {
            "" => server.get(&path, &[]).status,
            token => server.get(&path, &[("authorization", &bearer(token))]).status,
        };
        assert_eq!(
            [get(&convener), get(&member), get(&auditor), get(&foreign), get("")],
            [200, 200, 404, 404, 404]
        );
        assert_eq!(seen(&auditor), json!([]));
        let own =
            server.change(&member, "approveEvidence", "ApproveEvidenceInput", "id", with(&all[0], json!({})));
        assert_eq!(own["errors"][0]["code"], "NOT_ALLOWED");
        let node = "id version approved";
        server.changed(&convener, "approveEvidence", "ApproveEvidenceInput", node, with(&all[0], json!({})));
        assert_eq!(
            server.not_changed(
                &convener,
                "approveEvidence",
                "ApproveEvidenceInput",
                with(&all[0], json!({}))
            ),
            "CONFLICT"
        );
        assert_eq!([get(&auditor), get(&foreign), get("")], [200, 404, 404]);
        let file = server.get(&path, &[("authorization", &bearer(&auditor))]);
        assert_eq!((file.kind.as_str(), file.text.contains("ZHANGSAN")), ("image/png", false));

        // Taken away with a reason, it is gone for all; the other one still has its content.
        let all = seen(&convener);
        let gone = with(&all[0], json!({"reason": "照片里有人脸"}));
        server.changed(&convener, "removeEvidence", "RemoveEvidenceInput", "id", gone);
        assert_eq!(get(&convener), 404);
        let other = seen(&convener)[0]["path"].as_str().unwrap().to_owned();
        assert_eq!(server.get(&other, &[("authorization", &bearer(&convener))]).status, 200);
        // What the order was closed on is not for who has done the work to take away.
        let clerk = city.token("CLERK", &["--station", "XC-001"]);
        let node = "id version issuedOn";
        let waived = with(&o, json!({"reason": "服务"}));
        let o = server.changed(&convener, "waiveConsultation", "OrderReasonInput", node, waived);
        let done =
            json!({"resolvedOn": o["issuedOn"], "outcome": "已办", "evidence": "照片", "quantities": []});
        let o = server.changed(&member, "resolveOrder", "ResolveOrderInput", node, with(&o, done));
        let word = json!({"by": "REQUESTER", "channel": "电话", "rating": "SATISFIED", "solved": "YES"});
        let o = server.changed(&clerk, "rateOrder", "RateOrderInput", node, with(&o, word));
        let late = upload(&server, &member, &o, "AFTER", "image/png", &picture(2));
        assert_eq!((late.status, code(&late).as_str()), (422, "ORDER_STATE"));
        let gone = with(&seen(&convener)[0], json!({"reason": "重复"}));
        let own = server.not_changed(&member, "removeEvidence", "RemoveEvidenceInput", gone.clone());
        assert_eq!(own, "NOT_ALLOWED");
        // Faces may be on it: two years after the order was closed it goes by itself.
        assert!(city.ok(&["retain", "--on", "2028-11-23"]).contains("照片 0 张"));
        assert!(city.ok(&["retain", "--on", "2028-11-24"]).contains("照片 1 张"));
        assert_eq!(server.get(&other, &[("authorization", &bearer(&convener))]).status, 404);
        city.ok(&["verify", "--year", "2026"]);
    }
}
