//! Every action in every state by every role, at home and abroad, over the desk, against one committed table
//! (`tests/walk.txt`). What is refused changes nothing and says why. `QINGDAN_BLESS=1` writes the table anew.

mod acts;
mod world;

use crate::city::{City, Engine, project};
use crate::duty_list::planned;
use acts::{
    AMENDMENT, ANSWERS, Ids, LIST, ON_STATION, ONE, ORGANIZATION, OnAmendment, OnList, OnOrganization,
    OnStation, STATIONS, Station, on_order, order_state,
};
use domain::{
    AmendmentStatus, ClueStatus, ConvenerSeat, CutStatus, DeclineReason, JointStatus, MatchAction,
    MatchStatus, MemberAction, MemberStatus, NeedAction, NeedMark, NeedStatus, OfferAnswer, OrderAction,
    OrderStatus, OrganizationKind, OrganizationStatus, PartnershipStatus, ResourceAction, ResourceStatus,
    ResultClass, Role,
};
use sea_orm::{ConnectionTrait, Statement};
use std::collections::BTreeMap;
use store::{ClueNews, Error, Lead, OrganizationInput, Store, Viewer};
use uuid::Uuid;
use world::{FIRST, World, at};

/// Who acts: the role with its scope.
fn viewers(own: Uuid, foreign: Uuid, found: &BTreeMap<&str, Viewer>) -> Vec<(String, Viewer)> {
    let mut all = Vec::new();
    for role in Role::ALL {
        let at = |stations: Vec<Uuid>, person| Viewer { role: *role, person, stations };
        let known = |name: &str| found[name].person;
        match role {
            Role::Anonymous => all.push(("ANONYMOUS".to_owned(), Viewer::anonymous())),
            Role::CityOfficer | Role::Auditor => all.push((role.code().to_owned(), at(vec![], None))),
            Role::Member => {
                all.push(("MEMBER own".to_owned(), found["MEMBER own"].clone()));
                all.push(("MEMBER foreign".to_owned(), found["MEMBER foreign"].clone()));
            }
            _ => {
                let person = found.get(role.code()).map_or_else(|| known("CLERK"), |v| v.person);
                all.push((format!("{} own", role.code()), at(vec![own], person)));
                all.push((format!("{} foreign", role.code()), at(vec![foreign], person)));
            }
        }
    }
    all
}

/// The outcome of an action: `+`, or the code of its refusal.
fn outcome<T>(answer: store::Result<T>) -> String {
    match answer {
        Ok(_) => "+".to_owned(),
        Err(Error::Refused(why)) => {
            assert!(!why.is_empty() && why.iter().all(|r| r.message.chars().count() > 5), "{why:?}");
            why[0].code.to_owned()
        }
        Err(Error::NotFound(_)) => "NOT_FOUND".to_owned(),
        Err(Error::Conflict(_)) => "CONFLICT".to_owned(),
        Err(Error::Fault(e)) => panic!("a fault: {e}"),
    }
}

/// Outcomes of one action by one viewer in all states, as a line: first what is done, then why not, the commonest last.
fn line(states: &[(&str, String)]) -> String {
    let mut by: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (state, code) in states {
        by.entry(code).or_default().push(state);
    }
    let mut order: Vec<(&&str, &Vec<&str>)> = by.iter().collect();
    order.sort_by_key(|(code, states)| (**code != "+", states.len(), **code));
    let last = order.len() - 1;
    let part = |(i, (code, states)): (usize, &(&&str, &Vec<&str>))| {
        if i == last && (last > 0 || **code != "+") {
            format!("otherwise {code}")
        } else {
            format!("{code} {}", states.join(","))
        }
    };
    order.iter().enumerate().map(part).collect::<Vec<_>>().join("; ")
}

/// Outcomes by action (with its place) and viewer, state by state.
type Outcomes = BTreeMap<(usize, &'static str, usize), Vec<(&'static str, String)>>;

#[test]
fn every_action_in_every_state_by_every_role_is_as_the_table_says() {
    let city = planned(Engine::Sqlite);
    let tokens: BTreeMap<&str, String> = [
        ("CLERK", city.token("CLERK", &["--station", "XC-001"])),
        ("FIRST_CONVENER", city.token("FIRST_CONVENER", &["--station", "XC-001"])),
        ("SECOND_CONVENER", city.token("SECOND_CONVENER", &["--station", "XC-001"])),
        ("STATION_HEAD", city.token("STATION_HEAD", &["--station", "XC-001"])),
        ("MEMBER own", city.token("MEMBER", &["--member", "W-2"])),
        ("MEMBER foreign", city.token("MEMBER", &["--member", "W-1"])),
    ]
    .into();
    let key: [u8; 32] =
        std::fs::read(city.folder.join("qingdan.key")).expect("a key").try_into().expect("32 bytes");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let table = runtime.block_on(walk(&city, &tokens, key));
    let path = project().join("tests/walk.txt");
    if std::env::var("QINGDAN_BLESS").is_ok() {
        std::fs::write(&path, &table).expect("written");
    }
    let expected = std::fs::read_to_string(&path).expect("the table");
    for (n, (is, should)) in table.lines().zip(expected.lines()).enumerate() {
        assert_eq!(is, should, "line {}", n + 1);
    }
    assert_eq!(table.lines().count(), expected.lines().count());
}

async fn walk(city: &City, tokens: &BTreeMap<&str, String>, key: [u8; 32]) -> String {
    let file = city.folder.join("city.sqlite");
    let mut world = World { file, key, pristine: Vec::new(), store: None, watch: None };
    let store = Store::open(&world.url(), key, FIRST).await.expect("a store");
    let mut found = BTreeMap::new();
    for (name, token) in tokens {
        found.insert(*name, store.viewer(token, at()).await.expect("looked up").expect("a viewer"));
    }
    let stations = store.on_behalf_of(Viewer::command(), at());
    let own = stations.workstation_by_code("XC-001").await.expect("asked").expect("a station").id;
    let foreign = stations.workstation_by_code("XC-002").await.expect("asked").expect("a station").id;
    // An order for the doctor, offered to W-2.
    let convener = store.on_behalf_of(found["FIRST_CONVENER"].clone(), at());
    let filter = store::NeedFilter { year: 2026, ..Default::default() };
    let page = store::Page { after: None, before: None, size: 20, backward: false, descending: false };
    let needs = convener.needs(&filter, store::NeedOrder::Number, &page).await.expect("needs");
    let id = |title: &str| needs.rows.iter().find(|(_, n)| n.title == title).expect("a need").1.id;
    let (need, head) = (id("想请医生来"), id("另一处路灯"));
    let matched = convener.matches_of_needs(&[need]).await.expect("matches").remove(0);
    let order = convener.issue_order(need, None, None).await.expect("an order");
    let order =
        convener.dispatch_order(order.id, order.version, Lead::Match(matched.id)).await.expect("offered");
    let list = convener.lists_of(&[own], 2026).await.expect("lists").remove(0);
    let ids = Ids {
        need,
        head,
        order: order.id,
        matched: matched.id,
        resource: matched.resource_id,
        list: list.id,
    };
    drop((convener, stations));
    store.close().await;
    world.pristine = std::fs::read(&world.file).expect("the city");
    let viewers = viewers(own, foreign, &found);

    let mut table = String::new();
    let mut tried = 0;
    let mut write = |noun: &str, rows: Outcomes| {
        let mut groups: Vec<(&str, String, Vec<&str>)> = Vec::new();
        for ((_, action, viewer), states) in &rows {
            tried += states.len();
            let text = line(states);
            match groups.iter_mut().find(|g| g.0 == *action && g.1 == text) {
                Some(g) => g.2.push(&viewers[*viewer].0),
                None => groups.push((action, text, vec![&viewers[*viewer].0])),
            }
        }
        for (action, text, who) in groups {
            table += &format!("{noun} {action} | {} | {text}\n", who.join(", "));
        }
    };
    macro_rules! walked {
        ($noun:literal, $states:expr, $set:expr, $actions:expr, $version:literal, |$d:ident, $a:ident, $v:ident| $act:expr) => {{
            let mut rows = Outcomes::new();
            for state in $states {
                let set: Vec<String> = $set(*state);
                world.begin(&set).await;
                for (n, $a) in $actions.iter().copied().enumerate() {
                    for (who, (_, viewer)) in viewers.iter().enumerate() {
                        let watch = world.watch.as_ref().expect("open");
                        let asked = Statement::from_string(watch.get_database_backend(), $version);
                        let row = watch.query_one_raw(asked).await.expect("a row").expect("a row");
                        let $v: i32 = row.try_get_by_index(0).expect("a version");
                        let before = world.mark().await;
                        let code = {
                            let $d = &world.desk(viewer);
                            outcome($act)
                        };
                        let changed = world.mark().await != before;
                        assert_eq!(changed, code == "+", "{} {} {}", $noun, state.code(), code);
                        if changed {
                            world.begin(&set).await;
                        }
                        rows.entry((n, $a.code(), who)).or_default().push((state.code(), code));
                    }
                }
            }
            write($noun, rows);
        }};
    }

    let actions: Vec<OrderAction> = OrderAction::ALL
        .iter()
        .copied()
        .filter(|a| !matches!(a, OrderAction::Lapse | OrderAction::CarryOver))
        .collect();
    walked!("order", OrderStatus::ALL, order_state, actions, "SELECT version FROM work_order", |d, a, v| {
        on_order(d, &ids, a, v).await
    });

    use NeedAction as N;
    let by_hand = [N::Submit, N::Verify, N::Refuse, N::Refer, N::Merge, N::Split, N::Withdraw];
    let of_need =
        |s: NeedStatus| vec![format!("UPDATE need SET status = '{}' WHERE title = '想请医生来'", s.code())];
    walked!(
        "need",
        NeedStatus::ALL,
        of_need,
        by_hand,
        "SELECT version FROM need WHERE title = '想请医生来'",
        |d, a, v| d
            .move_need(
                ids.need,
                v,
                a,
                store::NeedStep { reason: Some("按实际情况"), head: Some(ids.head), category: None }
            )
            .await
    );

    walked!(
        "need mark",
        NeedStatus::ALL,
        of_need,
        NeedMark::ALL,
        "SELECT version FROM need WHERE title = '想请医生来'",
        |d, mark, v| d.mark_need(ids.need, v, Some(mark), "按实际情况").await
    );

    let of_resource = |s: ResourceStatus| {
        vec![format!("UPDATE resource SET status = '{}' WHERE title = '社区义诊'", s.code())]
    };
    walked!(
        "resource",
        ResourceStatus::ALL,
        of_resource,
        ResourceAction::ALL,
        "SELECT version FROM resource WHERE title = '社区义诊'",
        |d, a, v| d.move_resource(ids.resource, v, a, Some("按实际情况")).await
    );

    use MatchAction as M;
    let by_hand = [M::Propose, M::Confirm, M::Decline, M::Dismiss];
    let of_match = |s: MatchStatus| {
        vec![
            format!(
                "UPDATE need_match SET status = '{}' WHERE id = (SELECT match_id FROM work_order)",
                s.code()
            ),
            "UPDATE work_order SET status = 'CANCELLED'".to_owned(),
        ]
    };
    walked!(
        "match",
        MatchStatus::ALL,
        of_match,
        by_hand,
        "SELECT version FROM need_match WHERE id = (SELECT match_id FROM work_order)",
        |d, a, v| {
            d.move_match(ids.matched, v, a, Some((DeclineReason::Time, "按实际情况".to_owned()))).await
        }
    );

    // A list that nothing stands in the way of.
    let of_list = |s: domain::ListStatus| {
        vec![
            "UPDATE need_match SET status = 'CONFIRMED' WHERE status IN ('SUGGESTED', 'PROPOSED')".to_owned(),
            "UPDATE need SET status = 'MATCHED' WHERE id IN (SELECT need_id FROM duty_item)".to_owned(),
            format!("UPDATE duty_list SET status = '{}'", s.code()),
        ]
    };
    walked!(
        "list",
        domain::ListStatus::ALL,
        of_list,
        LIST,
        "SELECT version FROM duty_list LIMIT 1",
        |d, a, v| {
            match a {
                OnList::Submit => d.submit_list(ids.list, v).await,
                OnList::Return => d.return_list(ids.list, v, "按实际情况").await,
                OnList::Approve => d.sign_list(ids.list, v, ConvenerSeat::First).await,
                OnList::Cosign => d.sign_list(ids.list, v, ConvenerSeat::Second).await,
                OnList::Publish => d.publish_list(ids.list, v).await,
            }
        }
    );

    let member =
        world.desk(&found["MEMBER own"]).member_by_number("W-2").await.expect("asked").expect("W-2").id;
    let of_member =
        |s: MemberStatus| vec![format!("UPDATE member SET status = '{}' WHERE number = 'W-2'", s.code())];
    walked!(
        "member",
        MemberStatus::ALL,
        of_member,
        MemberAction::ALL,
        "SELECT version FROM member WHERE number = 'W-2'",
        |d, a, v| d.move_member(member, v, a, "按实际情况").await
    );

    walked!(
        "station",
        STATIONS,
        Station::set,
        ON_STATION,
        "SELECT version FROM workstation WHERE code = 'XC-001'",
        |d, a, v| {
            match a {
                OnStation::Close => d.close_workstation(own, v, Some(foreign), "按实际情况").await,
                OnStation::Reopen => d.reopen_workstation(own, v, "按实际情况").await,
            }
        }
    );

    let one = Uuid::from_u128(1);
    let of_partnership = |s: PartnershipStatus| {
        vec![format!(
            "INSERT INTO partnership (id, workstation_id, partner_id, agreement_no, from_date, scope, categories, status, version) \
             SELECT {ONE}, a.id, b.id, 'G-1', '2026-01-01', 'BOTH', '', '{}', 1 FROM workstation a, workstation b \
             WHERE a.code = 'XC-002' AND b.code = 'XC-001'",
            s.code()
        )]
    };
    walked!(
        "partnership",
        PartnershipStatus::ALL,
        of_partnership,
        PartnershipStatus::ALL,
        "SELECT version FROM partnership",
        |d, to, v| d.move_partnership(one, v, to, Some("按实际情况")).await
    );

    // A member of the neighbour's answers for what the unit of the own station offers.
    let of_organization = |s: OrganizationStatus| {
        vec![format!(
            "INSERT INTO partner_organization (id, workstation_id, name, kind, member_id, agreement_no, from_date, status, version) \
             SELECT {ONE}, w.id, '示例公司', 'ENTERPRISE', m.id, 'G-1', '2026-01-01', '{}', 1 FROM workstation w, member m \
             WHERE w.code = 'XC-001' AND m.number = 'W-2'",
            s.code()
        )]
    };
    walked!(
        "organization",
        OrganizationStatus::ALL,
        of_organization,
        ORGANIZATION,
        "SELECT version FROM partner_organization",
        |d, a, v| {
            match a {
                OnOrganization::Edit => {
                    let input = OrganizationInput {
                        name: "示例集团".into(),
                        kind: OrganizationKind::Enterprise,
                        member,
                        agreement_no: "G-1".into(),
                        from: d.today(),
                        to: None,
                    };
                    d.edit_partner_organization(one, v, input).await
                }
                OnOrganization::End => d.end_partner_organization(one, v, "按实际情况").await,
            }
        }
    );

    // The own station is in the lead, the neighbour is asked.
    let of_joint = |s: JointStatus| {
        vec![format!(
            "INSERT INTO joint_offer (id, year, item_id, need_id, from_id, workstation_id, status, offered_on, version) \
             SELECT {ONE}, 2026, i.id, i.need_id, a.id, b.id, '{}', '2026-11-20', 1 \
             FROM duty_item i, workstation a, workstation b WHERE a.code = 'XC-001' AND b.code = 'XC-002' LIMIT 1",
            s.code()
        )]
    };
    let joint = [JointStatus::Agreed, JointStatus::Refused, JointStatus::Withdrawn];
    walked!("joint", JointStatus::ALL, of_joint, joint, "SELECT version FROM joint_offer", |d, to, v| {
        match to {
            JointStatus::Withdrawn => d.withdraw_joint(one, v, "按实际情况").await,
            to => d.answer_joint(one, v, to == JointStatus::Agreed, Some("按实际情况")).await,
        }
    });

    let of_cut = |s: CutStatus| {
        vec![format!(
            "INSERT INTO capacity_cut (id, resource_id, workstation_id, per_quarter, per_year, matches, reason, status, proposed_on, version) \
             SELECT {ONE}, id, workstation_id, 1, 3, (SELECT lower(hex(match_id)) FROM work_order), '设备检修', '{}', '2026-11-20', 1 FROM resource WHERE title = '社区义诊'",
            s.code()
        )]
    };
    walked!("cut", CutStatus::ALL, of_cut, ANSWERS, "SELECT version FROM capacity_cut", |d, a, v| {
        d.answer_cut(one, v, a == OfferAnswer::Accepted, Some("按实际情况")).await
    });

    let of_clue = |s: ClueStatus| {
        let need = "FROM need WHERE title = '另一处路灯'";
        vec![
            "UPDATE need SET status = 'ESCALATED' WHERE title = '另一处路灯'".to_owned(),
            format!(
                "INSERT INTO ladder_step (id, need_id, workstation_id, step, asked_on) \
                 SELECT {ONE}, id, workstation_id, 'CLUE', '2026-11-20' {need}"
            ),
            format!(
                "INSERT INTO clue (id, number, year, need_id, workstation_id, person_id, body, status, submitted_on, version) \
                 SELECT {ONE}, 'C-1', 2026, id, workstation_id, (SELECT id FROM person LIMIT 1), '线索', '{}', '2026-11-20', 1 {need}",
                s.code()
            ),
        ]
    };
    walked!("clue", ClueStatus::ALL, of_clue, ClueStatus::ALL, "SELECT version FROM clue", |d, status, v| {
        let said = || Some("按实际情况".to_owned());
        let news = ClueNews {
            status,
            proposal_number: said(),
            result_class: Some(ResultClass::A),
            reply: said(),
            reason: said(),
        };
        d.follow_clue(one, v, &news).await
    });

    // An amendment with nothing in its way, of a published list; both seats have signed it.
    let of_amendment = |s: AmendmentStatus| {
        vec![
            "UPDATE need_match SET status = 'CONFIRMED' WHERE status IN ('SUGGESTED', 'PROPOSED')".to_owned(),
            "UPDATE need SET status = 'LISTED' WHERE id IN (SELECT need_id FROM duty_item)".to_owned(),
            "UPDATE duty_list SET status = 'PUBLISHED', edition = 1".to_owned(),
            format!(
                "INSERT INTO amendment (id, list_id, workstation_id, from_edition, status, reason, version) \
                 SELECT {ONE}, id, workstation_id, 1, '{}', '期中调整', 1 FROM duty_list LIMIT 1",
                s.code()
            ),
            format!(
                "INSERT INTO amendment_change (id, amendment_id, kind, item_id, detail, reason) \
                 SELECT {ONE}, {ONE}, 'EDIT', id, '{{\"title\":\"新名称\"}}', '更名' FROM duty_item LIMIT 1"
            ),
        ]
    };
    walked!(
        "amendment",
        AmendmentStatus::ALL,
        of_amendment,
        AMENDMENT,
        "SELECT version FROM amendment",
        |d, a, v| {
            match a {
                OnAmendment::Submit => d.submit_amendment(one, v).await,
                OnAmendment::Return => d.return_amendment(one, v, "按实际情况").await,
                OnAmendment::Drop => d.drop_amendment(one, v, "按实际情况").await,
                OnAmendment::Approve => d.sign_amendment(one, v, ConvenerSeat::First).await,
                OnAmendment::Cosign => d.sign_amendment(one, v, ConvenerSeat::Second).await,
                OnAmendment::Publish => d.publish_amendment(one, v).await,
            }
        }
    );
    world.close().await;
    assert!(tried > 6_000, "{tried}");
    table
}
