//! Webhooks: what a receiver elsewhere gets, signed, until it has it, and whatever happens to the server.

use crate::city::engines;
use crate::duty_list::planned;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// What arrived: id, timestamp, signature, body.
type Arrived = (String, i64, String, String);

/// A receiver that answers with these statuses in turn, then with 200.
fn receiver(statuses: &'static [u16]) -> (String, Receiver<Arrived>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
    let (out, arrived) = channel();
    std::thread::spawn(move || {
        for (n, stream) in listener.incoming().enumerate() {
            let Ok(mut stream) = stream else { return };
            let mut reader = BufReader::new(stream.try_clone().expect("a reader"));
            let (mut length, mut id, mut at, mut signature) = (0, String::new(), 0, String::new());
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) == 0 || line.trim().is_empty() {
                    break;
                }
                let (name, value) = line.split_once(':').unwrap_or((&line, ""));
                let value = value.trim();
                match name.to_ascii_lowercase().as_str() {
                    "content-length" => length = value.parse().expect("a length"),
                    "webhook-id" => id = value.to_owned(),
                    "webhook-timestamp" => at = value.parse().expect("seconds"),
                    "webhook-signature" => signature = value.to_owned(),
                    _ => {}
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("a body");
            let status = statuses.get(n).unwrap_or(&200);
            let _ = write!(stream, "HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            if out.send((id, at, signature, String::from_utf8(body).expect("text"))).is_err() {
                return;
            }
        }
    });
    (url, arrived)
}

fn next(arrived: &Receiver<Arrived>) -> Arrived {
    arrived.recv_timeout(Duration::from_secs(90)).expect("a delivery")
}

const NODE: &str =
    "secret webhook { id version deliveries { messageId event attempts deliveredAt nextAt lastError } }";

#[test]
fn a_change_is_told_signed_and_again_until_it_arrives_under_one_id() {
    for engine in engines() {
        let city = planned(engine);
        let server = city.serve();
        let officer = city.token("CITY_OFFICER", &[]);
        let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let (url, arrived) = receiver(&[500]);
        let make = |token: &str, url: &str, events: Value| {
            server.change(
                token,
                "makeWebhook",
                "MakeWebhookInput",
                NODE,
                json!({"url": url, "events": events}),
            )
        };
        assert_eq!(make(&convener, &url, json!([]))["errors"][0]["code"], "NOT_ALLOWED");
        assert_eq!(make(&officer, "http://example.org/", json!([]))["errors"][0]["code"], "URL");
        assert_eq!(make(&officer, &url, json!(["Order Accept"]))["errors"][0]["code"], "EVENT");
        let made = make(&officer, &url, json!(["order."]))["node"].clone();
        let secret = made["secret"].as_str().expect("a secret").to_owned();
        assert!(secret.starts_with("whsec_"));
        // Nobody reads the secret again, and no one else sees that there is a webhook.
        assert_eq!(server.data(&convener, "{ webhooks { id } }", json!({}))["webhooks"], json!([]));

        // A change that it does not hear, then one that it does.
        let needs = "{ needs(first: 9, filter: { year: 2026 }) { nodes { id version title } } }";
        let all = server.data(&convener, needs, json!({}))["needs"]["nodes"].clone();
        let need = all[0].clone();
        let issue = json!({"needId": need["id"]});
        let o = server.changed(&convener, "issueOrder", "IssueOrderInput", "id number version", issue);
        let (first, second) = (next(&arrived), next(&arrived));
        assert_eq!(first.0, second.0, "the same message, whose first try was answered with 500");
        assert_eq!(first.3, second.3);
        let signer = standardwebhooks::Webhook::new(&secret).expect("a secret");
        for (id, at, signature, body) in [&first, &second] {
            assert_eq!(*signature, signer.sign(id, *at, body.as_bytes()).expect("signed"));
        }
        let body: Value = serde_json::from_str(&first.3).expect("JSON");
        assert_eq!(body["type"], "order.issue");
        assert_eq!(body["data"]["detail"]["number"], o["number"]);
        let title = need["title"].as_str().expect("a title");
        assert!(!first.3.contains(title), "numbers and states go out, no words: {}", first.3);

        // Killed before it could send: the next start sends it.
        let cancel =
            json!({"id": o["id"], "expectedVersion": o["version"], "reason": "登记有误,电话13800001234"});
        server.changed(&convener, "cancelOrder", "OrderReasonInput", "status", cancel);
        server.kill();
        let server = city.serve();
        let mut told = next(&arrived);
        while told.0 == first.0 {
            told = next(&arrived);
        }
        let body: Value = serde_json::from_str(&told.3).expect("JSON");
        assert_eq!(body["type"], "order.cancel");
        assert!(!told.3.contains("13800001234"));
        let query = "{ webhooks { id version deliveries { messageId attempts deliveredAt event } } }";
        let mut hooks = server.data(&officer, query, json!({}))["webhooks"].clone();
        for _ in 0..50 {
            let all = hooks[0]["deliveries"].as_array().expect("deliveries").clone();
            if all.iter().all(|d| !d["deliveredAt"].is_null()) {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
            hooks = server.data(&officer, query, json!({}))["webhooks"].clone();
        }
        let deliveries = hooks[0]["deliveries"].as_array().expect("deliveries").clone();
        assert_eq!(deliveries.len(), 2, "each change once: {deliveries:?}");
        assert_eq!(deliveries[1]["messageId"], first.0.as_str());
        assert_eq!(deliveries[1]["attempts"], 2);

        // Ended, it hears nothing more.
        let end = json!({"id": hooks[0]["id"], "expectedVersion": hooks[0]["version"], "reason": "换地址"});
        let ended = server.changed(&officer, "endWebhook", "EndWebhookInput", "endedAt", end);
        assert!(!ended["endedAt"].is_null());
        server.changed(&convener, "issueOrder", "IssueOrderInput", "id", json!({"needId": need["id"]}));
        assert!(arrived.recv_timeout(Duration::from_secs(3)).is_err());
        let again = json!({"id": hooks[0]["id"], "expectedVersion": hooks[0]["version"]});
        assert_eq!(
            server.not_changed(&officer, "resendDeliveries", "ResendDeliveriesInput", again),
            "CONFLICT"
        );
    }
}
